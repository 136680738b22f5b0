"""Results: stores, records, and what counts where nothing was said."""

from __future__ import annotations

from prefect.connect import engine_config as engine_config
from prefect.engine.results.defaults import (
    DEFAULT_STORAGE_KEY_FN,
    ResultSerializer,
    ResultStorage,
    aget_default_result_storage,
    aresolve_result_storage,
    get_default_persist_setting,
    get_default_persist_setting_for_tasks,
    get_default_result_serializer,
    get_default_result_storage,
    resolve_result_storage,
    resolve_serializer,
    should_persist_result,
)
from prefect.engine.results.records import ResultRecord, ResultRecordMetadata
from prefect.engine.results.store import ResultStore, default_cache, get_result_store

# fmt: off
__all__ = ["DEFAULT_STORAGE_KEY_FN", "ResultRecord", "ResultRecordMetadata", "ResultSerializer", "ResultStorage",
           "ResultStore", "aget_default_result_storage", "aresolve_result_storage", "default_cache",
           "get_default_persist_setting", "get_default_persist_setting_for_tasks", "get_default_result_serializer",
           "get_default_result_storage", "get_result_store", "resolve_result_storage", "resolve_serializer",
           "should_persist_result"]
