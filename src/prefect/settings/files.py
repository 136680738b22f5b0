"""Reading and writing the files that settings live in.

A file is parsed again only when it changed (by inode, time and size), since every `temporary_settings` looks
again at all of them. TOML's parser is loaded when the first TOML file is there. What we write is replaced in
one step and readable by its owner alone, for profiles hold keys.
"""

from __future__ import annotations

import os
import re
import stat
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from prefect.exceptions import ConfigurationError
from prefect.settings.errors import InvalidSettings

Document = dict[str, Any]
"""What a file holds: for TOML nested tables, for .env files names and texts."""

Stamp = tuple[int, int, int, int]

_cache: dict[tuple[str, Callable[[bytes, str], Document]], tuple[Stamp, Document]] = {}
_warned: set[tuple[str, ...]] = set()


def read_file(path: str | Path, parse: Callable[[bytes, str], Document]) -> Document:
    """What the file holds, empty if there is none.

    Raises:
        InvalidSettings: it is there and can't be read or understood.
    """
    name = os.fspath(path)
    try:
        status = os.stat(name)
    except OSError:
        return {}
    if not stat.S_ISREG(status.st_mode):
        return {}
    stamp = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)
    known = _cache.get((name, parse))
    if known is not None and known[0] == stamp:
        return known[1]
    document = parse(_read_bytes(name), name)
    _cache[name, parse] = (stamp, document)
    return document


def _read_bytes(name: str) -> bytes:
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError as error:
        raise InvalidSettings([f"Settings file {name!r} cannot be read: {error.strerror}."]) from error


def parse_toml(data: bytes, name: str) -> Document:
    """TOML as nested dictionaries."""
    import tomllib

    try:
        return tomllib.loads(data.decode())
    except ValueError as error:
        raise InvalidSettings([f"Settings file {name!r} is not valid TOML: {error}."]) from error


def parse_pyproject(data: bytes, name: str) -> Document:
    """The table tool.prefect of a pyproject.toml; other projects' files are not even parsed."""
    if not re.search(rb"tool[\"']?\s*\.\s*[\"']?prefect|\[\s*tool\s*\]", data):
        return {}
    table = parse_toml(data, name).get("tool", {}).get("prefect", {})
    return table if isinstance(table, dict) else {}


DOTENV_LINE = r"""^\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_.]*)\s*=\s*
        (?:'(?P<plain>[^']*)'|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>.*?))\s*(?:(?<=\s)\#.*|(?<=['"])\s*\#.*)?$"""
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def parse_dotenv(data: bytes, name: str) -> Document:
    """Names and texts of a .env file, with `${NAME}` filled in from the lines before and the environment."""
    pattern = re.compile(DOTENV_LINE, re.VERBOSE)
    values: Document = {}
    for line in data.decode(errors="replace").splitlines():
        match = None if line.lstrip().startswith("#") else pattern.match(line)
        if match is not None:
            values[match["name"]] = _dotenv_value(match, values)
    return values


def _dotenv_value(match: re.Match[str], before: Mapping[str, str]) -> str:
    if match["plain"] is not None:
        return match["plain"]
    text = match["bare"]
    if match["quoted"] is not None:
        text = re.sub(r"\\(.)", lambda escape: ESCAPES.get(escape[1], escape[1]), match["quoted"])
    return re.sub(r"\$\{(\w+)\}", lambda name: os.environ.get(name[1], before.get(name[1], "")), text)


def warn_once(message: str, *identity: str) -> None:
    """Warn the user, but not each time the same file is looked at again."""
    if identity not in _warned:
        _warned.add(identity)
        warnings.warn(message, UserWarning, stacklevel=3)


def private_directory(path: str | Path) -> Path:
    """The directory, made if it is missing, open to its owner alone."""
    directory = Path(path)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"Directory {str(directory)!r} cannot be made: {error.strerror}. "
            "Set PREFECT_HOME to one that you may write to."
        ) from error
    return directory


def write_private(path: str | Path, text: str) -> None:
    """Replace the file's content in one step; whoever reads meanwhile sees the old or the new, never a part.

    The file is readable by its owner alone. A symbolic link stays one.
    """
    target = Path(os.path.realpath(path))
    private_directory(target.parent)
    draft = target.with_name(f".{target.name}.{os.getpid()}.{time.time_ns()}")
    try:
        _write_durably(draft, text)
        os.replace(draft, target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigurationError(f"Settings file {str(path)!r} cannot be written: {error.strerror}.") from error


def _write_durably(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
