from __future__ import annotations

import datetime
import json
import logging
import os
import pickle
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from prefect.engine.results.errors import DamagedResult, ResultNotFound, ResultStorageError
from prefect.engine.results.filesystems import LocalFileSystem, WritableFileSystem
from prefect.engine.results.locks import MemoryLockManager
from prefect.engine.results.policies import INPUTS
from prefect.engine.results.records import ResultRecord
from prefect.engine.results.serializers import JSONSerializer, PickleSerializer
from prefect.engine.results.store import RecentRecords, ResultStore, get_result_store, read_referred
from prefect.engine.results.surroundings import surroundings
from prefect.exceptions import ConfigurationError, MissingResult, SerializationError, UntrustedResult
from tests.engine.results.conftest import Installation, SettableClock

ZERO = datetime.datetime(2023, 11, 14, 22, 13, 20, tzinfo=datetime.UTC)
"""Where the test clock stands."""


def cached(folder: Path) -> ResultStore:
    return ResultStore(result_storage=LocalFileSystem(basepath=str(folder)))


def files(folder: Path) -> list[str]:
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())


def test_values_are_written_and_read(store: ResultStore, folder: Path) -> None:
    store.write({"a": 1}, key="mine")
    record = store.read("mine")
    assert record.result == {"a": 1}
    assert record.is_persisted
    assert record.metadata.storage_key == str(folder / "mine")
    assert store.read(record.metadata.storage_key).result == {"a": 1}
    assert (store.exists("mine"), store.exists("other")) == (True, False)


