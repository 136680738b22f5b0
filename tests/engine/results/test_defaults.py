from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from prefect.engine.results.defaults import (
    aget_default_result_storage,
    aresolve_result_storage,
    default_holder,
    get_default_persist_setting,
    get_default_persist_setting_for_tasks,
    get_default_result_serializer,
    get_default_result_storage,
    resolve_result_storage,
    should_persist_result,
)
from prefect.engine.results.filesystems import LocalFileSystem
from prefect.engine.results.serializers import JSONSerializer, PickleSerializer
from prefect.engine.results.surroundings import surroundings
from tests.engine.results.conftest import Installation


def test_defaults_come_from_the_configuration(installation: Installation) -> None:
    assert get_default_result_serializer() == PickleSerializer()
    assert get_default_result_storage() == LocalFileSystem(basepath=str(installation.config.results_storage_path))
    installation.change(results_default_serializer="json")
    assert get_default_result_serializer() == JSONSerializer()


def test_whether_results_are_kept(installation: Installation) -> None:
    assert not should_persist_result()
    assert not get_default_persist_setting()
    assert not get_default_persist_setting_for_tasks()
    installation.change(results_persist_by_default=True)
    assert should_persist_result()
    assert get_default_persist_setting()
    assert get_default_persist_setting_for_tasks()
    installation.change(task_default_persist_result=False)
    assert not get_default_persist_setting_for_tasks()


def test_the_run_decides_first(installation: Installation) -> None:
    before = surroundings.run
    try:
        for wish, kept in ((True, True), (False, False), (None, False)):
            surroundings.run = lambda wish=wish: SimpleNamespace(persist_result=wish, result_store=None)  # type: ignore[misc]
            assert should_persist_result() is kept
    finally:
        surroundings.run = before


def test_storages_are_resolved(folder: Path) -> None:
    local = LocalFileSystem(basepath=str(folder))
    assert resolve_result_storage(local) is local
    assert resolve_result_storage(folder) == local
    with pytest.raises(ValueError, match="Unable to find block document named b for block type a"):
        resolve_result_storage("a/b")
    with pytest.raises(TypeError, match="Got unsupported type 'int'"):
        resolve_result_storage(5)  # type: ignore[arg-type]


def test_saved_storages_are_loaded(folder: Path, installation: Installation) -> None:
    before, asked = surroundings.load_storage, []
    local = LocalFileSystem(basepath=str(folder))

    def load(name: str) -> LocalFileSystem:
        asked.append(name)
        return local

    surroundings.load_storage = load
    try:
        some_id = uuid4()
        installation.change(results_default_storage_block="local-file-system/mine")
        assert get_default_result_storage() is resolve_result_storage("x/y") is resolve_result_storage(some_id) is local
    finally:
        surroundings.load_storage = before
    assert asked == ["local-file-system/mine", "x/y", str(some_id)]


async def test_asynchronous_twins(folder: Path) -> None:
    assert isinstance(await aget_default_result_storage(), LocalFileSystem)
    assert isinstance(await aresolve_result_storage(folder), LocalFileSystem)


async def test_coroutines_hold_locks_of_their_own() -> None:
    import asyncio

    async def holder() -> str:
        return default_holder()

    names = await asyncio.gather(asyncio.create_task(holder()), asyncio.create_task(holder()))
    assert len({*names, default_holder()}) == 3
    assert default_holder() == default_holder()
