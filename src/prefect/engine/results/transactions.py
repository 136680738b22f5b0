"""Transactions: work that counts together, or is undone together.

    PENDING ──▶ ACTIVE ──▶ STAGED ──▶ COMMITTED
       │           │          └─────▶ ROLLED_BACK
       │           └───────────────▶ ROLLED_BACK
       └──▶ COMMITTED, when a record under its key is found on beginning

A transaction begun inside another is its child. A child with LAZY commit mode, the default, stays staged
until its outermost parent commits; then children commit before their parents, in order. When a block raises,
its transaction is rolled back, then its children in reverse order, then its parents. Commit hooks run before
the staged value is written under the key; rollback hooks run latest first. A commit that fails is a rollback.

What happens is written once, as steps; `Transaction` performs them blocking, `AsyncTransaction` in an event
loop, and either may be inside the other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar, Token
from functools import partial
from typing import Any, ClassVar, Self

from prefect.engine.drive import adrive, drive
from prefect.engine.results.defaults import default_holder
from prefect.engine.results.records import ResultRecord
from prefect.engine.results.store import ResultStore, get_result_store
from prefect.engine.results.surroundings import Logger, surroundings
from prefect.engine.steps import Block, Step, Steps, is_awaitable
from prefect.exceptions import ConfigurationError, SerializationError
from prefect.utilities.annotations import NotSet
from prefect.utilities.asyncutils import wait_if_awaitable
from prefect.utilities.collections import AutoEnum

Hook = Callable[..., Any]
NO_ISOLATION = (
    "Isolation level {level} is not supported by provided configuration. Please ensure you've provided a lock file "
    "directory or lock manager when using the {level} isolation level."
)


class IsolationLevel(AutoEnum):
    """Who else may work under the same key."""

    READ_COMMITTED = AutoEnum.auto()
    """Anybody; each sees only what was committed."""

    SERIALIZABLE = AutoEnum.auto()
    """Nobody: the key is locked from beginning to end."""


class CommitMode(AutoEnum):
    """When a transaction is committed."""

    EAGER = AutoEnum.auto()
    """At the end of its own block."""

    LAZY = AutoEnum.auto()
    """Together with its outermost parent."""

    OFF = AutoEnum.auto()
    """Only by calling `commit`; else it is rolled back."""


class TransactionState(AutoEnum):
    """How far a transaction has come."""

    PENDING = AutoEnum.auto()
    ACTIVE = AutoEnum.auto()
    STAGED = AutoEnum.auto()
    COMMITTED = AutoEnum.auto()
    ROLLED_BACK = AutoEnum.auto()


class _Hook(Step):
    """Call a hook, to its end even if it is asynchronous and the driver is not."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[], object]) -> None:
        self.call = call

    def perform(self) -> None:
        wait_if_awaitable(self.call())

    async def aperform(self) -> None:
        finished: Any = self.call()
        if is_awaitable(finished):
            await finished


class _Lock(Step):
    """Lock a transaction's key for it, however long that takes."""

    __slots__ = ("holder", "key", "store")

    def __init__(self, store: ResultStore, key: str, holder: str) -> None:
        self.store, self.key, self.holder = store, key, holder

    def perform(self) -> None:
        self.store.acquire_lock(self.key, self.holder)

    async def aperform(self) -> None:
        await self.store.aacquire_lock(self.key, self.holder)


