"""Telling calls apart, so that a resumed run finds what each of them returned.

A call's key is a hash of the call it was made from, the task's key, a fingerprint of its parameters, and how many
calls equal in all that came before it. Siblings that finish, or start, in another order therefore keep their own
results; calls that are equal in everything are interchangeable.

A parameter that is another call's result is fingerprinted by that call's key, which costs nothing however large it is.
Plain values are fingerprinted by content. Of other objects only the type is known: among them order decides.
"""

from __future__ import annotations

import marshal
import sys
from hashlib import blake2b, sha256
from typing import Any

SCALARS = frozenset({int, str, float, bool, bytes, type(None)})
_SMALL = SCALARS - {bytes}
_LARGE = 4096
"""Length from which bytes are digested where they are, instead of being copied first."""

_CONTAINERS = frozenset({list, tuple, dict})
_MARSHAL_WITHOUT_REFERENCES = 2
ROOT = b"\0" * 16


def equality_key(parent: bytes, task_key: str, parameters: bytes) -> bytes:
    """16 bytes that all calls share which equal one another: same parent, task and parameters."""
    digest = blake2b(parent, digest_size=16)
    digest.update(task_key.encode())
    digest.update(parameters)
    return digest.digest()


def call_key(equal: bytes, occurrence: int) -> bytes:
    """The 16-byte key of one of several equal calls."""
    return equal if occurrence == 0 else blake2b(equal + occurrence.to_bytes(8, "big"), digest_size=16).digest()


def fingerprint(parameters: dict[str, object]) -> bytes:
    """Bytes that are equal for equal parameters, in this process and in any other."""
    if _SMALL.issuperset(map(type, parameters.values())):
        return marshal.dumps(parameters, _MARSHAL_WITHOUT_REFERENCES)
    return marshal.dumps({name: stand_in(value) for name, value in parameters.items()}, _MARSHAL_WITHOUT_REFERENCES)


def stand_in(value: Any, depth: int = 0) -> Any:
    """A plain value that differs where the given one does."""
    kind = type(value)
    if kind in SCALARS:
        return ("bytes", _digest(value)) if kind is bytes and len(value) > _LARGE else value
    if kind in _CONTAINERS and depth < 20:
        return _container(value, kind, depth)
    if kind in (set, frozenset):
        return ("set", sorted(repr(stand_in(item, depth + 1)) for item in value))
    return (f"{kind.__module__}.{kind.__qualname__}", _content(value, kind))


def _container(value: Any, kind: type, depth: int) -> Any:
    items = value.values() if kind is dict else value
    kinds = set(map(type, items))
    if kind is dict:
        kinds |= set(map(type, value))
    if kinds <= SCALARS:
        return value
    if kind is dict:
        return [(stand_in(key, depth + 1), stand_in(item, depth + 1)) for key, item in value.items()]
    return [stand_in(item, depth + 1) for item in value]


def _content(value: object, kind: type) -> object:
    """The content of a well-known kind of object, None of any other."""
    package = kind.__module__.partition(".")[0]
    if package in ("datetime", "uuid", "decimal", "pathlib", "fractions"):
        return str(value)
    if package == "numpy" and hasattr(value, "tobytes"):
        return _digest(value.tobytes())
    if package == "pandas" and "pandas" in sys.modules and kind.__name__ in ("DataFrame", "Series"):
        return _digest(sys.modules["pandas"].util.hash_pandas_object(value).to_numpy().tobytes())
    if hasattr(kind, "__dataclass_fields__"):
        return stand_in({name: getattr(value, name) for name in kind.__dataclass_fields__}, 1)
    if hasattr(kind, "model_fields"):
        return stand_in(dict(value.__dict__), 1)
    return None


def _digest(content: bytes) -> bytes:
    """Most processors have instructions for SHA-256, which make it the fastest for contents of any size."""
    return sha256(content).digest()[:16]
