"""Every error Headrace raises on purpose, in one tree.

    PrefectException
    ├── run outcomes     CrashedRun, FailedRun, CancelledRun, PausedRun, UnfinishedRun, MissingResult, UpstreamTaskError,
    │                    UntrustedResult
    ├── user's code      MissingFlowError, UnspecifiedFlowError, ScriptError, ParameterTypeError, ParameterBindError,
    │                    SignatureMismatchError, ReservedArgumentError, InvalidNameError, MappingLengthMismatch,
    │                    MappingMissingIterable, MissingContextError, CircularFuture
    ├── objects          ObjectNotFound, ObjectAlreadyExists, ObjectLimitReached, ObjectUnsupported,
    │                    ProtectedBlockError, BlockMissingCapabilities
    ├── slots            ConcurrencySlotAcquisitionError, AcquireConcurrencySlotTimeoutError, SlotLeaseLost
    ├── pausing          NotPausedError, FlowPauseTimeout, FlowRunWaitTimeout, FlowRunWatchError
    ├── configuration    ConfigurationError, MissingProfileError, ProfileSettingsValidationError
    ├── values           SerializationError, HashError, EventTooLarge
    ├── the record       StorageError ── DatabaseBusy, DatabaseCorrupt, DatabaseFull, DatabaseReadOnly, SchemaMismatch,
    │                    SchemaTooNew, ValueNotStorable
    └── infrastructure   InfrastructureError ── InfrastructureNotFound, InfrastructureNotAvailable;
                         InvalidRepositoryURLError, IllegalTransition, StaleAttempt, NotReachable

PrefectHTTPStatusError is an `httpx.HTTPStatusError`, and so loaded when it is asked for.

Signals are not errors and derive from `BaseException`: PrefectSignal (Abort, Pause), ExternalSignal
(TerminationSignal).

The class docstring is the default message. `status` hints at the HTTP status an API answers with.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any, ClassVar


class PrefectException(Exception):
    """Headrace failed."""

    status: ClassVar[int] = 500

    def __init__(self, *args: object) -> None:
        super().__init__(*(args or (first_sentence(type(self)),)))


def first_sentence(cls: type) -> str:
    """The first line of a class's docstring."""
    return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


def exception_traceback(exc: BaseException) -> str:
    """The formatted traceback of an exception."""
    return "".join(traceback.TracebackException.from_exception(exc).format())


# --- run outcomes


class CrashedRun(PrefectException):
    """The run ended without reporting a result: its process, not its code, failed."""


class FailedRun(PrefectException):
    """The run failed."""


class CancelledRun(PrefectException):
    """The run was cancelled."""


