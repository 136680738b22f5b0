"""Loggers of runs: their lines are shown on the console and kept on record with the run."""

from __future__ import annotations

from prefect.logging.loggers import LogEavesdropper, disable_run_logger, get_logger, get_run_logger

__all__ = ["LogEavesdropper", "disable_run_logger", "get_logger", "get_run_logger"]
