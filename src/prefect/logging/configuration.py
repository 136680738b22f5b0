"""Setting up logging: by the settings, or by a file of one's own at PREFECT_LOGGING_CONFIG_PATH."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect.connect import engine_config
from prefect.engine.logs import setup
from prefect.engine.logs.files import load_logging_file
from prefect.settings import get_setting

__all__ = [
    "PREFECT_LOGGING_EXTRA_LOGGERS",
    "PREFECT_LOGGING_SETTINGS_PATH",
    "ensure_logging_setup",
    "load_logging_config",
    "setup_logging",
]

PREFECT_LOGGING_EXTRA_LOGGERS = get_setting("PREFECT_LOGGING_EXTRA_LOGGERS")
PREFECT_LOGGING_SETTINGS_PATH = get_setting("PREFECT_LOGGING_SETTINGS_PATH")


def load_logging_config(path: Path) -> dict[str, Any]:
    """The configuration in a file (YAML, TOML or JSON), in the form of `logging.config.dictConfig`.

    `${NAME}` stands for the setting or environment variable of that name. Raises ConfigurationError if the file cannot
    be read.
    """
    return load_logging_file(path)


def setup_logging(incremental: bool | None = None) -> dict[str, Any]:
    """Install handlers and levels as the settings ask; returns the file's configuration, {} where there is none.

    Args:
        incremental: change levels only, as `dictConfig` does.
    """
    return setup.setup_logging(engine_config(), anew=True, incremental=bool(incremental))


def ensure_logging_setup() -> None:
    """Install handlers and levels unless that is done."""
    setup.setup_logging(engine_config())
