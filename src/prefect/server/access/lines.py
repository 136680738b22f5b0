"""Lines of the server's log: one a record whatever is in it, and no credential among them."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from prefect.engine.logs.masking import mask, remember

FORMAT = "%(asctime)s | %(levelname)-7s | %(name)s - %(message)s"

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("[\n\t]")


class PlainLines(logging.Formatter):
    """Shows control characters instead of sending them, and covers secrets. Only tracebacks have lines of their own."""

    def __init__(self, format: str = FORMAT) -> None:
        super().__init__(format)

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = _BREAKS.sub(_shown, record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return mask(_CONTROL.sub(_shown, super().format(record)))


def _shown(found: re.Match[str]) -> str:
    return ascii(found.group())[1:-1]


def cover(secrets: Iterable[str | None]) -> None:
    """Cover these from now on; of `name:password` the password as well."""
    known = [secret for secret in secrets if secret]
    remember([*known, *(secret.partition(":")[2] for secret in known)])


class JsonLines(PlainLines):
    """The same as one JSON object a line, tracebacks included, for programs that collect logs."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": moment.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": mask(record.getMessage()),
            "process": record.process,
        }
        if record.exc_info:
            line["exception"] = mask(self.formatException(record.exc_info))
        return json.dumps(line)
