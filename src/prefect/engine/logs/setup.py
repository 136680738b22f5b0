"""Connecting the standard library's loggers to the console and the record, once per configuration."""

from __future__ import annotations

import logging
from pathlib import Path

from prefect.engine.config import EngineConfig
from prefect.engine.logs.files import load_logging_file
from prefect.engine.logs.handlers import ConsoleHandler, JournalHandler
from prefect.engine.logs.loggers import FLOW_RUNS, TASK_RUNS
from prefect.engine.logs.masking import remember

_done_for: EngineConfig | None = None


def setup_logging(config: EngineConfig, anew: bool = False, incremental: bool = False) -> dict[str, object]:
    """Install what the user's configuration file asks for, or else the handlers that `config` does.

    Nothing is done, unless `anew`, for a configuration that is installed. Returns what the file holds.
    """
    global _done_for
    if _done_for is config and not anew:
        return {}
    _done_for = config
    remember(config.secrets)
    path = config.logging_config_path
    if path is not None and path.exists():
        return _install_file(path, incremental)
    _install_handlers(config)
    return {}


def _install_file(path: Path, incremental: bool) -> dict[str, object]:
    import logging.config

    loaded = load_logging_file(path)
    logging.config.dictConfig({**loaded, "incremental": incremental})
    return loaded


def _install_handlers(config: EngineConfig) -> None:
    _install(logging.getLogger("prefect"), ConsoleHandler(config.logging_colors), config.logging_level)
    journal = JournalHandler()
    for logger in (FLOW_RUNS, TASK_RUNS):
        _install(logger, journal, logging.NOTSET)
    for name in config.logging_extra_loggers:
        _install(logging.getLogger(name), journal, config.logging_level)
        _install(logging.getLogger(name), ConsoleHandler(config.logging_colors), config.logging_level)


def _install(logger: logging.Logger, handler: logging.Handler, level: int | str) -> None:
    """Put one handler of its kind on a logger."""
    for known in list(logger.handlers):
        if type(known) is type(handler):
            logger.removeHandler(known)
    logger.addHandler(handler)
    logger.setLevel(level)
    if logger.name == "prefect":
        logger.propagate = False
