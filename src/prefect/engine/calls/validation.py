"""Coercing a flow's parameters by their annotations, with pydantic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from prefect.engine.calls.signatures import Binder
from prefect.exceptions import ParameterTypeError, SignatureMismatchError

if TYPE_CHECKING:
    import inspect


class ParameterValidator:
    """Validates the parameters of one function.

    The pydantic model is made when first needed, and only if something is annotated.
    """

    def __init__(self, binder: Binder) -> None:
        self._binder = binder
        self._adapters: dict[str, Any] | None = None

    def validate(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Parameters, each coerced by its annotation, and defaults for those not given.

        Raises ParameterTypeError, naming every bad or missing one, SignatureMismatchError if one is unknown.
        """
        parameters = self._completed(parameters)
        adapters = self._annotated()
        if not adapters:
            return parameters
        from pydantic import ValidationError

        problems: list[str] = []
        validated = dict(parameters)
        for name, adapter in adapters.items():
            if name not in parameters:
                continue
            try:
                validated[name] = adapter.validate_python(parameters[name])
            except ValidationError as error:
                problems += [f"{_place(name, found['loc'])}: {found['msg']}" for found in error.errors()]
        if problems:
            raise ParameterTypeError("Flow run received invalid parameters:\n - " + "\n - ".join(problems))
        return validated

    def _completed(self, parameters: dict[str, object]) -> dict[str, object]:
        names = self._binder.names
        if len(parameters) == len(names) and all(map(parameters.__contains__, names)):
            return parameters
        if not set(parameters) <= set(names):
            raise SignatureMismatchError.from_bad_params(list(names), list(parameters))
        return self._with_defaults(parameters)

    def _with_defaults(self, parameters: dict[str, object]) -> dict[str, object]:
        completed: dict[str, object] = {}
        missing: list[str] = []
        for name, parameter in self._binder.signature.parameters.items():
            if name in parameters:
                completed[name] = parameters[name]
            elif parameter.default is not parameter.empty:
                completed[name] = parameter.default
            elif parameter.kind not in _variadic(parameter):
                missing.append(f"{name}: Field required")
        if missing:
            raise ParameterTypeError("Flow run received invalid parameters:\n - " + "\n - ".join(missing))
        return completed

    def _annotated(self) -> dict[str, Any]:
        if self._adapters is None:
            self._adapters = _make_adapters(self._binder)
        return self._adapters


def _place(name: str, location: tuple[object, ...]) -> str:
    return ".".join([name, *(str(part) for part in location)])


def _make_adapters(binder: Binder) -> dict[str, Any]:
    if not getattr(binder.fn, "__annotations__", None):
        return {}
    hints = _type_hints(binder.fn)
    wanted = {
        name: hints[name]
        for name, parameter in binder.signature.parameters.items()
        if name in hints and hints[name] is not Any and parameter.kind not in _variadic(parameter)
    }
    if not wanted:
        return {}
    from pydantic import ConfigDict, TypeAdapter
    from pydantic.errors import PydanticUserError

    adapters: dict[str, Any] = {}
    for name, annotation in wanted.items():
        try:
            adapters[name] = TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))
        except PydanticUserError:
            adapters[name] = TypeAdapter(annotation)
    return adapters


def secret_names(fn: Callable[..., object]) -> frozenset[str]:
    """Names of the parameters that are annotated with a secret type, or with something that has one in it."""
    return frozenset(name for name, hint in _type_hints(fn).items() if _asks_for_secret(hint, ()))


def _asks_for_secret(hint: object, above: tuple[object, ...]) -> bool:
    if hasattr(hint, "get_secret_value"):
        return True
    if hint in above:
        return False
    fields = getattr(hint, "__annotations__", {}) if isinstance(hint, type) else {}
    return any(_asks_for_secret(part, (*above, hint)) for part in (*get_args(hint), *fields.values()))


def _variadic(parameter: inspect.Parameter) -> tuple[object, object]:
    """The kinds of parameter whose values are taken as they come."""
    return parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD


def _type_hints(fn: Callable[..., object]) -> Mapping[str, Any]:
    """Annotations with names resolved; those that cannot be are left out."""
    try:
        return get_type_hints(fn, include_extras=True)
    except (NameError, TypeError, AttributeError):
        known: Mapping[str, Any] = getattr(fn, "__annotations__", {})
        return {name: hint for name, hint in known.items() if not isinstance(hint, str)}
