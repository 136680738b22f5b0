"""Where a function comes from: keys and entrypoints that are the same in every process."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from hashlib import blake2b, md5
from typing import Any


def plain_function(fn: Callable[..., object]) -> Any:
    """The function at the bottom of wrappers, partials and bound methods."""
    inner: object = fn
    while True:
        inner = getattr(inner, "__func__", inner)
        wrapped = inner.func if isinstance(inner, partial) else getattr(inner, "__wrapped__", None)
        if wrapped is None:
            return inner
        inner = wrapped


def function_key(fn: Callable[..., object]) -> str:
    """`name-1a2b3c4d`: told apart by file and qualified name, whatever module the file was imported as."""
    inner = plain_function(fn)
    name = getattr(inner, "__name__", type(inner).__name__)
    qualified = getattr(inner, "__qualname__", type(inner).__qualname__)
    code = getattr(inner, "__code__", None)
    place = os.path.basename(code.co_filename) if code is not None else type(inner).__module__
    return f"{name}-{blake2b(f'{place}:{qualified}'.encode(), digest_size=4).hexdigest()}"


def entrypoint_of(fn: Callable[..., object]) -> str | None:
    """`path/to/file.py:name` from which the function can be loaded again; None for one made in a prompt."""
    inner = plain_function(fn)
    code = getattr(inner, "__code__", None)
    if code is None or not code.co_filename.endswith(".py"):
        return None
    return f"{os.path.abspath(code.co_filename)}:{inner.__qualname__}"


def source_version(fn: Callable[..., object]) -> str | None:
    """A hash of the file a function stands in, None if there is none to read; Prefect's own, so that versions stay."""
    code = getattr(plain_function(fn), "__code__", None)
    if code is None:
        return None
    try:
        with open(code.co_filename, "rb") as source:
            return md5(source.read(), usedforsecurity=False).hexdigest()
    except OSError:
        return None
