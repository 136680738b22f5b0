"""Hashes of texts, files and values that are the same in every process.

`hash_objects` hashes what a value is, not how it is kept: dicts and sets by content whatever their order,
objects by their type and state, data frames and arrays by their data. Values of different types differ (1,
1.0, True and "1"), but for a list and a tuple of the same items, and a set and a frozenset: parameters that
travel as JSON come back as lists. See `prefect.utilities.contents.values` for how a value becomes bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary

from prefect.exceptions import HashError
from prefect.utilities.contents.codes import plain_function, source_of
from prefect.utilities.contents.values import NoContent, canonical_bytes


class Digest(Protocol):
    """A hash under way, as `hashlib` makes them."""

    def update(self, data: bytes, /) -> object:
        """Take in more bytes."""

    def hexdigest(self) -> str:
        """The hash so far, as hexadecimal digits."""


HashAlgorithm = Callable[..., Digest]

_md5: HashAlgorithm = partial(hashlib.md5, usedforsecurity=False)
_blake: HashAlgorithm = partial(hashlib.blake2b, digest_size=16)
_CHUNK = 1 << 20


def stable_hash(*args: str | bytes, hash_algo: HashAlgorithm = _md5) -> str:
    """Hexadecimal digits of the hash of texts or bytes, one after another."""
    digest = hash_algo()
    for arg in args:
        digest.update(arg.encode() if isinstance(arg, str) else arg)
    return digest.hexdigest()


def file_hash(path: str | Path, hash_algo: HashAlgorithm = _md5) -> str:
    """Hexadecimal digits of the hash of a file's content."""
    digest = hash_algo()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def hash_objects(
    *args: object, hash_algo: HashAlgorithm = _blake, raise_on_failure: bool = False, **kwargs: object
) -> str | None:
    """Hexadecimal digits of a hash of any values; None if one of them has no content that could be hashed.

    Args:
        hash_algo: 32 digits of BLAKE2b unless given.
        raise_on_failure: raise HashError, naming the value, instead of returning None.
    """
    try:
        content = canonical_bytes((args, kwargs))
    except NoContent as problem:
        if raise_on_failure:
            raise HashError(f"{UNHASHABLE}\n  {problem}") from problem
        return None
    digest = hash_algo()
    digest.update(content)
    return digest.hexdigest()


UNHASHABLE = "Unable to create hash - objects could not be serialized."
"""How every message about values that cannot be hashed begins."""


# --- code

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
