"""A logging configuration of the user's own, in a file: YAML, TOML or JSON in the form of `dictConfig`."""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Mapping
from pathlib import Path

from prefect.exceptions import ConfigurationError
from prefect.settings.runtime import environment_text


def load_logging_file(path: Path) -> dict[str, object]:
    """The configuration in a file, `${NAME}` replaced by the environment variable. Raises ConfigurationError."""
    try:
        text = string.Template(path.read_text()).safe_substitute(environment_text())
        loaded = _PARSERS.get(path.suffix, _yaml)(text)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"Logging configuration {str(path)!r} cannot be read: {error}") from error
    if not isinstance(loaded, dict):
        raise ConfigurationError(f"Logging configuration {str(path)!r} is not a mapping.")
    return {"version": 1, "disable_existing_loggers": False, **loaded}


def _yaml(text: str) -> object:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(error) from error


def _toml(text: str) -> object:
    import tomllib

    return tomllib.loads(text)


_PARSERS: Mapping[str, Callable[[str], object]] = {".json": json.loads, ".toml": _toml}