class BaseTransaction:
    """What transactions of both colours share.

    Args:
        store: where the staged value is written, and an earlier one is found.
        key: under which key; without one nothing is written.
        commit_mode, isolation_level: as the parent's unless given; LAZY and READ_COMMITTED without a parent.
        overwrite: whether to begin although a record under the key exists.
        write_on_commit: whether the staged value is written at all.
        logger: where hooks and failures are reported.
    """

    _active: ClassVar[ContextVar[BaseTransaction | None]] = ContextVar("prefect_transaction", default=None)

    def __init__(
        self,
        *,
        store: ResultStore | None = None,
        key: str | None = None,
        commit_mode: CommitMode | str | None = None,
        isolation_level: IsolationLevel | str | None = IsolationLevel.READ_COMMITTED,
        overwrite: bool = False,
        write_on_commit: bool = True,
        logger: Logger | None = None,
    ) -> None:
        self.store = store
        self.key = key
        self.commit_mode = None if commit_mode is None else CommitMode(commit_mode)
        self.isolation_level = None if isolation_level is None else IsolationLevel(isolation_level)
        self.overwrite = overwrite
        self.write_on_commit = write_on_commit
        self.logger: Logger = surroundings.logger() if logger is None else logger
        self.state = TransactionState.PENDING
        self.children: list[BaseTransaction] = []
        self.on_commit_hooks: list[Hook] = []
        self.on_rollback_hooks: list[Hook] = []
        self.parent: BaseTransaction | None = None
        self._values: dict[str, Any] = {}
        self._staged_value: Any = None
        self._found: ResultRecord[Any] | None = None
        self._holder = ""
        self._locked = False
        self._token: Token[BaseTransaction | None] | None = None

    # --- states

    def is_pending(self) -> bool:
        """Whether it has not begun."""
        return self.state is TransactionState.PENDING

    def is_active(self) -> bool:
        """Whether it has begun and nothing is staged yet."""
        return self.state is TransactionState.ACTIVE

    def is_staged(self) -> bool:
        """Whether it waits to be committed."""
        return self.state is TransactionState.STAGED

    def is_committed(self) -> bool:
        """Whether it has been committed, here or by an earlier transaction with the same key."""
        return self.state is TransactionState.COMMITTED

    def is_rolled_back(self) -> bool:
        """Whether it has been undone."""
        return self.state is TransactionState.ROLLED_BACK

    # --- family

    @classmethod
    def get_active(cls) -> BaseTransaction | None:
        """The innermost transaction the current code is in."""
        return BaseTransaction._active.get()

    def get_parent(self) -> BaseTransaction | None:
        """The transaction this one was begun in."""
        return self.parent

    def add_child(self, transaction: BaseTransaction) -> None:
        """Let another transaction be committed and rolled back with this one."""
        self.children.append(transaction)

    # --- what it carries

    def set(self, name: str, value: object) -> None:
        """Keep a value for hooks and for transactions within this one."""
        self._values[name] = value

    def get(self, name: str, default: object = NotSet) -> Any:
        """A value kept here or in a transaction around. Raises ValueError if there is none and no default."""
        holder: BaseTransaction | None = self
        while holder is not None:
            if name in holder._values:
                return holder._values[name]
            holder = holder.parent
        if default is NotSet:
            raise ValueError(f"Could not retrieve value for unknown key: {name}")
        return default

    def stage(
        self,
        value: object,
        on_rollback_hooks: list[Hook] | None = None,
        on_commit_hooks: list[Hook] | None = None,
    ) -> None:
        """Set the value to be written when it is committed, and add hooks; does nothing once it is committed."""
        if self.is_committed():
            return
        self._staged_value = value
        self.on_rollback_hooks += on_rollback_hooks or []
        self.on_commit_hooks += on_commit_hooks or []
        self.state = TransactionState.STAGED

    # --- beginning

    def prepare_transaction(self) -> None:
        """Take from the parent what was not given. Raises ConfigurationError if the isolation cannot be had."""
        self.parent = self.get_active()
        if self.commit_mode is None:
            self.commit_mode = self.parent.commit_mode if self.parent is not None else CommitMode.LAZY
        if self.isolation_level is None:
            inherited = None if self.parent is None else self.parent.isolation_level
            self.isolation_level = inherited or IsolationLevel.READ_COMMITTED
        store, level = self.store, self.isolation_level
        if store is not None and self.key is not None and not store.supports_isolation_level(level):
            raise ConfigurationError(NO_ISOLATION.format(level=level.name))

    def begin_steps(self) -> Steps[None]:
        """Lock the key if need be, and look for a record under it."""
        store, key = self.store, self.key
        if store is None or key is None:
            return
        if self.isolation_level is IsolationLevel.SERIALIZABLE and not self._locked:
            self._holder = default_holder()
            yield _Lock(store, key, self._holder)
            self._locked = True
        try:
            if not self.overwrite:
                self._found = yield Block(partial(store.find, key))
        except BaseException:
            self._unlock()
            raise
        if self._found is not None:
            self.state = TransactionState.COMMITTED
            self._unlock()

    def enter_steps(self) -> Steps[None]:
        """Begin it, and make it the active one."""
        if self.state is not TransactionState.PENDING:
            raise RuntimeError(f"A transaction is entered once; this one is {self.state.name}.")
        self.prepare_transaction()
        self.state = TransactionState.ACTIVE
        yield from self.begin_steps()
        self._token = BaseTransaction._active.set(self)

    # --- ending

    def exit_steps(self, error: BaseException | None) -> Steps[None]:
        """End it as its block ended: committed, left to its parent, or rolled back."""
        if self._token is not None:
            BaseTransaction._active.reset(self._token)
            self._token = None
        if error is not None:
            yield from self.rollback_steps()
            if self.parent is not None:
                yield from self.parent.rollback_steps()
        elif self.commit_mode is CommitMode.EAGER:
            yield from self.commit_steps()
        elif self.parent is not None:
            self.parent.add_child(self)
        elif self.commit_mode is CommitMode.LAZY:
            yield from self.commit_steps()
        else:
            yield from self.rollback_steps()

    def commit_steps(self) -> Steps[bool]:
        """Commit children, run hooks, write the value; True if all of it went well, else it is rolled back."""
        if self.is_committed() or self.is_rolled_back():
            self._unlock()
            return False
        try:
            for child in self.children:
                yield from child.commit_steps()
            for hook in self.on_commit_hooks:
                yield from self._hook_steps(hook, "commit")
            yield from self._write_steps()
        except SerializationError as error:
            self.logger.warning(
                "Encountered an error while serializing result for transaction %r: %s Code execution will continue, "
                "but the transaction will not be committed.",
                self.key,
                error,
            )
            yield from self.rollback_steps()
            return False
        except Exception:
            name = self.key
            self.logger.error("An error was encountered while committing transaction %r", name, exc_info=True)
            yield from self.rollback_steps()
            return False
        except BaseException:  # interrupted: nobody else shall wait for this key
            self._unlock()
            raise
        self.state = TransactionState.COMMITTED
        self._unlock()
        return True

    def _write_steps(self) -> Steps[None]:
        store, key = self.store, self.key
        if store is None or key is None or not self.write_on_commit:
            return
        staged = self._staged_value
        record = staged if isinstance(staged, ResultRecord) else store.create_result_record(staged, key)
        yield Block(partial(store.persist_result_record, record, self._holder or default_holder()))

    def rollback_steps(self) -> Steps[bool]:
        """Run rollback hooks, latest first, then roll children back; False if a hook failed."""
        if self.is_committed() or self.is_rolled_back():
            self._unlock()
            return False
        try:
            for hook in reversed(self.on_rollback_hooks):
                yield from self._hook_steps(hook, "rollback")
            self.state = TransactionState.ROLLED_BACK
            for child in reversed(self.children):
                yield from child.rollback_steps()
        except Exception:
            name = self.key
            self.logger.error("An error was encountered while rolling back transaction %r", name, exc_info=True)
            return False
        finally:
            self._unlock()
        return True

    def _hook_steps(self, hook: Hook, hook_type: str) -> Steps[None]:
        name = getattr(hook, "__name__", type(hook).__name__)
        self.logger.info("Running %s hook %r", hook_type, name)
        try:
            yield _Hook(partial(hook, self))
        except Exception:
            self.logger.error("An error was encountered while running %s hook %r", hook_type, name)
            raise
        self.logger.info("%s hook %r finished running successfully", hook_type.capitalize(), name)

    def read_steps(self) -> Steps[ResultRecord[Any] | None]:
        """Find the record under its key."""
        if self.store is None or self.key is None:
            return None
        if self._found is None:
            record: ResultRecord[Any] = yield Block(partial(self.store.read, self.key, self._holder or None))
            return record
        return self._found

    def _unlock(self) -> None:
        if self._locked and self.store is not None and self.key is not None:
            self._locked = False
            self.store.release_lock(self.key, self._holder)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(key={self.key!r}, state={self.state}, commit_mode={self.commit_mode})"


