"""Loggers by name and by hand, listening in, turning them off, prints."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from prefect import flow, get_run_logger, task
from prefect.context import FlowRunContext, TaskRunContext
from prefect.exceptions import MissingContextError
from prefect.logging import LogEavesdropper, disable_run_logger, get_logger
from prefect.logging.loggers import flow_run_logger, get_worker_logger, patch_print, task_run_logger
from prefect.testing.utilities import prefect_test_harness
from tests.concurrency.support import rows


@pytest.fixture(scope="module", autouse=True)
def record() -> Iterator[None]:
    with prefect_test_harness():
        yield


@pytest.mark.parametrize(
    ("given", "name"),
    [(None, "prefect"), ("prefect", "prefect.prefect"), ("mine", "prefect.mine"), ("prefect.mine", "prefect.mine")],
)
def test_names(given: str | None, name: str) -> None:
    assert get_logger(given).name == name


def test_lines_are_on_record() -> None:
    @task
    def work() -> None:
        get_run_logger().warning("my %s", "task line")

    @flow
    def main() -> None:
        get_run_logger().info("my flow line")
        work()

    main()
    lines = rows("SELECT level, message, task_run_id IS NULL FROM log WHERE message LIKE 'my %' ORDER BY position")
    assert lines == [(logging.INFO, "my flow line", 1), (logging.WARNING, "my task line", 0)]


def test_outside_of_runs() -> None:
    with pytest.raises(MissingContextError):
        get_run_logger()
    with disable_run_logger():
        get_run_logger().info("unheard")
    with pytest.raises(MissingContextError):
        get_run_logger()


def test_by_hand() -> None:
    @task(task_run_name="inner")
    def work() -> Any:
        context = TaskRunContext.get()
        assert context is not None
        return context.task_run, context.task

    @flow(flow_run_name="outer")
    def main() -> Any:
        context = FlowRunContext.get()
        assert context is not None
        return context.flow_run, context.flow, *work()

    flow_run, of_flow, task_run, of_task = main()
    facts = dict(flow_run_logger(flow_run, of_flow, colour="red").extra or {})
    assert (facts["flow_run_name"], facts["flow_name"], facts["colour"]) == ("outer", "main", "red")
    facts = dict(task_run_logger(task_run, of_task).extra or {})
    assert (facts["task_run_name"], facts["task_name"], facts["flow_name"]) == ("inner", "work", "<unknown>")
    assert dict(flow_run_logger(flow_run_id=flow_run.id).extra or {})["flow_run_id"] == str(flow_run.id)
    worker = SimpleNamespace(name="w", backend_id=5)
    assert dict(get_worker_logger(worker).extra or {})["worker_id"] == "5"


def test_listening_in() -> None:
    logger = get_logger("listening")
    logger.setLevel(logging.DEBUG)
    with LogEavesdropper("prefect.listening", level=logging.INFO) as heard:
        logger.info("one")
        logger.debug("not heard")
    logger.info("too late")
    assert heard.text() == "[INFO]: one"


def test_prints(capsys: pytest.CaptureFixture[str]) -> None:
    @flow(log_prints=True)
    def main() -> None:
        print("within")

    with patch_print(), LogEavesdropper("prefect.flow_runs") as heard:
        print("without")
        main()
    assert capsys.readouterr().out == "without\n"
    assert "[INFO]: within" in heard.text()
