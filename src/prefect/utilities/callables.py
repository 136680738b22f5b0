"""Parameters of functions: binding them, calling with them, spreading them over a map, describing them.

A function's parameters travel as one dict by name, in which `*args` is a tuple under its name and `**kwargs`
a dict under its name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from prefect.exceptions import (
    MappingLengthMismatch,
    MappingMissingIterable,
    ParameterBindError,
    ReservedArgumentError,
    SignatureMismatchError,
)
from prefect.utilities.annotations import BaseAnnotation, allow_failure, quote, unmapped
from prefect.utilities.collections import isiterable
from prefect.utilities.contents import pickling
from prefect.utilities.schema_tools.parameters import ParameterSchema as ParameterSchema
from prefect.utilities.schema_tools.parameters import generate_parameter_schema as generate_parameter_schema
from prefect.utilities.schema_tools.parameters import parameter_docstrings as parameter_docstrings
from prefect.utilities.schema_tools.parameters import parameter_schema as parameter_schema
from prefect.utilities.schema_tools.parameters import (
    parameter_schema_from_entrypoint as parameter_schema_from_entrypoint,
)

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")
Parameters = dict[str, Any]


def taking(arguments: Callable[P, C]) -> Callable[[Callable[[C], R]], Callable[P, R]]:
    """Decorator: a function of one record takes the record's fields as its arguments instead.

    Functions that take the same arguments thereby name them once.
    """

    def decorate(function: Callable[[C], R]) -> Callable[P, R]:
        @wraps(function)
        def called(*args: P.args, **kwargs: P.kwargs) -> R:
            return function(arguments(*args, **kwargs))

        vars(called)["__signature__"] = inspect.signature(arguments)
        return called

    return decorate


def get_call_parameters(
    fn: Callable[..., object],
    call_args: tuple[object, ...],
    call_kwargs: Parameters,
    apply_defaults: bool = True,
) -> Parameters:
    """Parameters by name that a call would bind. Raises ParameterBindError if the arguments do not fit.

    Args:
        apply_defaults: whether parameters that were not given appear with their defaults.
    """
    try:
        bound = inspect.signature(fn).bind(*call_args, **call_kwargs)
    except TypeError as error:
        raise ParameterBindError.from_bind_failure(fn, error, call_args, call_kwargs) from error
    if apply_defaults:
        bound.apply_defaults()
    return dict(bound.arguments)


def get_parameter_defaults(fn: Callable[..., object]) -> Parameters:
    """The defaults of those parameters that have one."""
    parameters = inspect.signature(fn).parameters.items()
    return {name: each.default for name, each in parameters if each.default is not each.empty}


def parameters_to_args_kwargs(
    fn: Callable[..., object], parameters: Mapping[str, object]
) -> tuple[tuple[object, ...], Parameters]:
    """Arguments that pass parameters given by name. Raises SignatureMismatchError for unknown names."""
    signature = inspect.signature(fn)
    if not parameters.keys() <= signature.parameters.keys():
        raise SignatureMismatchError.from_bad_params(list(signature.parameters), list(parameters))
    bound = signature.bind_partial()
    bound.arguments.update((name, parameters[name]) for name in signature.parameters if name in parameters)
    return bound.args, bound.kwargs


def call_with_parameters(fn: Callable[..., R], parameters: Mapping[str, object]) -> R:
    """Call a function with parameters given by name."""
    args, kwargs = parameters_to_args_kwargs(fn, parameters)
    return fn(*args, **kwargs)


def cloudpickle_wrapped_call(fn: Callable[..., object], *args: object, **kwargs: object) -> Callable[[], bytes]:
    """A call that can be sent to another process; run there, it returns the result pickled."""
    return partial(_run_pickled_call, pickling.dumps_by_value((fn, args, kwargs)))


def _run_pickled_call(blob: bytes) -> bytes:
    fn, args, kwargs = pickling.loads(blob)
    return pickling.dumps_by_value(fn(*args, **kwargs))


def raise_for_reserved_arguments(fn: Callable[..., object], reserved_arguments: Iterable[str]) -> None:
    """Raise ReservedArgumentError if a function has a parameter of a reserved name."""
    names = inspect.signature(fn).parameters
    for name in reserved_arguments:
        if name in names:
            raise ReservedArgumentError(f"{name!r} is a reserved argument name and cannot be used.")


# --- variadic keyword arguments


def _variadic_name(fn: Callable[..., object]) -> str | None:
    parameters = inspect.signature(fn).parameters.values()
    return next((each.name for each in parameters if each.kind is each.VAR_KEYWORD), None)


def explode_variadic_parameter(fn: Callable[..., object], parameters: Parameters) -> Parameters:
    """Parameters with the contents of `**kwargs` in the place of `kwargs`."""
    name = _variadic_name(fn)
    if name is None or name not in parameters:
        return parameters
    rest = {key: value for key, value in parameters.items() if key != name}
    return {**rest, **parameters[name]}


def collapse_variadic_parameters(fn: Callable[..., object], parameters: Parameters) -> Parameters:
    """Parameters with those the signature does not name gathered under the name of `**kwargs`.

    Raises ValueError if there are such and the function has no `**kwargs`.
    """
    known = inspect.signature(fn).parameters
    missing = [key for key in parameters if key not in known]
    if not missing:
        return parameters
    name = _variadic_name(fn)
    if name is None:
        raise ValueError(
            f"Signature for {fn} does not include any variadic keyword argument but parameters were given "
            f"that are not present in the signature: {', '.join(missing)}."
        )
    collapsed = {key: value for key, value in parameters.items() if key in known}
    collapsed[name] = {key: parameters[key] for key in missing}
    return collapsed


# --- maps


def expand_mapping_parameters(func: Callable[..., object], parameters: Parameters) -> list[Parameters]:
    """The parameters of each call of a map.

    Iterable parameters are taken apart, `unmapped` and other ones repeated, and defaults filled in.
    Raises MappingMissingIterable if nothing can be taken apart, MappingLengthMismatch if lengths differ.
    """
    given = explode_variadic_parameter(func, parameters)
    fixed: Parameters = {}
    columns: dict[str, list[Any]] = {}
    for name, value in given.items():
        items = _items_of(value)
        if items is None:
            fixed[name] = value.unwrap() if isinstance(value, unmapped) else value
        else:
            columns[name] = items
    length = _common_length(columns, parameters)
    return [_call_at(func, index, given, fixed, columns) for index in range(length)]


def _items_of(value: object) -> list[object] | None:
    """The items to map over; None for a parameter that stays whole."""
    if isinstance(value, (allow_failure, quote)):
        inner = _items_of(value.unwrap())
        return None if inner is None else [value.rewrap(item) for item in inner]
    if isinstance(value, BaseAnnotation) or not isiterable(value):
        return None
    assert isinstance(value, Iterable)
    return list(value)


def _common_length(columns: Mapping[str, list[object]], parameters: Parameters) -> int:
    if not columns:
        raise MappingMissingIterable(
            "No iterable parameters were received. Parameters for map must include at least one iterable. "
            f"Parameters: {parameters}"
        )
    lengths = {name: len(items) for name, items in columns.items()}
    if len(set(lengths.values())) > 1:
        raise MappingLengthMismatch(
            "Received iterable parameters with different lengths. Parameters for map must all be the same "
            f"length. Got lengths: {lengths}"
        )
    return next(iter(lengths.values()))


def _call_at(
    func: Callable[..., object],
    index: int,
    given: Parameters,
    fixed: Parameters,
    columns: dict[str, list[object]],
) -> Parameters:
    ordered = {name: columns[name][index] if name in columns else fixed[name] for name in given}
    for name, default in _missing_defaults(func, given):
        ordered[name] = default
    return collapse_variadic_parameters(func, ordered)


def _missing_defaults(func: Callable[..., object], given: Parameters) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in get_parameter_defaults(func).items() if name not in given)
