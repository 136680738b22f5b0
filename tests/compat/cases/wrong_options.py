"""Options of the wrong kind: which are refused when a flow or task is defined, and with which error."""

from datetime import timedelta

from prefect import flow, task
from tests.compat.support import attempt, case


def _defining(make, **options):
    """The error's kind, or that there is none."""
    found = attempt(lambda: make(lambda: 1, name="x", **options) is not None)
    return type(found).__name__ if isinstance(found, BaseException) else "accepted"


@case
def of_flows():
    wrong = {
        "timeout_seconds": ["x", 0, -1], "flow_run_name": [5],
        "on_completion": [5, lambda *_: None, [5]], "on_failure": [[None]], "description": [5], "log_prints": ["x"],
        "validate_parameters": [None], "cache_result_in_memory": [None], "persist_result": ["x"],
    }  # fmt: skip
    return {name: [_defining(flow, **{name: value}) for value in values] for name, values in wrong.items()}


@case
def of_tasks():
    wrong = {
        "retry_delay_seconds": [[1] * 51], "timeout_seconds": ["x", 0], "task_run_name": [5], "tags": ["abc", 5, [1]],
        "retry_jitter_factor": [-1, 1.5], "retry_condition_fn": [5, False], "on_completion": [5, lambda *_: None, [5]],
        "on_rollback": [5, [None]], "on_commit": [[5]], "cache_expiration": [timedelta(1)], "refresh_cache": ["x"], "version": [5],
    }  # fmt: skip
    return {name: [_defining(task, **{name: value}) for value in values] for name, values in wrong.items()}


@case
def tags_of_one_text():
    return task(lambda: 1, name="x", tags="abc").tags


@case
def hooks_that_are_no_list():
    def note(*_):
        return None

    return attempt(lambda: flow(lambda: 1, name="x", on_completion=note).on_completion_hooks)


@case
def names():
    found = [
        attempt(lambda name=name: flow(lambda: 1, name=name).name) for name in ("a/b", "a%b", "a&b", "a>b", "", " ")
    ]
    return [*found, attempt(lambda: task(lambda: 1, name="a/b").name), attempt(lambda: task(lambda: 1, name=5).name)]
