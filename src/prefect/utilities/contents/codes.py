"""The content of code: what makes two functions the same, wherever they were loaded."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import CellType, CodeType, FunctionType
from typing import Any


def plain_function(fn: Callable[..., object]) -> Any:
    """The function inside wrappers, partials and bound methods; for a callable object its `__call__`."""
    import inspect

    while isinstance(fn, partial):
        fn = fn.func

    inner = inspect.unwrap(fn)
    inner = getattr(inner, "__func__", inner)
    if hasattr(inner, "__code__") or inspect.isbuiltin(inner) or isinstance(inner, type):
        return inner
    return type(inner).__call__


def function_content(fn: FunctionType) -> tuple[bytes, tuple[object, ...]]:
    """The name of a function, and all that decides what it does but for the globals it uses.

    Its module does not count: a script is `__main__` in one process and a module in another.
    """
    closure = tuple(_inside(cell) for cell in fn.__closure__ or ())
    return fn.__qualname__.encode(), (fn.__code__, fn.__defaults__, fn.__kwdefaults__, closure)


def _inside(cell: CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not assigned yet
        return None


def code_content(code: CodeType) -> tuple[object, ...]:
    """All that decides what a code object does; not where it stands in its file."""
    return (
        code.co_code,
        code.co_consts,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        code.co_flags,
        getattr(code, "co_exceptiontable", b""),
    )


def source_of(fn: Callable[..., object]) -> str | None:
    """The text a function was defined by; None if it cannot be read, or does not tell it from another.

    Two lambdas may stand in one line, so that the text around a lambda says too little.
    """

    inner = plain_function(fn)
    if getattr(inner, "__name__", "<lambda>") == "<lambda>":
        return None
    try:
        from inspect import getsource

        return getsource(inner)
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
