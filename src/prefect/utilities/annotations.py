"""Marks that a caller puts around a parameter to say how it is to be treated.

A mark holds one value. Marks of one kind are equal when their values are; they are never hashable, since what
they hold need not be.
"""

from __future__ import annotations

import json
import warnings
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class BaseAnnotation(Generic[T]):
    """A value with a mark around it."""

    __slots__ = ("value",)
    value: T

    def __init__(self, value: T) -> None:
        self.value = value

    def unwrap(self) -> T:
        """The value without its mark."""
        return self.value

    def rewrap(self, value: T) -> Self:
        """Another value under the same mark."""
        return type(self)(value)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return bool(self.value == other.value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r})"


class unmapped(BaseAnnotation[T]):
    """The same value for every call of a `map`, though it may be iterable."""

    __slots__ = ()

    def __getitem__(self, _index: object) -> T:
        return self.value


class allow_failure(BaseAnnotation[T]):
    """An input that may have failed; the task then receives its exception instead of a result."""

    __slots__ = ()


class quote(BaseAnnotation[T]):
    """A value taken as it is: it is not searched for futures, and nothing inside counts as a dependency.

    Use it for large collections that contain no futures.
    """

    __slots__ = ()

    def unquote(self) -> T:
        """The value without its mark."""
        return self.unwrap()


class Quote(quote[T]):
    """Deprecated name of `quote`."""

    __slots__ = ()

    def __init__(self, expr: T) -> None:
        warnings.warn("Use of `Quote` is deprecated. Use `quote` instead.", DeprecationWarning, stacklevel=2)
        super().__init__(expr)


class opaque(BaseAnnotation[T]):
    """A value that is not looked into when inputs are searched."""

    __slots__ = ()


class freeze(BaseAnnotation[T]):
    """A parameter fixed when a deployment is made. Raises ValueError if the value has no JSON form."""

    __slots__ = ()

    def __init__(self, value: T) -> None:
        super().__init__(value)
        try:
            json.dumps(value)
        except (TypeError, ValueError) as error:
            raise ValueError("Value must be JSON serializable") from error

    def unfreeze(self) -> T:
        """The value without its mark."""
        return self.unwrap()


class NotSet:
    """Stands for an option that was not given, where None has a meaning; the class itself is the mark."""
