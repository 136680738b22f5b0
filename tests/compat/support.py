"""What a compatibility case may use besides `prefect` itself.

A case is a small program: a function without arguments that uses only public names of `prefect` and returns
what a user would notice. `observe` turns that into plain JSON and removes what differs from run to run (ids,
times, addresses, generated names, temporary paths), so that the observations of two implementations can be
compared. Nothing here knows which implementation is imported.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import enum
import logging
import re
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[[], Any])
R = TypeVar("R")

LONGEST_MESSAGE = 120

_GENERATED = (
    (re.compile(r"nonce[-_][0-9a-f]{32}"), "<nonce>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{32,64}\b"), "<hash>"),
    (re.compile(r"0x[0-9a-fA-F]{6,}"), "<address>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"https?://(127\.0\.0\.1|localhost)(:\d+)?"), "<server>"),
    (re.compile(r"(/tmp|/var/folders)/[\w./-]+"), "<path>"),
    (re.compile(r"(?<=[\w\]>])-[0-9a-f]{3}\b(?!-)"), "-<n>"),
)


@dataclass(frozen=True)
class Case:
    """One program of the corpus; `name` is `theme.function`."""

    name: str
    run: Callable[[], Any]


CASES: dict[str, Case] = {}


def case(function: F) -> F:
    """Add a function to the corpus under `<module>.<function>`."""
    name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
    if name in CASES:
        raise ValueError(f"two cases are called {name!r}")
    CASES[name] = Case(name, function)
    return function


def clean(text: str) -> str:
    """Replace everything in a text that is new in each run."""
    for pattern, replacement in _GENERATED:
        text = pattern.sub(replacement, text)
    return text


def short(text: str) -> str:
    """Keep what programs match on: the first sentence of a message, up to `LONGEST_MESSAGE` characters.

    Advice that follows is an implementation's own prose and not part of what must agree.
    """
    first, _, _ = clean(text).strip().partition("\n")
    sentence, _, _ = first.partition(". ")
    return sentence.rstrip(".")[:LONGEST_MESSAGE]


def observe(value: object) -> Any:
    """Turn whatever a case returned into JSON data."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else repr(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, BaseException):
        return {"error": type(value).__name__, "message": short(str(value))}
    return _observe_object(value)


def _observe_object(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(observe(key)): observe(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [observe(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((observe(item) for item in value), key=repr)
    if _is_state(value):
        return {"state": value.type.name, "name": value.name, "message": _state_message(value.message)}  # type: ignore[attr-defined]
    return _observe_scalar(value)


def _observe_scalar(value: object) -> str:
    if isinstance(value, uuid.UUID):
        return "<uuid>"
    if isinstance(value, datetime.datetime):
        return "<time>"
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, type):
        return f"<class {value.__name__}>"
    return clean(repr(value))


def _is_state(value: object) -> bool:
    return all(hasattr(value, name) for name in ("type", "name", "message", "is_completed", "result"))


def _state_message(message: str | None) -> str | None:
    return None if message is None else short(message)


def attempt(call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call and return what came back, or the exception (of any kind) as a value."""
    try:
        return call(*args, **kwargs)
    except BaseException as error:
        return error


async def attempt_async(awaitable: Awaitable[Any]) -> Any:
    """Await and return what came back, or the exception (of any kind) as a value."""
    try:
        return await awaitable
    except BaseException as error:
        return error


def in_loop(main: Coroutine[Any, Any, R]) -> R:
    """Run a coroutine in an event loop of its own."""
    return asyncio.run(main)


def nonce() -> str:
    """A text no other run uses: keeps cached results of earlier runs out of a case."""
    return f"nonce-{uuid.uuid4().hex}"


class Counter:
    """Counts calls; usable from threads of one process."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def __call__(self, what: Any = None) -> int:
        """Note one call and return how many there were, itself included."""
        self.calls.append(what)
        return len(self.calls)

    @property
    def count(self) -> int:
        """How many calls were noted."""
        return len(self.calls)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A temporary directory for results or files of one case."""
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.NOTSET)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextlib.contextmanager
def logged(*names: str) -> Iterator[list[logging.LogRecord]]:
    """Collect the log records of the given loggers (default: those of flow runs and of task runs)."""
    collector = _Collector()
    loggers = [logging.getLogger(name) for name in names or ("prefect.flow_runs", "prefect.task_runs")]
    for logger in loggers:
        logger.addHandler(collector)
    try:
        yield collector.records
    finally:
        for logger in loggers:
            logger.removeHandler(collector)
