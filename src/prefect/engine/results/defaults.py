"""Which storage, serializer and store count where nothing else was said, and what options stand for."""

from __future__ import annotations

import os
import platform
import threading
from pathlib import Path
from uuid import UUID

from prefect.engine.config import current_config
from prefect.engine.results.filesystems import WritableFileSystem
from prefect.engine.results.serializers import Serializer
from prefect.engine.results.serializers import resolve_serializer as resolve_serializer
from prefect.engine.results.surroundings import surroundings
from prefect.utilities.asyncutils import in_running_loop
from prefect.utilities.twins import twin

ResultStorage = WritableFileSystem | str | Path
ResultSerializer = Serializer | str


def DEFAULT_STORAGE_KEY_FN() -> str:
    """A new key: 32 hexadecimal digits."""
    return surroundings.clock().new_id().hex


def get_default_result_serializer() -> Serializer:
    """The serializer of the setting PREFECT_RESULTS_DEFAULT_SERIALIZER."""
    return resolve_serializer(current_config().results_default_serializer)


def get_default_result_storage() -> WritableFileSystem:
    """The storage of PREFECT_DEFAULT_RESULT_STORAGE_BLOCK, else the folder of PREFECT_LOCAL_STORAGE_PATH."""
    config = current_config()
    if config.results_default_storage_block is not None:
        return resolve_result_storage(config.results_default_storage_block)
    return _folder(config.results_storage_path)


def _folder(path: Path) -> WritableFileSystem:
    """The storage of a folder."""
    made: WritableFileSystem = surroundings.local_storage(basepath=str(path))
    return made


aget_default_result_storage = twin(get_default_result_storage)


def resolve_result_storage(result_storage: ResultStorage | UUID) -> WritableFileSystem:
    """A storage as it is, the one saved under "block-type/name", or the folder at a path.

    Raises ValueError if no such storage is saved, TypeError for anything else.
    """
    if isinstance(result_storage, Path):
        return _folder(result_storage)
    if isinstance(result_storage, (str, UUID)):
        found: WritableFileSystem = surroundings.load_storage(str(result_storage))
        return found
    if hasattr(result_storage, "read_path") and hasattr(result_storage, "write_path"):
        return result_storage
    raise TypeError(
        "Result storage must be one of the following types: 'UUID', 'Block', 'str'. "
        f"Got unsupported type '{type(result_storage).__name__}'."
    )


aresolve_result_storage = twin(resolve_result_storage)


def format_storage_key(template: str) -> str:
    """A `result_storage_key` with the names in braces filled in, such as `{flow_run.name}-{parameters[x]}`."""
    return template.format(**surroundings.key_values())


def should_persist_result() -> bool:
    """Whether the run the current code belongs to keeps its result."""
    run = surroundings.run()
    if run is not None and run.persist_result is not None:
        return run.persist_result
    return get_default_persist_setting()


def get_default_persist_setting() -> bool:
    """The setting PREFECT_RESULTS_PERSIST_BY_DEFAULT."""
    return current_config().results_persist_by_default


def get_default_persist_setting_for_tasks() -> bool:
    """The setting PREFECT_TASKS_DEFAULT_PERSIST_RESULT, else PREFECT_RESULTS_PERSIST_BY_DEFAULT."""
    config = current_config()
    chosen = config.task_default_persist_result
    return config.results_persist_by_default if chosen is None else chosen


def default_holder() -> str:
    """The name under which the current code holds locks: host, process, thread, and task of an event loop."""
    thread = threading.current_thread()
    name = f"{platform.node()}:{os.getpid()}:{thread.ident}:{thread.name}"
    if not in_running_loop():
        return name
    import asyncio

    task = asyncio.current_task()
    return name if task is None else f"{name}:{task.get_name()}:{id(task)}"
