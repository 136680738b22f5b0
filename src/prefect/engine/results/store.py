"""Writing results to a storage and finding them again.

Two ways of reading exist. `read` is for somebody who asks for this very result: whatever is wrong is an error
that says what and where. `find` is for caches: what is absent, expired, damaged or not to be trusted is
simply not there, with a warning where somebody should know, so that the task runs again and writes a good
record in its place.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Self
from uuid import UUID

from prefect.core.times import to_datetime
from prefect.engine.config import current_config
from prefect.engine.results.defaults import (
    DEFAULT_STORAGE_KEY_FN,
    default_holder,
    format_storage_key,
    get_default_result_serializer,
    get_default_result_storage,
    resolve_result_storage,
)
from prefect.engine.results.errors import DamagedResult, ResultNotFound, ResultStorageError
from prefect.engine.results.filesystems import LocalFileSystem, WritableFileSystem, call_storage
from prefect.engine.results.locks import LockManager, Waiting
from prefect.engine.results.records import (
    ResultRecord,
    ResultRecordMetadata,
    StoredRecord,
    open_record,
    parse_document,
    parse_parts,
)
from prefect.engine.results.serializers import Serializer, resolve_serializer
from prefect.engine.results.surroundings import surroundings
from prefect.exceptions import ConfigurationError, UntrustedResult
from prefect.utilities.asyncutils import run_sync_in_worker_thread
from prefect.utilities.twins import twin

logger = logging.getLogger("prefect.results")

CACHE_SIZE = 1000
NO_LOCKS = (
    "Result store is not configured with a lock manager. Please set a lock manager when creating the result store to "
    "enable locking."
)


class RecentRecords:
    """The records used last, by storage key; the one unused longest goes first. Usable from threads."""

    def __init__(self, maxsize: int = CACHE_SIZE) -> None:
        self.maxsize = maxsize
        self._records: dict[str, ResultRecord[Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> ResultRecord[Any] | None:
        """The record kept under a key."""
        with self._lock:
            record = self._records.pop(key, None)
            if record is not None:
                self._records[key] = record
            return record

    def __setitem__(self, key: str, record: ResultRecord[object]) -> None:
        with self._lock:
            self._records.pop(key, None)
            self._records[key] = record
            while len(self._records) > self.maxsize:
                del self._records[next(iter(self._records))]

    def pop(self, key: str) -> None:
        """Forget the record under a key, if there is one."""
        with self._lock:
            self._records.pop(key, None)

    def __len__(self) -> int:
        return len(self._records)

    def __reduce__(self) -> tuple[type[RecentRecords], tuple[int]]:
        return RecentRecords, (self.maxsize,)  # another process begins with none


def default_cache() -> RecentRecords:
    """An empty cache of records."""
    return RecentRecords()


class ResultStore:
    """Keeps results in a storage.

    Args:
        result_storage: where results go; the default storage unless given.
        metadata_storage: where their metadata goes, if not along with them.
        lock_manager: guards keys against being computed twice at once.
        cache_result_in_memory: whether what was written or read is kept at hand.
        serializer: how new results are written; each record is read by the one that wrote it.
        storage_key_fn: makes a key where none is given.
        cache: records at hand, which several stores may share.
    """

    __slots__ = (
        "cache",
        "cache_result_in_memory",
        "lock_manager",
        "metadata_storage",
        "result_storage",
        "serializer",
        "storage_key_fn",
    )

    def __init__(
        self,
        *,
        result_storage: WritableFileSystem | None = None,
        metadata_storage: WritableFileSystem | None = None,
        lock_manager: LockManager | None = None,
        cache_result_in_memory: bool = True,
        serializer: Serializer | None = None,
        storage_key_fn: Callable[[], str] = DEFAULT_STORAGE_KEY_FN,
        cache: RecentRecords | None = None,
    ) -> None:
        self.result_storage = result_storage
        self.metadata_storage = metadata_storage
        self.lock_manager = lock_manager
        self.cache_result_in_memory = cache_result_in_memory
        self.serializer = get_default_result_serializer() if serializer is None else serializer
        self.storage_key_fn = storage_key_fn
        self.cache = default_cache() if cache is None else cache

    def model_copy(self, *, update: Mapping[str, object] | None = None) -> Self:
        """A store with some options changed, which shares this one's cache."""
        options = {name: getattr(self, name) for name in ResultStore.__slots__}
        return type(self)(**{**options, **(update or {})})

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__ if name != "cache")
        return f"{type(self).__name__}({shown})"

    # --- as flows and tasks ask for

    def update_for_flow(self, flow: object) -> Self:
        """This store with a flow's options for its results."""
        return self._updated(flow, {})

    def update_for_task(self, task: Any) -> Self:
        """This store with a task's options for its results, those of its cache policy included."""
        update: dict[str, Any] = {}
        policy = task.cache_policy
        if policy is not None and getattr(policy, "key_storage", None) is not None:
            update["metadata_storage"] = resolve_result_storage(policy.key_storage)
        if policy is not None and getattr(policy, "lock_manager", None) is not None:
            update["lock_manager"] = policy.lock_manager
        if task.result_storage_key is not None:
            update["storage_key_fn"] = partial(format_storage_key, task.result_storage_key)
        return self._updated(task, update)

    def _updated(self, runnable: Any, update: dict[str, Any]) -> Self:
        if runnable.result_storage is not None:
            update["result_storage"] = resolve_result_storage(runnable.result_storage)
        elif self.result_storage is None:
            update["result_storage"] = get_default_result_storage()
        if runnable.result_serializer is not None:
            update["serializer"] = resolve_serializer(runnable.result_serializer)
        if runnable.cache_result_in_memory is not None:
            update["cache_result_in_memory"] = runnable.cache_result_in_memory
        return self.model_copy(update=update)

    # --- where things are

    @property
    def result_storage_block_id(self) -> UUID | None:
        """Id of the saved storage, None if it was not saved."""
        return getattr(self.result_storage, "_block_document_id", None)

    def _storage(self) -> WritableFileSystem:
        if self.result_storage is None:
            self.result_storage = get_default_result_storage()
        return self.result_storage

    def _place(self, key: str) -> tuple[str, str]:
        """A key as the storage gives it, and relative to the storage's root."""
        storage = self._storage()
        resolve = getattr(storage, "_resolve_path", None)
        place = key if resolve is None else str(resolve(key))
        root = getattr(storage, "basepath", None)
        if resolve is None or root is None:
            return place, key
        relative = place.removeprefix(str(resolve("")) if isinstance(storage, LocalFileSystem) else str(root))
        return place, relative.replace("\\", "/").strip("/")

    # --- writing

    def create_result_record(
        self, obj: object, key: str | None = None, expiration: datetime | None = None
    ) -> ResultRecord[Any]:
        """A record of a value, not written yet, under a new key unless one is given."""
        place, bound = self._place(key or self.storage_key_fn())
        metadata = ResultRecordMetadata(
            place, self.serializer, expiration, storage_block_id=self.result_storage_block_id
        )
        return ResultRecord(metadata, obj, bound)

    def write(
        self, obj: object, key: str | None = None, expiration: datetime | None = None, holder: str | None = None
    ) -> None:
        """Keep a value. See `persist_result_record` for what it raises.

        Args:
            key: under which key; a new one unless given.
            expiration: when it ceases to count in caches; never unless given.
            holder: who holds the lock on the key, if somebody does; this thread unless given.
        """
        self.persist_result_record(self.create_result_record(obj, key, expiration), holder)

    def persist_result_record(self, result_record: ResultRecord[object], holder: str | None = None) -> None:
        """Write a record to its storage.

        Raises RuntimeError if another holds the lock on its key, SerializationError if its value cannot be
        serialized, ResultStorageError if the storage is full or cannot be written to.
        """
        key = result_record.bound_key
        self._forbid_other_holders(key, holder)
        if self.metadata_storage is None:
            content = result_record.serialize()
        else:
            content = result_record.serialize_result()
            metadata = result_record.serialize_metadata(content)
        call_storage(self._storage(), "write_path", result_record.metadata.storage_key, content)
        if self.metadata_storage is not None:  # last, since it is what makes the result be found
            call_storage(self.metadata_storage, "write_path", key, metadata)
        result_record.mark_persisted()
        if self.cache_result_in_memory:
            self.cache[result_record.metadata.storage_key] = result_record

    def _forbid_other_holders(self, key: str, holder: str | None) -> None:
        locks = self.lock_manager
        if locks is not None and locks.is_locked(key) and not self.is_lock_holder(key, holder):
            raise RuntimeError(f"Cannot write to result record with key {key} because it is locked by another holder.")

    # --- reading

    def read(self, key: str, holder: str | None = None) -> ResultRecord[Any]:
        """The record under a key, once nobody else holds a lock on it.

        Raises ResultNotFound if there is none, DamagedResult if it cannot be read, UntrustedResult if reading
        it could run code and this installation did not write it under this key.
        """
        self._wait_for_others(key, holder)
        place, bound = self._place(key)
        known = self.cache.get(place) if self.cache_result_in_memory else None
        if known is not None:
            return known
        try:
            stored = self._load(place, bound)
        except DamagedResult as error:
            raise DamagedResult(f"The result at {place} is damaged: {error}") from error
        if stored is None:
            raise ResultNotFound(self._not_found(key, place))
        return self._opened(stored, place, bound)

    def find(self, key: str) -> ResultRecord[Any] | None:
        """The record under a key if it may be used: whole, trusted and not expired; else None."""
        place, bound = self._place(key)
        try:
            known = self._fresh(place)
            if known is not None:
                return known
            stored = self._load(place, bound)
            if stored is None or self._expired(stored.expiration):
                return None
            return self._opened(stored, place, bound)
        except (DamagedResult, UntrustedResult, ResultStorageError, ValueError) as problem:
            logger.warning("The cached result under the key %r is not used. %s", key, problem)
            return None

    def exists(self, key: str) -> bool:
        """Whether `find` would find a record, as far as can be told without reading its value."""
        place, bound = self._place(key)
        try:
            stored: ResultRecord[Any] | StoredRecord | None = self._fresh(place) or self._load(place, bound)
            return stored is not None and not self._expired(stored.expiration)
        except (DamagedResult, ResultStorageError, ValueError):
            return False

    def _fresh(self, place: str) -> ResultRecord[object] | None:
        """The record at hand, unless it has expired: then another process may have written a newer one."""
        known = self.cache.get(place) if self.cache_result_in_memory else None
        return None if known is None or self._expired(known.expiration) else known

    def _load(self, place: str, bound: str) -> StoredRecord | None:
        """What is stored, unread; None if nothing is. Raises DamagedResult if it is not a whole record."""
        if self.metadata_storage is None:
            document = _content(self._storage(), place)
            return None if document is None else parse_document(document)
        metadata = _content(self.metadata_storage, bound)
        payload = None if metadata is None else _content(self._storage(), place)
        return None if metadata is None or payload is None else parse_parts(payload, metadata)

    def _opened(self, stored: StoredRecord, place: str, bound: str) -> ResultRecord[object]:
        record = open_record(stored, current_config(), place, bound)
        record.metadata.storage_key = place  # it may have been written when the storage lay elsewhere
        record.mark_persisted()
        if self.cache_result_in_memory:
            self.cache[place] = record
        return record

    def _expired(self, expiration: datetime | None) -> bool:
        return expiration is not None and expiration <= to_datetime(surroundings.clock().now())

    def _not_found(self, key: str, place: str) -> str:
        return (
            f"Path {place} does not exist. No result is stored under the key {key!r} in {self._storage()!r}. Check "
            "that persist_result=True was set when it was made, and that result_storage (or "
            "PREFECT_LOCAL_STORAGE_PATH) is what it was then."
        )

    # --- locks

    @staticmethod
    def generate_default_holder() -> str:
        """The name under which this thread holds locks: host, process, thread."""
        return default_holder()

    def _locks(self) -> LockManager:
        if self.lock_manager is None:
            raise ConfigurationError(NO_LOCKS)
        return self.lock_manager

    def _wait_for_others(self, key: str, holder: str | None) -> None:
        if self.lock_manager is not None and not self.is_lock_holder(key, holder):
            self.lock_manager.wait_for_lock(key)

    def supports_isolation_level(self, level: str) -> bool:
        """Whether transactions of an isolation level can be had with this store. Raises ValueError if unknown."""
        if level == "READ_COMMITTED":
            return True
        if level == "SERIALIZABLE":
            return self.lock_manager is not None
        raise ValueError(f"Unsupported isolation level: {level}")

    def acquire_lock(self, key: str, holder: str | None = None, timeout: float | None = None) -> bool:
        """Lock a key, waiting at most `timeout` seconds; False if it could not be had."""
        return self._locks().acquire_lock(key, holder or default_holder(), timeout)

    def release_lock(self, key: str, holder: str | None = None) -> None:
        """Unlock a key. Raises ValueError if the holder does not hold it."""
        self._locks().release_lock(key, holder or default_holder())

    def is_locked(self, key: str) -> bool:
        """Whether anybody holds a lock on a key."""
        return self._locks().is_locked(key)

    def is_lock_holder(self, key: str, holder: str | None = None) -> bool:
        """Whether somebody (this thread unless given) holds the lock on a key."""
        return self._locks().is_lock_holder(key, holder or default_holder())

    def wait_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until a key is not locked; False after `timeout` seconds."""
        return self._locks().wait_for_lock(key, timeout)

    def aacquire_lock(self, key: str, holder: str | None = None, timeout: float | None = None) -> Waiting:
        """As `acquire_lock`, to be awaited; the holder is the calling thread."""
        return self._locks().aacquire_lock(key, holder or default_holder(), timeout)

    def await_for_lock(self, key: str, timeout: float | None = None) -> Waiting:
        """As `wait_for_lock`, to be awaited."""
        return self._locks().await_for_lock(key, timeout)

    aupdate_for_flow = twin(update_for_flow)
    aupdate_for_task = twin(update_for_task)
    aexists = twin(exists)
    afind = twin(find)

    # The holder of a lock is told by its thread, so it has to be told before another thread goes to work.

    async def aread(self, key: str, holder: str | None = None) -> ResultRecord[Any]:
        """As `read`, without blocking the event loop; the holder is the calling thread."""
        if self.lock_manager is not None and not self.is_lock_holder(key, holder):
            await self.lock_manager.await_for_lock(key)
        return await run_sync_in_worker_thread(self.read, key, holder or default_holder())

    async def awrite(
        self, obj: object, key: str | None = None, expiration: datetime | None = None, holder: str | None = None
    ) -> None:
        """As `write`, without blocking the event loop; the holder is the calling thread."""
        await run_sync_in_worker_thread(self.write, obj, key, expiration, holder or default_holder())

    async def apersist_result_record(self, result_record: ResultRecord[object], holder: str | None = None) -> None:
        """As `persist_result_record`, without blocking the event loop; the holder is the calling thread."""
        writer = holder or default_holder()
        await run_sync_in_worker_thread(self.persist_result_record, result_record, writer)


def read_referred(reference: Mapping[str, object]) -> Any:
    """The value of a result that a state refers to, from the default storage or the one that is saved under its id.

    Raises ResultNotFound if it is not there, ValueError if the key leads out of the storage or is none, TypeError if what
    is saved there is no storage, and what `ResultStore.read` raises of results that are damaged or not to be trusted.
    """
    key, block = reference.get("storage_key"), reference.get("storage_block_id")
    if not isinstance(key, str):
        raise ValueError(f"A state refers to a result by the key {key!r}, which is no text.")
    storage = get_default_result_storage() if block is None else resolve_result_storage(str(block))
    return ResultStore(result_storage=resolve_result_storage(storage)).read(key).result


surroundings.new_store = ResultStore


def _content(storage: object, path: str) -> bytes | None:
    """The content of a file; None if there is none."""
    try:
        content: bytes | None = call_storage(storage, "read_path", path)
    except (ValueError, FileNotFoundError):
        return None
    return content


def get_result_store() -> ResultStore:
    """The store of the task run or flow run the current code belongs to; outside of runs a new one."""
    run = surroundings.run()
    store = None if run is None else run.result_store
    return store if isinstance(store, ResultStore) else ResultStore()
