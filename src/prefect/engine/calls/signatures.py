"""Binding arguments to parameters, prepared once per function.

Plain functions are bound by hand, from their code object: a tenth of the time of `inspect.Signature.bind`. Anything
unusual (a wrapped function, `*args`, positional-only parameters, arguments that do not fit) goes through `inspect`,
whose error messages are the ones Python's users know.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeGuard

from prefect.exceptions import ParameterBindError

if TYPE_CHECKING:
    import inspect

VARARGS, VARKEYWORDS = 0x04, 0x08
"""Flags of code objects (`inspect.CO_VARARGS`, `CO_VARKEYWORDS`); `inspect` itself is imported only where needed."""


class NoInputs(dict[str, list[object]]):
    """The inputs of a call that depends on no other, with their JSON text."""

    def __init__(self, names: dict[str, list[object]]) -> None:
        super().__init__(names)
        self.json = json.dumps(names)


class Binder:
    """How one function takes its parameters."""

    __slots__ = ("_defaults", "_names", "_plain", "_required", "_signature", "fn", "no_inputs")

    def __init__(self, fn: Callable[..., Any]) -> None:
        self.fn = fn
        self._signature: inspect.Signature | None = None
        self._names: tuple[str, ...] = ()
        self._defaults: dict[str, Any] = {}
        self._plain = False
        if _is_plain(fn):
            self._plain = True
            self._read_code(fn)
        self.no_inputs: NoInputs = NoInputs({name: [] for name in self.names})

    def _read_code(self, fn: FunctionType) -> None:
        code = fn.__code__
        self._names = code.co_varnames[: code.co_argcount]
        defaults = fn.__defaults__ or ()
        self._defaults = dict(zip(self._names[len(self._names) - len(defaults) :], defaults, strict=True))
        self._required = len(self._names) - len(defaults)

    @property
    def signature(self) -> inspect.Signature:
        """The function's signature."""
        if self._signature is None:
            import inspect

            self._signature = inspect.signature(self.fn)
        return self._signature

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self._names if self._plain else tuple(self.signature.parameters)

    def bind(
        self, args: tuple[object, ...], kwargs: dict[str, object], apply_defaults: bool = True
    ) -> dict[str, object]:
        """Parameters by name, in the order of the signature. Raises ParameterBindError."""
        if self._plain and not kwargs and self._required <= len(args) <= len(self._names):
            return self._bind_positional(args, apply_defaults)
        bound = self._bind_keywords(args, kwargs, apply_defaults) if self._plain else None
        return self._bind_slowly(args, kwargs, apply_defaults) if bound is None else bound

    def _bind_positional(self, args: tuple[object, ...], apply_defaults: bool) -> dict[str, object]:
        parameters = dict(zip(self._names, args, strict=False))
        if apply_defaults and len(args) < len(self._names):
            for name in self._names[len(args) :]:
                parameters[name] = self._defaults[name]
        return parameters

    def _bind_keywords(
        self, args: tuple[object, ...], kwargs: dict[str, object], apply_defaults: bool
    ) -> dict[str, object] | None:
        """As `_bind_positional`, with keywords; None if the arguments do not fit."""
        if len(args) > len(self._names):
            return None
        parameters = dict(zip(self._names, args, strict=False))
        used = 0
        for name in self._names[len(args) :]:
            if name in kwargs:
                parameters[name] = kwargs[name]
                used += 1
            elif name not in self._defaults:
                return None
            elif apply_defaults:
                parameters[name] = self._defaults[name]
        return parameters if used == len(kwargs) else None

    def _bind_slowly(
        self, args: tuple[object, ...], kwargs: dict[str, object], apply_defaults: bool
    ) -> dict[str, object]:
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise ParameterBindError.from_bind_failure(self.fn, error, args, kwargs) from None
        if apply_defaults:
            bound.apply_defaults()
        return dict(bound.arguments)

    def call(self, parameters: dict[str, object]) -> Any:
        """Call the function with parameters by name."""
        if self._plain:
            return self.fn(**parameters)
        args, kwargs = self.arguments(parameters)
        return self.fn(*args, **kwargs)

    def arguments(self, parameters: dict[str, object]) -> tuple[tuple[object, ...], dict[str, object]]:
        """Parameters by name as positional and keyword arguments."""
        from inspect import BoundArguments

        bound = BoundArguments(self.signature, {})
        bound.arguments.update((name, parameters[name]) for name in self.signature.parameters if name in parameters)
        rest = {name: value for name, value in parameters.items() if name not in self.signature.parameters}
        return bound.args, {**bound.kwargs, **rest}


def _is_plain(fn: Callable[..., object]) -> TypeGuard[FunctionType]:
    if type(fn) is not FunctionType or hasattr(fn, "__wrapped__") or hasattr(fn, "__signature__"):
        return False
    code = fn.__code__
    return not (code.co_flags & (VARARGS | VARKEYWORDS) or code.co_posonlyargcount or code.co_kwonlyargcount)