class PausedRun(PrefectException):
    """The run is paused, so it has no result yet."""

    def __init__(self, *args: object, state: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state = state


class UnfinishedRun(PrefectException):
    """The run has not finished, so it has no result yet."""


class MissingResult(PrefectException):
    """The run finished but its result was not kept; set persist_result=True to keep it."""


class UpstreamTaskError(PrefectException):
    """A task this one depends on did not complete."""


class UntrustedResult(PrefectException):
    """A stored result could run code when read and carries no valid authentication tag."""


# --- user's code


class MissingFlowError(PrefectException):
    """No flow was found in the script."""


class UnspecifiedFlowError(PrefectException):
    """The script has several flows and none was named."""


class ScriptError(PrefectException):
    """The user's script failed while being imported."""

    def __init__(self, user_exc: BaseException, path: str) -> None:
        super().__init__(f"Script at {str(path)!r} encountered an exception: {user_exc!r}")
        self.user_exc = user_exc
        self.path = path


class ParameterTypeError(PrefectException):
    """A parameter does not match its type annotation."""

    status = 422

    def __init__(self, msg: str) -> None:
        super().__init__(msg)

    @classmethod
    def from_validation_error(cls, exc: Any) -> ParameterTypeError:
        """Name each bad parameter of a pydantic `ValidationError`."""
        problems = [f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in exc.errors()]
        return cls("Flow run received invalid parameters:\n - " + "\n - ".join(problems))


class ParameterBindError(TypeError, PrefectException):
    """The call's arguments do not fit the function's signature."""

    status = 422

    def __init__(self, msg: str) -> None:
        super().__init__(msg)

    @classmethod
    def from_bind_failure(
        cls, fn: Callable[..., object], exc: TypeError, call_args: tuple[object, ...], call_kwargs: dict[str, object]
    ) -> ParameterBindError:
        """Describe which function, which arguments and what did not fit."""
        return cls(
            f"Error binding parameters for function '{fn.__name__}': {exc}.\nFunction '{fn.__name__}' has signature "
            f"'{_signature_text(fn)}' but received args: {call_args} and kwargs: {list(call_kwargs)}."
        )


def _signature_text(fn: Callable[..., object]) -> str:
    import inspect

    return ", ".join(map(str, inspect.signature(fn).parameters.values()))


class SignatureMismatchError(PrefectException, TypeError):
    """The parameters given are not those the function takes."""

    status = 422

    def __init__(self, msg: str) -> None:
        super().__init__(msg)

    @classmethod
    def from_bad_params(cls, expected_params: list[str], provided_params: list[str]) -> SignatureMismatchError:
        """Name the parameters expected and those provided."""
        return cls(f"Function expects parameters {expected_params} but was provided with parameters {provided_params}")


class ReservedArgumentError(PrefectException, TypeError):
    """A function parameter has a name that submitting tasks needs for itself."""


class InvalidNameError(PrefectException, ValueError):
    """A name contains characters that are not allowed: / % & > <"""

    status = 422


class MappingLengthMismatch(PrefectException):
    """The iterables given to `map` have different lengths."""


class MappingMissingIterable(PrefectException):
    """`map` needs at least one iterable parameter."""


class MissingContextError(PrefectException, RuntimeError):
    """There is no active flow or task run here."""


class CircularFuture(PrefectException, ValueError):
    """A value waits for itself: the structure of futures has a cycle."""


# --- objects


class ObjectNotFound(PrefectException):
    """The object does not exist."""

    status = 404

    def __init__(self, http_exc: Exception | str | None = None, help_message: str | None = None, *args: object) -> None:
        self.http_exc = http_exc
        self.help_message = help_message
        super().__init__(help_message or (str(http_exc) if http_exc else first_sentence(type(self))), *args)

    def __str__(self) -> str:
        return str(self.args[0])


class ObjectAlreadyExists(PrefectException):
    """An object of that name exists already."""

    status = 409

    def __init__(self, http_exc: Exception | str | None = None, *args: object) -> None:
        self.http_exc = http_exc
        super().__init__(str(http_exc) if http_exc else first_sentence(type(self)), *args)


class ObjectLimitReached(PrefectException):
    """No more objects of this kind may be created."""

    status = 403

    def __init__(self, http_exc: Exception | str | None = None, *args: object) -> None:
        self.http_exc = http_exc
        super().__init__(str(http_exc) if http_exc else first_sentence(type(self)), *args)


class ObjectUnsupported(PrefectException):
    """The server does not support this kind of object."""

    status = 403

    def __init__(self, http_exc: Exception | str | None = None, *args: object) -> None:
        self.http_exc = http_exc
        super().__init__(str(http_exc) if http_exc else first_sentence(type(self)), *args)


class ProtectedBlockError(PrefectException):
    """The block is protected and cannot be changed."""

    status = 403


class BlockMissingCapabilities(PrefectException):
    """The block cannot do what it was asked to."""


# --- concurrency slots


class ConcurrencySlotAcquisitionError(PrefectException):
    """Concurrency slots cannot be had: a limit is missing, too small, or was full as often as it was tried."""

    status = 422


class AcquireConcurrencySlotTimeoutError(PrefectException, TimeoutError):
    """Concurrency slots did not become free in time."""

    status = 423


class SlotLeaseLost(PrefectException):
    """Concurrency slots were given to others meanwhile, since their lease had run out."""

    status = 409


# --- pausing and waiting


class NotPausedError(PrefectException):
    """The run is not paused, so it cannot be resumed."""

    status = 409


class FlowPauseTimeout(PrefectException):
    """The pause ended before anybody resumed the run."""


class FlowRunWaitTimeout(PrefectException):
    """The flow run did not finish in time."""


class FlowRunWatchError(PrefectException):
    """Watching the flow run failed."""


# --- configuration


class ConfigurationError(PrefectException):
    """The configuration is invalid."""


class MissingProfileError(PrefectException, ValueError):
    """No profile of that name exists."""


class ProfileSettingsValidationError(PrefectException):
    """A profile holds settings with invalid values."""

    def __init__(self, errors: list[tuple[Any, Any]]) -> None:
        super().__init__(
            "Invalid settings in profile: " + "; ".join(f"{setting}: {error}" for setting, error in errors)
        )
        self.errors = errors


# --- values


class SerializationError(PrefectException):
    """A value cannot be serialized."""


class HashError(PrefectException):
    """A value has no stable hash, so no cache key can be computed from it."""


class EventTooLarge(PrefectException):
    """An event is larger than allowed."""

    status = 413

    def __init__(self, size: int, maximum: int) -> None:
        super().__init__(f"Event is too large to emit ({size} > {maximum} bytes)")
        self.size = size
        self.maximum = maximum


# --- the record


class StorageError(PrefectException):
    """The database cannot be used."""

    status = 503


class DatabaseBusy(StorageError):
    """The database stayed locked by another process for longer than the busy timeout."""


class DatabaseCorrupt(StorageError):
    """The database file is damaged or is not a database."""


class DatabaseFull(StorageError):
    """The disk that holds the database is full."""


class DatabaseReadOnly(StorageError):
    """The database cannot be written to."""


class ValueNotStorable(StorageError):
    """The database cannot hold a value that it was given: it is too long for an index, or holds what no text may."""

    status = 422


class SchemaMismatch(StorageError):
    """The database has an older schema that is not to be changed, or that of another program."""


class SchemaTooNew(StorageError):
    """The database was written by a newer version of Headrace; upgrade this one."""


# --- orchestration and infrastructure


class IllegalTransition(PrefectException):
    """The run cannot go from its current state to the proposed one."""

    status = 409


class StaleAttempt(PrefectException):
    """A newer attempt of this run has taken over; what this one reports is refused."""

    status = 409


class NotReachable(PrefectException):
    """The embedded database cannot be reached from another machine; set PREFECT_API_URL to a server's address."""


class InfrastructureError(PrefectException):
    """Infrastructure for the run failed."""


class InfrastructureNotFound(PrefectException):
    """The infrastructure of the run does not exist."""


class InfrastructureNotAvailable(PrefectException):
    """The infrastructure of the run cannot be reached from here."""


class InvalidRepositoryURLError(PrefectException):
    """The address of the repository is invalid."""


class PrefectImportError(ImportError):
    """A name moved or needs an extra."""

    def __init__(self, message: str) -> None:
        super().__init__(message)


# --- signals


class PrefectSignal(BaseException):
    """Control flow inside the engine; not an error and not to be caught by `except Exception`."""


class Abort(PrefectSignal):
    """The orchestrator told this run to stop."""


class Pause(PrefectSignal):
    """The flow run has been paused or suspended."""

    def __init__(self, *args: object, state: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state = state


class ExternalSignal(BaseException):
    """A signal from outside the process."""


class TerminationSignal(ExternalSignal):
    """The process was asked to terminate."""

    def __init__(self, signal: int) -> None:
        super().__init__(signal)
        self.signal = signal


# --- of the HTTP client


def __getattr__(name: str) -> object:
    """Loads PrefectHTTPStatusError: it derives from an error of httpx, which only clients of the API pay for."""
    if name == "PrefectHTTPStatusError":
        return getattr(import_module("prefect.client.base"), name)
    raise AttributeError(f"module 'prefect.exceptions' has no attribute {name!r}")