class Transaction(BaseTransaction):
    """A transaction in ordinary code. See `transaction`."""

    def __enter__(self) -> Self:
        drive(self.enter_steps())
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        drive(self.exit_steps(error))

    def begin(self) -> None:
        """Lock the key if need be, and count as committed if a record under it exists."""
        drive(self.begin_steps())

    def commit(self) -> bool:
        """Commit it and its children; False if that was done before, or failed and it was rolled back."""
        return drive(self.commit_steps())

    def rollback(self) -> bool:
        """Undo it and its children; False if it had ended, or a hook failed."""
        return drive(self.rollback_steps())

    def read(self) -> ResultRecord[Any] | None:
        """The record under its key; None without a key. Raises as `ResultStore.read`."""
        return drive(self.read_steps())

    def run_hook(self, hook: Hook, hook_type: str) -> None:
        """Call a hook with this transaction, and log it."""
        drive(self._hook_steps(hook, hook_type))


class AsyncTransaction(BaseTransaction):
    """A transaction in an event loop. See `atransaction`."""

    async def __aenter__(self) -> Self:
        await adrive(self.enter_steps())
        return self

    async def __aexit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        await adrive(self.exit_steps(error))

    async def begin(self) -> None:
        """Lock the key if need be, and count as committed if a record under it exists."""
        await adrive(self.begin_steps())

    async def commit(self) -> bool:
        """Commit it and its children; False if that was done before, or failed and it was rolled back."""
        return await adrive(self.commit_steps())

    async def rollback(self) -> bool:
        """Undo it and its children; False if it had ended, or a hook failed."""
        return await adrive(self.rollback_steps())

    async def read(self) -> ResultRecord[Any] | None:
        """The record under its key; None without a key. Raises as `ResultStore.read`."""
        return await adrive(self.read_steps())

    async def run_hook(self, hook: Hook, hook_type: str) -> None:
        """Call a hook with this transaction, and log it."""
        await adrive(self._hook_steps(hook, hook_type))