def test_a_reference_is_followed_within_its_storage(
    store: ResultStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write({"a": 1}, key="mine")
    saved = {"our-id": store.result_storage, "another": object()}
    monkeypatch.setattr(surroundings, "load_storage", saved.__getitem__)
    assert read_referred({"storage_key": "mine", "storage_block_id": "our-id"}) == {"a": 1}
    with pytest.raises(ResultNotFound):
        read_referred({"storage_key": str(uuid4())})
    with pytest.raises(ValueError, match="outside of the base path"):
        read_referred({"storage_key": "../mine", "storage_block_id": "our-id"})
    with pytest.raises(ValueError, match="no text"):
        read_referred({"storage_key": 5})
    with pytest.raises(TypeError, match="Result storage must be"):
        read_referred({"storage_key": "mine", "storage_block_id": "another"})


def test_a_record_can_be_made_first(store: ResultStore, folder: Path) -> None:
    record = store.create_result_record([1], key="a/b")
    assert (record.is_persisted, files(folder)) == (False, [])
    store.persist_result_record(record)
    assert (record.is_persisted, files(folder)) == (True, ["a/b"])


def test_keys_are_made_where_none_is_given(store: ResultStore, folder: Path) -> None:
    store.write(1)
    store.write(2)
    assert [len(name) for name in files(folder)] == [32, 32]
    store.storage_key_fn = lambda: "made"
    store.write(3)
    assert store.read("made").result == 3


def test_what_is_not_there_is_said_in_full(store: ResultStore, folder: Path) -> None:
    with pytest.raises(ResultNotFound) as caught:
        store.read("nothing")
    for part in (
        f"Path {folder}/nothing does not exist",
        "'nothing'",
        repr(store.result_storage),
        "persist_result",
        "PREFECT_LOCAL_STORAGE_PATH",
    ):
        assert part in str(caught.value)
    assert isinstance(caught.value, MissingResult)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("key", ["../outside", "/etc/passwd", "a/../../b"])
def test_keys_stay_inside(store: ResultStore, key: str) -> None:
    for call in (store.read, store.find, store.exists, lambda key: store.write(1, key)):
        with pytest.raises(ValueError, match="outside of the base path"):
            call(key)


def test_what_cannot_be_serialized_leaves_nothing(store: ResultStore, folder: Path) -> None:
    store.write(1, "key")
    with pytest.raises(SerializationError, match="'lock'"):
        store.write(threading.Lock(), "key")
    assert store.read("key").result == 1
    assert files(folder) == ["key"]


def test_a_storage_that_cannot_be_written_to(folder: Path) -> None:
    (folder / "file").touch()
    store = ResultStore(result_storage=LocalFileSystem(basepath=str(folder / "file" / "below")))
    with pytest.raises(ResultStorageError, match="Not a directory"):
        store.write(1, "key")
    assert store.find("key") is None
    assert not store.exists("key")


# --- memory


def test_records_are_kept_at_hand(folder: Path) -> None:
    store = cached(folder)
    store.write([1], "key")
    (folder / "key").unlink()
    assert store.read("key").result == [1]
    assert store.exists("key")
    assert store.find("key") is store.read("key")
    with pytest.raises(ResultNotFound):
        cached(folder).read("key")


def test_the_cache_is_bounded_and_forgets_the_oldest() -> None:
    cache = RecentRecords(maxsize=2)
    records: list[Any] = [object(), object(), object()]
    cache["a"], cache["b"] = records[0], records[1]
    assert cache.get("a") is records[0]
    cache["c"] = records[2]
    assert (cache.get("a"), cache.get("b"), cache.get("c"), len(cache)) == (records[0], None, records[2], 2)
    cache.pop("a")
    cache.pop("a")
    assert len(cache) == 1


def test_stores_travel_without_what_they_have_at_hand(folder: Path) -> None:
    store = cached(folder)
    store.write([1], "key")
    copy = pickle.loads(pickle.dumps(store))
    assert len(copy.cache) == 0
    assert copy.read("key").result == [1]


# --- caches


def test_expired_records_are_not_found(folder: Path, clock: SettableClock) -> None:
    for store in (
        cached(folder),
        ResultStore(result_storage=LocalFileSystem(basepath=str(folder)), cache_result_in_memory=False),
    ):
        store.write(1, "key", expiration=datetime.datetime.fromtimestamp(clock.now() / 1e6 + 10, datetime.UTC))
        assert store.exists("key")
        assert store.find("key") is not None
        clock.advance(10)
        assert not store.exists("key")
        assert store.find("key") is None
        assert store.read("key").result == 1


def test_a_newer_record_replaces_an_expired_one_at_hand(folder: Path, clock: SettableClock) -> None:
    store, other = cached(folder), cached(folder)
    store.write(1, "key", expiration=ZERO + datetime.timedelta(seconds=1))
    clock.advance(5)
    other.write(2, "key", expiration=ZERO + datetime.timedelta(seconds=60))
    found = store.find("key")
    assert found is not None
    assert found.result == 2


def test_moments_without_a_zone_are_utc(store: ResultStore) -> None:
    store.write(1, "past", expiration=ZERO.replace(tzinfo=None))
    store.write(1, "future", expiration=ZERO.replace(tzinfo=None) + datetime.timedelta(seconds=1))
    assert (store.exists("past"), store.exists("future")) == (False, True)


DAMAGES: dict[str, bytes] = {
    "empty": b"",
    "garbage": b"\x80\x04\xff",
    "truncated": b'{"metadata": {"storage_key": "k", "exp',
    "another document": b'{"hello": "world"}',
    "a list": b"[1, 2]",
    "odd expiration": b'{"metadata": {"expiration": "soon", "serializer": {"type": "json"}}, "result": "1"}',
    "odd type of expiration": b'{"metadata": {"expiration": [], "serializer": {"type": "json"}}, "result": "1"}',
}


@pytest.mark.parametrize("content", DAMAGES.values(), ids=DAMAGES)
def test_damaged_records_are_absent_to_caches_and_errors_to_readers(
    store: ResultStore, folder: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "key").write_bytes(content)
    assert not store.exists("key")
    with caplog.at_level(logging.WARNING, "prefect.results"):
        assert store.find("key") is None
    assert "'key' is not used" in caplog.text
    with pytest.raises(DamagedResult, match=f"{folder}/key"):
        store.read("key")
    store.write("new", "key")
    assert store.read("key").result == "new"


class Planted:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def test_a_planted_pickle_is_absent_to_caches_and_refused_to_readers(
    store: ResultStore, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.write({"a": 1}, "key")
    document = json.loads((folder / "key").read_text())
    document["result"] = PickleSerializer().dumps(Planted(str(tmp_path / "planted"))).decode()
    (folder / "key").write_text(json.dumps(document))
    with caplog.at_level(logging.WARNING, "prefect.results"):
        assert store.find("key") is None
    assert "is not used" in caplog.text
    with pytest.raises(UntrustedResult, match=f"The result at {folder}/key is not read"):
        store.read("key")
    assert not (tmp_path / "planted").exists()


def test_a_renamed_record_is_refused(store: ResultStore, folder: Path) -> None:
    store.write({"a": 1}, "key")
    shutil.copy(folder / "key", folder / "other")
    with pytest.raises(UntrustedResult, match="it was written under the key 'key'"):
        store.read("other")
    assert store.find("other") is None
    store.write(store.read("key").result, "other")
    assert store.read("other").result == {"a": 1}


def test_a_renamed_json_record_is_read(store: ResultStore, folder: Path) -> None:
    store.serializer = JSONSerializer()
    store.write({"a": 1}, "key")
    shutil.copy(folder / "key", folder / "other")
    assert store.read("other").result == {"a": 1}


def test_a_storage_that_was_moved_as_a_whole(store: ResultStore, folder: Path) -> None:
    store.write({"a": 1}, "deep/key")
    moved = folder.parent / "moved"
    shutil.move(folder, moved)
    record = cached(moved).read("deep/key")
    assert (record.result, record.metadata.storage_key) == ({"a": 1}, str(moved / "deep" / "key"))


def test_a_storage_reached_by_another_path(store: ResultStore, folder: Path) -> None:
    store.write([1], "key")
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert cached(link).read("key").result == [1]


def test_another_installation(store: ResultStore, installation: Installation) -> None:
    store.write([1], "key")
    installation.change(results_key=lambda: b"o" * 32)
    assert store.find("key") is None
    installation.change(results_allow_untagged=True)
    assert store.read("key").result == [1]


# --- metadata apart


@pytest.fixture
def apart(folder: Path) -> ResultStore:
    metadata = LocalFileSystem(basepath=str(folder.parent / "metadata"))
    return ResultStore(
        result_storage=LocalFileSystem(basepath=str(folder)), metadata_storage=metadata, cache_result_in_memory=False
    )


def test_metadata_apart(apart: ResultStore, folder: Path) -> None:
    apart.write([1], "a/key")
    assert files(folder) == files(folder.parent / "metadata") == ["a/key"]
    assert PickleSerializer().loads((folder / "a" / "key").read_bytes()) == [1]
    assert apart.read("a/key").result == [1]
    assert apart.exists("a/key")
    assert not apart.exists("other")


@pytest.mark.parametrize("missing", ["results", "metadata"])
def test_half_a_record_is_none(apart: ResultStore, folder: Path, missing: str) -> None:
    apart.write([1], "key")
    (folder.parent / missing / "key").unlink()
    assert not apart.exists("key")
    assert apart.find("key") is None
    with pytest.raises(ResultNotFound):
        apart.read("key")


def test_planted_payloads_beside_metadata(apart: ResultStore, folder: Path, tmp_path: Path) -> None:
    apart.write([1], "key")
    (folder / "key").write_bytes(PickleSerializer().dumps(Planted(str(tmp_path / "planted"))))
    with pytest.raises(UntrustedResult):
        apart.read("key")
    assert not (tmp_path / "planted").exists()


# --- storages of the users' own


class Memory(WritableFileSystem):
    """Asynchronous, and knows nothing of paths."""

    def check(self) -> None:
        self.files: dict[str, bytes] = {}

    async def read_path(self, path: str) -> bytes:
        try:
            return self.files[path]
        except KeyError:
            raise ValueError(path) from None

    async def write_path(self, path: str, content: bytes) -> None:
        self.files[path] = content


def test_an_asynchronous_storage() -> None:
    store = ResultStore(result_storage=Memory(), cache_result_in_memory=False)
    store.write([1], "key")
    assert store.read("key").result == [1]
    assert store.find("none") is None


async def test_stores_in_asynchronous_code(store: ResultStore) -> None:
    await store.awrite([1], key="mine")
    assert (await store.aread("mine")).result == [1]
    assert await store.aexists("mine")
    assert not await store.aexists("other")
    found = await store.afind("mine")
    assert found is not None
    record = store.create_result_record(5, "five")
    await store.apersist_result_record(record)
    assert store.read("five").result == 5


async def test_sync_calls_in_asynchronous_code_block(store: ResultStore) -> None:
    store.write([1], "key")
    assert store.read("key").result == [1]
    mine = ResultStore(result_storage=Memory(), cache_result_in_memory=False)
    mine.write([1], "key")
    assert mine.read("key").result == [1]


# --- flows and tasks


def spec(**options: Any) -> SimpleNamespace:
    defaults: dict[str, Any] = dict.fromkeys(
        ("result_storage", "result_serializer", "cache_policy", "result_storage_key")
    )
    return SimpleNamespace(**{**defaults, "cache_result_in_memory": True, **options})


def test_stores_of_flows_and_tasks(folder: Path, installation: Installation) -> None:
    flow = ResultStore().update_for_flow(spec(result_serializer="json"))
    assert flow.result_storage == LocalFileSystem(basepath=str(installation.config.results_storage_path))
    assert flow.serializer == JSONSerializer()
    inherits = flow.update_for_task(spec())
    assert (inherits.serializer, inherits.result_storage) == (flow.serializer, flow.result_storage)
    own = flow.update_for_task(spec(result_storage=folder, result_serializer="pickle", cache_result_in_memory=False))
    assert own.result_storage == LocalFileSystem(basepath=str(folder))
    assert (own.serializer, own.cache_result_in_memory) == (PickleSerializer(), False)
    assert own.cache is flow.cache


def test_what_a_cache_policy_asks_for(folder: Path) -> None:
    locks = MemoryLockManager()
    policy = INPUTS.configure(key_storage=folder / "keys", lock_manager=locks)
    store = ResultStore().update_for_task(spec(cache_policy=policy))
    assert store.metadata_storage == LocalFileSystem(basepath=str(folder / "keys"))
    assert store.lock_manager is locks


def test_templates_of_keys(folder: Path) -> None:
    store = ResultStore().update_for_task(spec(result_storage=folder, result_storage_key="{run.name}-{parameters[x]}"))
    before = surroundings.key_values
    surroundings.key_values = lambda: {"run": SimpleNamespace(name="brave-otter"), "parameters": {"x": 4}}
    try:
        store.write([1])
    finally:
        surroundings.key_values = before
    assert files(folder) == ["brave-otter-4"]


async def test_asynchronous_updates() -> None:
    assert (await ResultStore().aupdate_for_flow(spec(result_serializer="json"))).serializer == JSONSerializer()
    assert (await ResultStore().aupdate_for_task(spec(result_serializer="json"))).serializer == JSONSerializer()


def test_the_store_of_the_run() -> None:
    store, before = ResultStore(), surroundings.run
    assert get_result_store() is not store
    surroundings.run = lambda: SimpleNamespace(result_store=store, persist_result=None)
    try:
        assert get_result_store() is store
    finally:
        surroundings.run = before


# --- locks


@pytest.fixture
def locked(folder: Path) -> ResultStore:
    return ResultStore(result_storage=LocalFileSystem(basepath=str(folder)), lock_manager=MemoryLockManager())


def test_locks_of_a_store(locked: ResultStore) -> None:
    assert locked.acquire_lock("k")
    assert locked.is_locked("k")
    assert locked.is_lock_holder("k")
    assert not locked.is_lock_holder("k", "other")
    assert not locked.acquire_lock("k", "other", timeout=0.01)
    assert not locked.wait_for_lock("k", timeout=0.01)
    with pytest.raises(RuntimeError, match="locked by another holder"):
        locked.write(1, "k", holder="other")
    locked.write(1, "k")
    locked.release_lock("k")
    assert locked.wait_for_lock("k")
    locked.write(2, "k", holder="other")


def test_readers_wait_for_who_computes(locked: ResultStore) -> None:
    locked.acquire_lock("k", "other")

    def compute() -> None:
        locked.write("computed", "k", holder="other")
        locked.release_lock("k", "other")

    timer = threading.Timer(0.05, compute)
    timer.start()
    assert locked.read("k").result == "computed"
    timer.join()


async def test_locks_in_asynchronous_code(locked: ResultStore) -> None:
    assert await locked.aacquire_lock("k")
    assert locked.is_lock_holder("k")
    assert not await locked.await_for_lock("k", timeout=0.01)
    await locked.awrite(1, "k")
    assert (await locked.aread("k")).result == 1
    locked.release_lock("k")
    assert await locked.await_for_lock("k")


def test_no_locks_without_a_manager(store: ResultStore) -> None:
    for call in (store.acquire_lock, store.release_lock, store.is_locked, store.is_lock_holder, store.wait_for_lock):
        with pytest.raises(ConfigurationError, match="not configured with a lock manager"):
            call("k")


def test_isolation_levels(store: ResultStore, locked: ResultStore) -> None:
    assert [each.supports_isolation_level("READ_COMMITTED") for each in (store, locked)] == [True, True]
    assert [each.supports_isolation_level("SERIALIZABLE") for each in (store, locked)] == [False, True]
    with pytest.raises(ValueError, match="Unsupported isolation level: NONE"):
        store.supports_isolation_level("NONE")


def test_how_it_looks(store: ResultStore) -> None:
    assert "result_storage=LocalFileSystem" in repr(store)
    assert store.generate_default_holder().endswith("MainThread")
    assert isinstance(store.create_result_record(1), ResultRecord)
