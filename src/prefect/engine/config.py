"""The values the engine runs by, handed down once by the composition root.

Nothing at or below this storey reads settings or the environment. `prefect.connect` turns settings into an
`EngineConfig` and registers a provider here; the engine asks for the current one. Tests register their own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from prefect.utilities.records import record


def _no_key() -> bytes:
    return b""


@record
class EngineConfig:
    """Everything configurable about running flows and tasks, as plain values."""

    home: Path
    """Directory that holds the embedded database, results, keys and profiles."""

    results_storage_path: Path
    """Default directory of the local result storage."""

    results_default_serializer: str = "pickle"
    results_persist_by_default: bool = False
    results_default_storage_block: str | None = None
    results_allow_untagged: bool = False
    """Read pickled results that carry no authentication tag. Unsafe: they may run code."""

    results_key: Callable[[], bytes] = _no_key
    """Returns the 32-byte key that authenticates pickled results; it lies in `home`, never in a store."""

    results_inline_limit: int = 8192
    """Serialized results up to this many bytes travel in the journal with their terminal state."""

    replay_on_resume: bool = True
    """Finished calls of a run resumed from outside return their recorded results."""

    flow_default_retries: int = 0
    flow_default_retry_delay_seconds: float | list[float] = 0
    task_default_retries: int = 0
    task_default_retry_delay_seconds: float | list[float] | None = 0
    task_default_persist_result: bool | None = None
    task_default_no_cache: bool = False
    task_disable_caching: bool = False
    task_refresh_cache: bool = False
    thread_pool_max_workers: int | None = None
    process_pool_max_workers: int | None = None

    logging_level: str = "INFO"
    logging_log_prints: bool = False
    logging_colors: bool = True
    logging_markup: bool = False
    logging_to_api_enabled: bool = True
    logging_to_api_max_log_size: int = 1_000_000
    logging_to_api_when_missing_flow: str = "warn"
    logging_config_path: Path | None = None
    logging_extra_loggers: tuple[str, ...] = ()
    internal_logging_level: str = "ERROR"

    secrets: tuple[str, ...] = ()
    """Values of settings marked as secret, to be covered in logs and in the record."""

    api_url: str | None = None
    ui_url: str | None = None
    test_mode: bool = False
    debug_mode: bool = False
    tag_slot_wait_seconds: float = 10.0


_provider: Callable[[], EngineConfig] | None = None


def provide_config(provider: Callable[[], EngineConfig]) -> None:
    """Register the function that yields the current configuration; the last one registered wins."""
    global _provider
    _provider = provider


def current_config() -> EngineConfig:
    """The configuration in force here and now. Raises RuntimeError if no provider was registered."""
    if _provider is None:
        raise RuntimeError("No engine configuration: import prefect.connect before running flows or tasks.")
    return _provider()
