"""A logging configuration of one's own, and the classes that it names."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from prefect import flow
from prefect.exceptions import ConfigurationError
from prefect.logging.configuration import load_logging_config, setup_logging
from prefect.logging.filters import ObfuscateApiKeyFilter, redact_substr
from prefect.logging.formatters import JsonFormatter, PrefectFormatter
from prefect.logging.handlers import PrefectConsoleHandler, emit_api_log, set_api_log_sink
from prefect.settings import temporary_settings
from prefect.testing.utilities import prefect_test_harness

CONFIG = """
[formatters.mine]
"()" = "prefect.logging.formatters.PrefectFormatter"
format = "%(message)s"
flow_run_fmt = "${PREFIX}%(flow_run_name)s: %(message)s"
[handlers.mine]
class = "prefect.logging.handlers.PrefectConsoleHandler"
formatter = "mine"
[loggers.prefect]
level = "INFO"
handlers = ["mine"]
propagate = false
"""


@pytest.fixture(autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield
    setup_logging()


def record_of(message: str, name: str = "prefect.flow_runs") -> logging.LogRecord:
    made = logging.LogRecord(name, logging.INFO, "", 0, message, None, None)
    made.flow_run_name = "mine"
    return made


def test_a_file_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFIX", "> ")
    path = tmp_path / "logging.toml"
    path.write_text(CONFIG)
    with temporary_settings({"PREFECT_LOGGING_CONFIG_PATH": path}):
        assert setup_logging()["loggers"]["prefect"]["level"] == "INFO"
        flow(lambda: None, name="main", flow_run_name="mine")()
        logging.getLogger("prefect").handlers[0].flush()
    assert "> mine: Finished in state Completed()" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "text"), [("a.json", "{"), ("a.toml", "="), ("a.yml", ": :\n -"), ("a.json", "[]")])
def test_files_that_cannot_be_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigurationError, match=name):
        load_logging_config(tmp_path / name)


def test_forms(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("loggers: {mine: {level: INFO}}")
    (tmp_path / "a.json").write_text('{"loggers": {"mine": {"level": "INFO"}}}')
    assert load_logging_config(tmp_path / "a.yml") == load_logging_config(tmp_path / "a.json")


def test_settings_name_levels_and_extra_loggers() -> None:
    with temporary_settings({"PREFECT_LOGGING_LEVEL": "WARNING", "PREFECT_LOGGING_EXTRA_LOGGERS": "extra.lib"}):
        assert setup_logging() == {}
        assert logging.getLogger("prefect").level == logging.WARNING
        assert len(logging.getLogger("extra.lib").handlers) == 2
    logging.getLogger("extra.lib").handlers.clear()


def test_json_lines() -> None:
    line = json.loads(JsonFormatter("default").format(record_of("hello")))
    assert (line["message"], line["name"], line["flow_run_name"]) == ("hello", "prefect.flow_runs", "mine")
    failed = record_of("bad")
    try:
        raise KeyError("k")
    except KeyError:
        failed.exc_info = sys.exc_info()
    shown = json.loads(JsonFormatter("pretty").format(failed))["exc_info"]
    assert (shown["type"], shown["message"]) == ("KeyError", "'k'")
    assert "test_json_lines" in shown["traceback"]


def test_lines_of_runs_have_their_own_form() -> None:
    formatter = PrefectFormatter("%(message)s", flow_run_fmt="%(flow_run_name)s %(message)s")
    assert formatter.format(record_of("m")) == "mine m"
    assert formatter.format(record_of("m", "other")) == "m"


def test_the_console() -> None:
    stream = io.StringIO()
    handler = PrefectConsoleHandler(stream=stream, level="WARNING")
    handler.emit(record_of("m"))
    handler.setFormatter(PrefectFormatter("* %(message)s"))
    handler.emit(record_of("m"))
    handler.flush()
    first, second = stream.getvalue().splitlines()
    assert first.endswith("| INFO    | Flow run 'mine' - m")
    assert (second, handler.level) == ("* m", logging.WARNING)


def test_secrets() -> None:
    assert redact_substr({"a": ["my key", ("key",), 5]}, "key") == {"a": ["my ********", ("********",), 5]}
    line = record_of("key")
    with temporary_settings({"PREFECT_API_KEY": "key"}):
        assert ObfuscateApiKeyFilter().filter(line)
    assert line.getMessage() == "********"


def test_a_sink() -> None:
    seen: list[dict[str, object]] = []
    set_api_log_sink(seen.append)
    emit_api_log({"message": "m"})
    set_api_log_sink(None)
    emit_api_log({"message": "unheard"})
    assert seen == [{"message": "m"}]
