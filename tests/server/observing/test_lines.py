"""The server's log as JSON, a line a record."""

from __future__ import annotations

import json
import logging

from prefect.engine.logs.masking import remember
from prefect.server.access.lines import JsonLines


def line(message: str, *arguments: object, **facts: object) -> str:
    record = logging.makeLogRecord(
        {"name": "prefect.server", "levelname": "ERROR", "msg": message, "args": arguments, **facts}
    )
    return JsonLines().format(record)


def test_one_object_a_line_whatever_is_in_it() -> None:
    text = line("a %s", 'quo"te\nnew \x1b[31mline\u2028', created=0.5)
    assert text.isprintable()
    assert json.loads(text) == {
        "time": "1970-01-01T00:00:00.500Z", "level": "ERROR", "logger": "prefect.server",
        "message": 'a quo"te\nnew \x1b[31mline\u2028', "process": json.loads(text)["process"],
    }  # fmt: skip


def test_a_traceback_is_part_of_its_record() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        text = line("failed", exc_info=(type(error), error, error.__traceback__))
    assert "\n" not in text
    assert "ValueError: broken" in json.loads(text)["exception"]


def test_secrets_are_covered() -> None:
    remember(["a-very-secret-word"])
    assert "a-very-secret-word" not in line("with %s", "a-very-secret-word")
