"""A run whose tasks all finished and which then failed, run again in a process of its own.

Ours only: the figure is the time in which the resumed run comes past its finished tasks. The failing run is
made by the same module in a first process (`HEADRACE_BENCH_STAGE=fail`), the second one resumes it.
"""

import os
from pathlib import Path

from benchmarks.measure import COUNT, emit, now, recorded, settled_rows
from prefect import flow, task
from prefect.runtime import flow_run

_home = Path(os.environ["PREFECT_HOME"])
_executions = _home / "executions"
_run_id = _home / "run-id"


@task
def work(number: int) -> int:
    with _executions.open("a") as file:
        file.write(".")
    return number


@flow
def pipeline(count: int) -> int:
    _run_id.write_text(str(flow_run.id))
    total = sum(work(number) for number in range(count))
    if (_home / "broken").exists():
        raise RuntimeError("the step after the tasks fails")
    return total


def fail() -> None:
    """Make the run that is to be resumed."""
    (_home / "broken").touch()
    pipeline(COUNT, return_state=True)
    (_home / "broken").unlink()


def resume() -> None:
    """Run it again and see that nothing finished was executed."""
    before = settled_rows()
    started = now()
    total = pipeline.resume(_run_id.read_text())
    seconds = recorded((started, now()), before, {"flow_run": 0})
    executed = len(_executions.read_text())
    if total != sum(range(COUNT)) or executed != COUNT:
        raise AssertionError(f"{executed} executions of {COUNT} tasks, sum {total}")
    emit({"whole replay": seconds}, executed=executed)


if __name__ == "__main__":
    fail() if os.environ.get("HEADRACE_BENCH_STAGE") == "fail" else resume()
