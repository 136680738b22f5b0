"""The version of a function's code, worked out once per function."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from prefect.exceptions import HashError
from prefect.utilities.codes import plain_function, source_of
from prefect.utilities.hashing import hash_objects, stable_hash

_known: WeakKeyDictionary[object, str] = WeakKeyDictionary()


def source_hash(fn: Callable[..., object]) -> str:
    """32 hexadecimal digits that change when the text of a function does.

    Without a text that tells it from others (lambdas, functions made by `exec`) its byte code counts, and of
    a function written in C its name. The text is read when first asked for, so a file edited meanwhile counts
    as edited.

    Raises HashError if the callable has none of these.
    """
    inner = plain_function(fn)
    try:
        known = _known.get(inner)
    except TypeError:  # not weakly referable: nothing to remember it by
        return _source_hash(inner)
    if known is None:
        known = _known[inner] = _source_hash(inner)
    return known


def _source_hash(inner: Callable[..., object]) -> str:
    text = source_of(inner)
    if text is not None:
        return stable_hash(text)
    code = getattr(inner, "__code__", None)
    name = getattr(inner, "__qualname__", None)
    if code is None and name is None:
        raise HashError(f"{inner!r} has neither source nor byte code, so no cache key can tell its version.")
    found = hash_objects(code if code is not None else (inner.__module__, name), raise_on_failure=True)
    assert found is not None
    return found
