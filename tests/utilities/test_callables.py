from __future__ import annotations

import pickle
from typing import Any

import pytest

from prefect.exceptions import (
    MappingLengthMismatch,
    MappingMissingIterable,
    ParameterBindError,
    ReservedArgumentError,
    SignatureMismatchError,
)
from prefect.utilities.annotations import allow_failure, unmapped
from prefect.utilities.callables import (
    call_with_parameters,
    cloudpickle_wrapped_call,
    collapse_variadic_parameters,
    expand_mapping_parameters,
    explode_variadic_parameter,
    get_call_parameters,
    get_parameter_defaults,
    parameters_to_args_kwargs,
    raise_for_reserved_arguments,
)


def everything(a: Any, b: Any, /, c: Any = 3, *args: Any, d: Any, e: Any = 5, **kw: Any) -> tuple[Any, ...]:
    return a, b, c, args, d, e, kw


def open_ended(x: Any, **kw: Any) -> None: ...


def two(x: Any, y: Any, z: Any = 3) -> None: ...


def test_parameters_of_a_call() -> None:
    bound = get_call_parameters(everything, (1, 2, 3, 4, 5), {"d": 6, "z": 7})
    assert bound == {"a": 1, "b": 2, "c": 3, "args": (4, 5), "d": 6, "e": 5, "kw": {"z": 7}}
    assert get_call_parameters(everything, (1, 2), {"d": 6}, apply_defaults=False) == {"a": 1, "b": 2, "d": 6}


def test_a_call_that_does_not_fit() -> None:
    with pytest.raises(ParameterBindError, match=r"Error binding parameters for function 'two'.*'x'"):
        get_call_parameters(two, (), {})
    with pytest.raises(TypeError, match="too many positional arguments"):
        get_call_parameters(two, (1, 2, 3, 4), {})


def test_defaults() -> None:
    assert get_parameter_defaults(everything) == {"c": 3, "e": 5}


def test_calling_with_parameters() -> None:
    parameters = {"a": 1, "b": 2, "c": 3, "args": (4, 5), "d": 6, "e": 7, "kw": {"z": 8}}
    assert parameters_to_args_kwargs(everything, parameters) == ((1, 2, 3, 4, 5), {"d": 6, "e": 7, "z": 8})
    assert call_with_parameters(everything, parameters) == (1, 2, 3, (4, 5), 6, 7, {"z": 8})
    assert parameters_to_args_kwargs(two, {"x": 1}) == ((1,), {})
    with pytest.raises(SignatureMismatchError, match=r"expects parameters \['x', 'y', 'z'\]"):
        parameters_to_args_kwargs(two, {"x": 1, "q": 2})


def test_variadic_parameters() -> None:
    exploded = {"x": 1, "a": 2}
    collapsed = {"x": 1, "kw": {"a": 2}}
    assert explode_variadic_parameter(open_ended, collapsed) == exploded
    assert collapse_variadic_parameters(open_ended, exploded) == collapsed
    assert explode_variadic_parameter(two, {"x": 1}) == collapse_variadic_parameters(two, {"x": 1}) == {"x": 1}
    with pytest.raises(ValueError, match="does not include any variadic keyword argument"):
        collapse_variadic_parameters(two, {"x": 1, "q": 1})


@pytest.mark.parametrize(
    ("parameters", "calls"),
    [
        ({"x": [1, 2], "y": unmapped([5])}, [{"x": 1, "y": [5], "z": 3}, {"x": 2, "y": [5], "z": 3}]),
        ({"x": [1, 2], "y": 5}, [{"x": 1, "y": 5, "z": 3}, {"x": 2, "y": 5, "z": 3}]),
        ({"x": (n for n in (1, 2)), "y": "ab"}, [{"x": 1, "y": "ab", "z": 3}, {"x": 2, "y": "ab", "z": 3}]),
        ({"x": [1], "y": allow_failure([3])}, [{"x": 1, "y": allow_failure(3), "z": 3}]),
        ({"x": [], "y": 1}, []),
    ],
)
def test_calls_of_a_map(parameters: dict[str, Any], calls: list[dict[str, Any]]) -> None:
    assert expand_mapping_parameters(two, parameters) == calls


def test_maps_over_variadic_parameters() -> None:
    expanded = expand_mapping_parameters(open_ended, {"x": [1, 2], "kw": {"a": [3, 4]}})
    assert expanded == [{"x": 1, "kw": {"a": 3}}, {"x": 2, "kw": {"a": 4}}]


def test_maps_that_cannot_be() -> None:
    with pytest.raises(MappingLengthMismatch, match=r"\{'x': 2, 'y': 1\}"):
        expand_mapping_parameters(two, {"x": [1, 2], "y": [1]})
    with pytest.raises(MappingMissingIterable, match="at least one iterable"):
        expand_mapping_parameters(two, {"x": 1, "y": 2})


def test_reserved_names() -> None:
    def waits(wait_for: int) -> None: ...

    raise_for_reserved_arguments(two, ["wait_for"])
    with pytest.raises(ReservedArgumentError, match="'wait_for' is a reserved argument name"):
        raise_for_reserved_arguments(waits, ["wait_for"])


def test_calls_that_travel() -> None:
    base = 10
    call = pickle.loads(pickle.dumps(cloudpickle_wrapped_call(lambda x, y: x + y + base, 1, y=2)))
    assert pickle.loads(call()) == 13
