"""Filters that a logging configuration of one's own can name."""

from __future__ import annotations

import logging
from typing import Any

from prefect.settings import get_current_settings
from prefect.utilities.names import obfuscate

__all__ = ["ObfuscateApiKeyFilter", "redact_substr"]


def redact_substr(obj: object, substr: str) -> Any:
    """A value with a secret made unreadable wherever it occurs in texts, also inside of lists, tuples and dicts."""
    if isinstance(obj, str):
        return obj.replace(substr, obfuscate(substr))
    if isinstance(obj, dict):
        return {key: redact_substr(value, substr) for key, value in obj.items()}
    if isinstance(obj, (list, tuple, set)):
        return type(obj)(redact_substr(item, substr) for item in obj)
    return obj


class ObfuscateApiKeyFilter(logging.Filter):
    """Makes the API key unreadable in every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        key = get_current_settings().api.key
        if key is not None:
            record.msg = redact_substr(record.msg, key.get_secret_value())
            if record.args:
                record.args = redact_substr(record.args, key.get_secret_value())
        return True
