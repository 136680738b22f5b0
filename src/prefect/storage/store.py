"""The store: one database, its writing door and its keyed reads, whatever the dialect."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from prefect.core.journal import Draft, Moves, Row
from prefect.exceptions import ConfigurationError, StorageError
from prefect.storage.requests import Deliver
from prefect.storage.transaction import Transaction

T = TypeVar("T")

KINDS = {
    "sqlite": ("prefect.storage.sqlite.opening", "headrace"),
    "postgres": ("prefect.storage.postgres.opening", "headrace[postgres]"),
    "postgresql": ("prefect.storage.postgres.opening", "headrace[postgres]"),
}
"""Where a store is opened by the first part of its URL, and what has to be installed: only the dialect in use is loaded."""


class StoreOptions(NamedTuple):
    """How a database is opened; each dialect takes what concerns it."""

    migrate: bool = True
    """Bring an older schema up to date; if False, one that is older is an error."""

    busy_timeout: float = 120.0
    """SQLite: seconds to wait while other processes write."""

    deciding: int = 4
    """PostgreSQL: most connections that decide. More hardly help: where decisions queue up, several share a commit."""

    reading: int = 8
    """PostgreSQL: most connections that read by key, besides those of the reading door."""

    connect_timeout: float = 5.0
    """PostgreSQL: seconds that connecting may take."""

    statement_timeout: float | None = None
    """PostgreSQL: seconds that a statement may take."""

    parameters: Mapping[str, str] = {}
    """PostgreSQL: further connection parameters, such as `sslmode` and `application_name`."""


class Store(Protocol):
    """The record of one installation.

    Every method but `append`, `defer` and those that end in `_later` blocks. Any thread may call any of them.
    """

    append: Callable[[str, Row | Draft | Moves], None]
    """Adds a journal entry; returns at once, but waits where very many are queued."""

    dialect: str
    """`sqlite` or `postgresql`."""

    place: str
    """The database, as messages name it."""

    process: str
    """Identity of this process as leases record it."""

    def transact(self, decision: Callable[[Transaction], T]) -> T:
        """Run a decision in a transaction after all that was appended before; returns once it is committed.

        Raises what the decision raises (its own changes undone), or StorageError if the database refuses.
        """

    def transact_later(
        self, decision: Callable[[Transaction], T], done: Callable[[T | None, BaseException | None], None]
    ) -> None:
        """Have a decision made without waiting: `done` is told the result or the error after the commit.

        It may run beside others, and before what was appended last: flush first if it has to see that.
        """

    def defer(self, decision: Callable[[Transaction], object]) -> None:
        """Have a decision made as soon as the database allows, however long that takes; its outcome goes to nobody."""

    def flush(self, timeout: float | None = None) -> None:
        """Return once everything appended or deferred before is committed.

        Raises StorageError if the database refuses or `timeout` seconds pass; nothing queued is lost by that.
        """

    def flush_later(self, done: Callable[[None, BaseException | None], None]) -> None:
        """Have `done` called once everything appended before is committed, or the database refuses."""

    def deliver_by(self, deliver: Deliver) -> None:
        """Give the callbacks of each commit to `deliver`, which makes them; else they are made where it fell."""

    def read(self, query: Callable[[Transaction], T]) -> T:
        """Run a query that sees what has been committed. Raises StorageError."""

    def open_reader(self) -> Any:
        """A driver's connection for reading alone, which whoever asked closes."""

    def translate(self, error: Exception) -> StorageError:
        """The driver's error as one of ours."""

    def vacuum(self) -> None:
        """Give back to the system the space of what was deleted. Others wait meanwhile. Raises StorageError."""

    @property
    def backlog(self) -> int:
        """Entries not yet committed."""

    @property
    def trouble(self) -> StorageError | None:
        """Why the database takes nothing at the moment; None where nobody has met with a refusal."""

    def close(self, timeout: float = 60.0) -> None:
        """Write everything queued and let go. Raises StorageError if that fails."""


def open_store(url: str, process: str, options: StoreOptions | None = None) -> Store:
    """The store at an address; nothing is opened before it is used.

    Args:
        url: `sqlite:///path` or `postgresql://user:password@host:port/database`, with or without a driver's name such
            as in `sqlite+aiosqlite` or `postgresql+asyncpg`.
        process: identity of this process as leases record it.

    Raises ConfigurationError for another kind of address, or where its extra is not installed.
    """
    store: Store = opening_of(url).open_store(url, process, options or StoreOptions())
    return store


def opening_of(url: str) -> Any:
    """The module that opens a database at such an address. Raises ConfigurationError as `open_store` does."""
    kind = re.split(r"[+:]", url, maxsplit=1)[0]
    if kind not in KINDS:
        raise ConfigurationError(f"A database is not at {kind!r}://...; give sqlite:///path or postgresql://host/name.")
    module, requirement = KINDS[kind]
    try:
        return import_module(module)
    except ImportError as error:
        raise ConfigurationError(f"{kind}:// needs {requirement!r}: pip install '{requirement}' ({error}).") from error


def path_of(url: str) -> Path:
    """The file that an SQLite address names. Raises ConfigurationError if it names none."""
    path = re.sub(r"\?[\w.]+=.*$", "", url.partition("://")[2]).removeprefix("/")
    if path in ("", ":memory:") or path.startswith("file:"):
        raise ConfigurationError(f"{url!r} names no file; the record is kept in one: sqlite:////folder/prefect.db.")
    return Path(path)
