"""Errors for values that a program gives, of the kind that programs catch: pydantic's `ValidationError`."""

from __future__ import annotations


def validation_error(model: str, field: str, value: object, problem: str) -> ValueError:
    """A `ValidationError` about one field of a model; `problem` is a sentence about the value."""
    from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

    kind = PydanticCustomError("value_error", "Value error, {problem}", {"problem": problem})
    return ValidationError.from_exception_data(model, [InitErrorDetails(type=kind, loc=(field,), input=value)])
