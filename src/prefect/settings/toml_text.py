"""TOML of tables of plain values, written by hand: the standard library only reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from prefect.settings.kinds import write_json

BARE_KEY = r"[A-Za-z0-9_-]+"


def to_toml(document: Mapping[str, object]) -> str:
    """The document as TOML: its plain values first, then its tables."""
    return "\n".join(_table((), document)) + "\n"


def _table(path: tuple[str, ...], table: Mapping[str, object]) -> list[str]:
    plain = {name: value for name, value in table.items() if not isinstance(value, Mapping)}
    tables = {name: value for name, value in table.items() if isinstance(value, Mapping)}
    lines = [f"[{'.'.join(map(_key, path))}]"] if path and (plain or not tables) else []
    lines += [f"{_key(name)} = {_value(value)}" for name, value in plain.items() if value is not None]
    for name, below in tables.items():
        lines += ["", *_table((*path, name), below)] if lines else _table((*path, name), below)
    return lines


def _key(name: str) -> str:
    return name if re.fullmatch(BARE_KEY, name) else _text(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_key(name)} = {_value(below)}' for name, below in value.items())}}}"
    return str(value)


def _text(text: str) -> str:
    """A basic string. JSON's escapes are TOML's, save that TOML has no surrogate pairs and escapes DEL."""
    return write_json(text).replace("\x7f", "\\u007f")
