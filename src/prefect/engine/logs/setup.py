"""Connecting the standard library's loggers to the console and the record, once per configuration."""

from __future__ import annotations

import logging

from prefect.engine.config import EngineConfig
from prefect.engine.logs.handlers import ConsoleHandler, JournalHandler
from prefect.engine.logs.loggers import FLOW_RUNS, TASK_RUNS

_done_for: EngineConfig | None = None


def setup_logging(config: EngineConfig) -> None:
    """Install the handlers that `config` asks for; does nothing when they are there."""
    global _done_for
    if _done_for is config:
        return
    _done_for = config
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