def get_transaction() -> BaseTransaction | None:
    """The innermost transaction the current code is in."""
    return BaseTransaction.get_active()


@contextmanager
def transaction(
    key: str | None = None,
    store: ResultStore | None = None,
    commit_mode: CommitMode | None = None,
    isolation_level: IsolationLevel | None = None,
    overwrite: bool = False,
    write_on_commit: bool = True,
    logger: Logger | None = None,
) -> Iterator[Transaction]:
    """A block whose tasks are committed together, or rolled back if it raises.

    Args:
        key: under which key the staged value is kept; a block whose key is taken counts as committed.
        store: where; the store of the run, or the default one, if there is a key.
        commit_mode, isolation_level: as the parent's unless given; LAZY and READ_COMMITTED without a parent.
        overwrite: whether to begin although a record under the key exists.
        write_on_commit: whether the staged value is written at all.
        logger: where hooks and failures are reported.

    Raises ConfigurationError if the isolation level needs a lock manager and the store has none.
    """
    used = get_result_store() if key is not None and store is None else store
    with Transaction(
        key=key,
        store=used,
        commit_mode=commit_mode,
        isolation_level=isolation_level,
        overwrite=overwrite,
        write_on_commit=write_on_commit,
        logger=logger,
    ) as txn:
        yield txn


@asynccontextmanager
async def atransaction(
    key: str | None = None,
    store: ResultStore | None = None,
    commit_mode: CommitMode | None = None,
    isolation_level: IsolationLevel | None = None,
    overwrite: bool = False,
    write_on_commit: bool = True,
    logger: Logger | None = None,
) -> AsyncIterator[AsyncTransaction]:
    """As `transaction`, in an event loop: `async with atransaction() as txn`."""
    used = get_result_store() if key is not None and store is None else store
    async with AsyncTransaction(
        key=key,
        store=used,
        commit_mode=commit_mode,
        isolation_level=isolation_level,
        overwrite=overwrite,
        write_on_commit=write_on_commit,
        logger=logger,
    ) as txn:
        yield txn
