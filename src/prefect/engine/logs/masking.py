"""Secrets that nobody may read in logs, messages and the record: which are known, and texts with them covered.

Known are the values of secret types (whatever has `get_secret_value`: pydantic's `SecretStr`, `SecretBytes` and `Secret`,
and credentials made of them) that flows and tasks take as parameters or return, what blocks of secrets give out, and
settings marked as secret. Passwords inside URLs are covered wherever they stand, known or not.

As long as no secret is known, covering a text costs two comparisons.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

MASK = "********"

SHORTEST = 4
"""Shorter secrets are not looked for: they would cover half of every text."""

SHORTEST_LINE = 8
"""Shorter lines of a secret of several lines, such as a key file, are not looked for."""

MOST = 1000
"""Secrets that are known at once; the oldest are forgotten first, since every line is searched for each."""

_DEEPEST = 12
_PLAIN = frozenset({int, str, float, bool, bytes, type(None)})
_SEVERAL = (list, tuple, set, frozenset)
_URL = re.compile(r"(://[^\s/:@?#\"]*:)([^\s/?#\"]+)(@)")
_URL_BYTES = re.compile(_URL.pattern.encode())
_COVERED = rf"\g<1>{MASK}\g<3>"

T = TypeVar("T")

_lock = threading.Lock()
_known: dict[str, tuple[str, ...]] = {}
_forms: tuple[str, ...] = ()
_bytes_forms: tuple[bytes, ...] = ()


def mask(text: str) -> str:
    """The text with every known secret, and every password inside a URL, covered."""
    for form in _forms:
        if form in text:
            text = text.replace(form, MASK)
    return _URL.sub(_COVERED, text) if "://" in text else text


def mask_plain(value: T) -> T:
    """JSON-able data with every text in it masked; a number that is secret becomes a masked text."""
    text = json.dumps(value, ensure_ascii=False)
    masked: T = value if mask(text) == text else _covered(value)
    return masked


def _covered(value: object) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {mask(key): _covered(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_covered(item) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = str(value)
        return value if mask(text) == text else MASK
    return value


def holds_secret(content: bytes) -> bool:
    """Whether bytes that are to be recorded hold a known secret, or a URL with a password."""
    if _bytes_forms and any(form in content for form in _bytes_forms):
        return True
    return b"://" in content and _URL_BYTES.search(content) is not None


# --- what is known


def remember(secrets: Iterable[str]) -> None:
    """Cover these texts from now on, also as Python, JSON and URLs write them."""
    new = {secret: _written(secret) for secret in secrets if len(secret) >= SHORTEST and secret not in _known}
    if not new:
        return
    with _lock:
        _known.update(new)
        while len(_known) > MOST:
            del _known[next(iter(_known))]
        _settle()


def known_secrets() -> tuple[str, ...]:
    """Every secret known, for a process that works for this one."""
    return tuple(_known)


def forget_secrets() -> None:
    """Know no secret any more."""
    with _lock:
        _known.clear()
        _settle()


def _settle() -> None:
    global _forms, _bytes_forms
    _forms = tuple(sorted({form for forms in _known.values() for form in forms}, key=len, reverse=True))
    _bytes_forms = tuple(form.encode("utf-8", "surrogatepass") for form in _forms)


def _written(secret: str) -> tuple[str, ...]:
    """The secret, its lines if it has several, and how it stands inside of other notations."""
    from urllib.parse import quote, quote_plus

    forms = {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    forms.update(line.strip() for line in secret.splitlines() if len(line.strip()) >= SHORTEST_LINE)
    with suppress(UnicodeEncodeError):  # half a surrogate pair, which no URL has
        forms.update((quote(secret, safe=""), quote_plus(secret)))
    return tuple(forms)


# --- finding them


def remember_parameters(parameters: Mapping[str, object]) -> None:
    """Cover what the values of a call's parameters keep secret."""
    if not _PLAIN.issuperset(map(type, parameters.values())):
        remember(secrets_in(parameters))


def secrets_in(value: object, depth: int = 0) -> Iterator[str]:
    """The texts that a value keeps secret: itself, or anywhere inside of collections, dataclasses and models."""
    kind = type(value)
    if kind in _PLAIN or depth > _DEEPEST:
        return
    reveal = getattr(kind, "get_secret_value", None)
    if reveal is not None:
        yield from texts_in(reveal(value))
        return
    items = _parts(value)
    if items and not _PLAIN.issuperset(map(type, items)):
        for item in items:
            yield from secrets_in(item, depth + 1)


def texts_in(value: object, depth: int = 0) -> Iterator[str]:
    """Every text of a value that is secret as a whole."""
    if isinstance(value, (bytes, bytearray)):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, str):
        yield value
    elif isinstance(value, (int, float)):
        yield str(value)
    elif hasattr(type(value), "get_secret_value"):
        yield from secrets_in(value, depth)
    elif depth <= _DEEPEST:
        for item in _parts(value):
            yield from texts_in(item, depth + 1)


def _parts(value: object) -> Iterable[object]:
    """What a collection, dataclass or model is made of; nothing of any other value."""
    if isinstance(value, _SEVERAL):
        return value
    if isinstance(value, dict):
        return value.values()
    kind = type(value)
    if hasattr(kind, "__dataclass_fields__") or hasattr(kind, "model_fields"):
        return getattr(value, "__dict__", {}).values()
    return ()
