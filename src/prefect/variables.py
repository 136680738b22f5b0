"""Variables: named JSON values that flows and tasks share and that people can change."""

from __future__ import annotations

import json
from typing import Any

from prefect.connect import current_runtime
from prefect.core.records.variables import LONGEST_NAME, LONGEST_VALUE, VariableRecord, name_problem
from prefect.engine.context import FlowRunContext
from prefect.engine.dispatch import dispatched
from prefect.engine.runtime import Runtime
from prefect.exceptions import ObjectAlreadyExists
from prefect.utilities.invalid import validation_error
from prefect.utilities.twins import twin

__all__ = ["MAX_VARIABLE_NAME_LENGTH", "Variable"]

MAX_VARIABLE_NAME_LENGTH = LONGEST_NAME
_ACCEPTED = (str, int, float, bool, dict, list, type(None))


def _runtime() -> Runtime:
    context = FlowRunContext.current.get()
    return current_runtime() if context is None else context.runtime


def _checked(name: str, value: object) -> str:
    """The value as JSON text. Raises a `ValidationError` about the name or the value."""
    problem = name_problem(name)
    if problem is not None:
        raise validation_error("VariableCreate", "name", name, problem)
    if not isinstance(value, _ACCEPTED):
        raise validation_error(
            "VariableCreate", "value", value, "Variable value must be JSON: text, number, list, dict."
        )
    try:
        text = json.dumps(value)
    except (TypeError, ValueError) as error:
        raise validation_error("VariableCreate", "value", value, f"Variable value must be JSON: {error}.") from error
    if len(text) > LONGEST_VALUE:
        problem = f"Variable value must be less than {LONGEST_VALUE} characters"
        raise validation_error("VariableCreate", "value", value, problem)
    return text


def _get(_cls: type[Variable], name: str, default: object = None) -> Any:
    """The value of a variable, or `default` if there is none of that name."""
    record = _runtime().backend.read_variable(name)
    return default if record is None else json.loads(record.value)


def _set(
    _cls: type[Variable], name: str, value: object, tags: list[str] | None = None, overwrite: bool = False
) -> Variable:
    """Create a variable, or change it if `overwrite`; returns it.

    Args:
        name: lowercase letters, digits, dashes and underscores, up to 255.
        value: text, number, boolean, None, list or dict; up to 5,000 characters as JSON.
        tags: for filters; an overwritten variable loses those it had.
        overwrite: whether there may be one of that name.

    Raises ValueError if there is one and not `overwrite`, or for a name or value that is not accepted.
    """
    text = _checked(name, value)
    try:
        return _made(_runtime().backend.write_variable(name, text, list(tags or ()), overwrite))
    except ObjectAlreadyExists as error:
        raise ValueError(str(error)) from error


def _unset(_cls: type[Variable], name: str) -> bool:
    """Remove a variable; False if there is none of that name."""
    return _runtime().backend.delete_variable(name)


class Variable:
    """A named value; `get`, `set` and `unset` block, or give an awaitable in asynchronous code; `aget` and so on await.

    Args:
        name, value, tags: what it consists of; making one here stores nothing.
    """

    __slots__ = ("name", "tags", "value")

    def __init__(self, name: str, value: Any, tags: list[str] | None = None) -> None:
        self.name = name
        self.value = value
        self.tags = tags

    get = classmethod(dispatched(_get))
    set = classmethod(dispatched(_set))
    unset = classmethod(dispatched(_unset))
    aget = classmethod(twin(_get))
    aset = classmethod(twin(_set))
    aunset = classmethod(twin(_unset))

    def model_dump(self) -> dict[str, Any]:
        """All fields by name."""
        return {"name": self.name, "value": self.value, "tags": self.tags}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Variable) and self.model_dump() == other.model_dump()

    def __repr__(self) -> str:
        return f"Variable(name={self.name!r}, value={self.value!r}, tags={self.tags!r})"


def _made(record: VariableRecord) -> Variable:
    return Variable(record.name, json.loads(record.value), list(record.tags))
