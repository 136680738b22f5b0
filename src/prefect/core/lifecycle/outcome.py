"""What a state amounts to for the caller: a value, or an exception.

A terminal state carries its value as a `KeptResult`: held in memory, inside the journal, or in result storage.
None as data means that nothing was kept, which is not the same as a kept None.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from prefect.exceptions import CancelledRun, CrashedRun, FailedRun, MissingResult, PausedRun, UnfinishedRun

MISSING_DATA = (
    "State data is missing. Typically, this occurs when result persistence is disabled and the state has been"
    " retrieved from the API."
)
_FAILURES: dict[str, tuple[type[Exception], str]] = {
    "FAILED": (FailedRun, "Run failed."),
    "CRASHED": (CrashedRun, "Run crashed."),
    "CANCELLED": (CancelledRun, "Run cancelled."),
}


_SEVERAL = (list, tuple, set, frozenset)


class KeptResult(ABC):
    """A return value that can be had again."""

    __slots__ = ()

    @abstractmethod
    def get(self) -> object:
        """The value. Raises MissingResult, naming where it should be, if it is gone."""


class HeldResult(KeptResult):
    """A return value held in this process's memory."""

    __slots__ = ("result",)

    def __init__(self, result: object) -> None:
        self.result = result

    def get(self) -> object:
        """The value itself."""
        return self.result

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HeldResult) and bool(self.result == other.result)

    def __repr__(self) -> str:
        return repr(self.result)


class StoredData:
    """What a state's data is in the record: JSON that says where a result is kept, for others to read."""

    __slots__ = ("reference",)

    def __init__(self, reference: object) -> None:
        self.reference = reference

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredData) and self.reference == other.reference

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.reference!r})"


_read: Callable[[Mapping[str, object]], object] | None = None


def provide_stored_results(read: Callable[[Mapping[str, object]], object]) -> None:
    """Register what reads a result from where a reference says that it is kept; the last one registered wins."""
    global _read
    _read = read


class StoredResult(StoredData, KeptResult):
    """A result as the API tells of it, by where it is kept; read when it is asked for."""

    __slots__ = ()

    def get(self) -> object:
        """The value. Raises MissingResult if it is not there, ValueError for a place outside of the result storage."""
        if _read is None or not isinstance(self.reference, Mapping):
            raise MissingResult(MISSING_DATA)
        return _read(self.reference)


class StateLike(Protocol):
    """What of a state decides its outcome."""

    name: str
    message: str | None
    data: object

    @property
    def type(self) -> str:
        """The state's type."""

    def is_final(self) -> bool:
        """Whether the run has ended."""

    def is_paused(self) -> bool:
        """Whether the run is paused."""


def value_of(state: StateLike, raise_on_failure: bool) -> object:
    """The value a state holds, or its exception raised (or returned, if not `raise_on_failure`)."""
    if state.type in _FAILURES:
        if raise_on_failure:
            raise exception_of(state)
        return exception_of(state) if state.data is None else unwrap(state.data)
    if not state.is_final():
        return _unfinished(state, raise_on_failure)
    if state.data is None:
        raise MissingResult(MISSING_DATA)
    return unwrap(state.data)


def _unfinished(state: StateLike, raise_on_failure: bool) -> object:
    if not state.is_paused():
        raise UnfinishedRun(f"Run is in {state.type} state, its result is not available.")
    if raise_on_failure:
        raise PausedRun("Run is paused, its result is not available.", state=state)
    return unwrap(state.data)


def unwrap(data: object) -> object:
    """The value behind a state's data."""
    return data.get() if isinstance(data, KeptResult) else data


def exception_of(state: StateLike) -> BaseException:
    """The exception that a failed, crashed or cancelled state stands for.

    Raises ValueError for any other state, TypeError if its data is neither an exception, a text nor states.
    """
    if state.type not in _FAILURES:
        raise ValueError(f"Expected failed or crashed state got {state!r}.")
    wrapper, default = _FAILURES[state.type]
    try:
        data = unwrap(state.data)
    except MissingResult:
        data = None
    if isinstance(data, BaseException):
        return data
    nested = _nested_exception(state, data)
    if nested is not None:
        return nested
    if data is None or isinstance(data, (str, type(state), *_SEVERAL)):
        return wrapper(data if isinstance(data, str) else state.message or default)
    kind = type(data).__name__
    raise TypeError(f"Unexpected result for failed state: {data!r} —— {kind} cannot be resolved into an exception")


def _nested_exception(state: StateLike, data: object) -> BaseException | None:
    """The exception of the state, or of the first failed of the states, that a state has as its data."""
    kind = type(state)
    if isinstance(data, kind):
        return exception_of(data)
    if isinstance(data, Iterable) and not isinstance(data, (str, bytes, dict)):
        for item in data:
            if isinstance(item, kind) and item.type in _FAILURES:
                return exception_of(item)
    return None
