"""The server's log cannot be forged, and gives no credential away."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import pytest

from prefect.engine.logs.masking import forget_secrets
from prefect.server.access.lines import PlainLines, cover


@pytest.fixture
def _secrets() -> Iterator[None]:
    cover(["root:planted-passw0rd", None, ""])
    yield
    forget_secrets()


def line(message: str, *arguments: object, error: BaseException | None = None) -> str:
    info = None if error is None else (type(error), error, error.__traceback__)
    return PlainLines().format(logging.LogRecord("prefect.server", 30, "x.py", 1, message, arguments, info))


def test_one_record_is_one_line() -> None:
    forged = line("no flow %r of %s", "a\nb", "x\r\n2026 | ERROR | forged\x1b[2J\x9b\u202e\u2028")
    assert "\n" not in forged
    assert forged.endswith(r"of x\r\n2026 | ERROR | forged\x1b[2J\x9b\u202e\u2028")
    assert line("plain \N{SNOWMAN} text").endswith("WARNING | prefect.server - plain \N{SNOWMAN} text")


def test_tracebacks_keep_their_lines_and_no_control_characters() -> None:
    try:
        raise ValueError("odd\x1b[31m")
    except ValueError:
        shown = line("failed", error=sys.exc_info()[1])
    assert "\n  File " in shown
    assert "\x1b" not in shown
    assert r"odd\x1b[31m" in shown


@pytest.mark.usefixtures("_secrets")
def test_credentials_are_covered() -> None:
    for said in ("root:planted-passw0rd", "planted-passw0rd", "postgresql://u:other-passw0rd@host/db"):
        assert "passw0rd" not in line("it said %s", said)
