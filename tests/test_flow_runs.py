"""Flow runs stand still and go on: in their process, or without one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from uuid import UUID

import pytest

from prefect import flow, runtime, task
from prefect.connect import current_runtime
from prefect.core.lifecycle.runs import FlowRun
from prefect.exceptions import FlowPauseTimeout, FlowRunWaitTimeout, NotPausedError, ObjectNotFound, Pause
from prefect.flow_runs import (
    apause_flow_run,
    aresume_flow_run,
    pause_flow_run,
    resume_flow_run,
    suspend_flow_run,
    wait_for_flow_run,
)
from prefect.testing.utilities import prefect_test_harness

SOON = 0.02


@pytest.fixture(autouse=True)
def harness() -> Iterator[None]:
    with prefect_test_harness():
        yield


def the_run(run_id: UUID | str) -> FlowRun:
    return current_runtime().backend.read_flow_run(UUID(str(run_id)))


class Resumer:
    """Resumes runs as soon as they are paused, from another thread."""

    def __init__(self) -> None:
        self.resumed: list[str] = []

    def await_pause(self) -> None:
        threading.Thread(target=self._resume, args=(runtime.flow_run.id,)).start()

    def _resume(self, run_id: str) -> None:
        while the_run(run_id).state_name != "Paused":
            time.sleep(0.005)
        resume_flow_run(run_id)
        self.resumed.append(run_id)


def test_a_paused_run_goes_on_where_it_was() -> None:
    resumer = Resumer()

    @flow
    def main() -> tuple[str, int]:
        resumer.await_pause()
        pause_flow_run(poll_interval=SOON)
        return runtime.flow_run.id, runtime.flow_run.run_count

    run_id, tries = main()
    assert resumer.resumed == [run_id]
    assert tries == 1
    assert the_run(run_id).run_count == 1


def test_async_flows_pause_without_holding_up_their_loop() -> None:
    @flow
    async def main() -> str:
        async def resume_when_paused(run_id: str) -> None:
            while the_run(run_id).state_name != "Paused":
                await asyncio.sleep(0.005)
            await aresume_flow_run(run_id)

        helper = asyncio.create_task(resume_when_paused(runtime.flow_run.id))
        await apause_flow_run(poll_interval=SOON)
        await helper
        return "done"

    assert asyncio.run(main()) == "done"


def test_a_pause_with_the_same_key_is_passed_the_second_time() -> None:
    resumer = Resumer()

    @flow
    def main() -> str:
        resumer.await_pause()
        for _ in range(3):
            pause_flow_run(poll_interval=SOON, key="approval")
        return "done"

    assert main() == "done"
    assert len(resumer.resumed) == 1


def test_a_pause_that_nobody_ends_fails_the_run() -> None:
    @flow
    def main() -> None:
        pause_flow_run(timeout=0.05, poll_interval=SOON)

    state = main(return_state=True)
    assert (state.type, state.message) == ("FAILED", "The flow was failed and never resumed.")
    with pytest.raises(FlowPauseTimeout, match="paused and never resumed"):
        state.result()


def test_only_what_is_paused_is_resumed() -> None:
    @flow
    def main() -> str:
        return str(runtime.flow_run.id)

    with pytest.raises(NotPausedError, match="isn't paused"):
        resume_flow_run(main())
    with pytest.raises(ObjectNotFound):
        resume_flow_run(UUID(int=7))


@pytest.mark.parametrize(("stop", "verb"), [(pause_flow_run, "paused"), (suspend_flow_run, "suspended")])
def test_outside_of_flows_nothing_stands_still(stop: object, verb: str) -> None:
    with pytest.raises(RuntimeError, match=f"Flow runs can only be {verb} from within a flow run"):
        stop()  # type: ignore[operator]


def test_input_is_refused_for_now() -> None:
    with pytest.raises(ValueError, match="wait_for_input is not supported"):
        pause_flow_run(wait_for_input=str)


async def test_somebody_waits_for_a_run_to_end() -> None:
    ids: list[str] = []

    @flow
    def main() -> None:
        ids.append(runtime.flow_run.id)
        time.sleep(0.2)

    running = asyncio.create_task(asyncio.to_thread(main))
    while not ids:
        await asyncio.sleep(0.01)
    with pytest.raises(FlowRunWaitTimeout, match=f"{ids[0]} exceeded watch timeout of 0.05 seconds"):
        await wait_for_flow_run(ids[0], timeout=0.05)
    run = await wait_for_flow_run(ids[0], poll_interval=SOON)
    assert (str(run.id), run.state_name) == (ids[0], "Completed")
    await running


class Suspending:
    """A flow that suspends itself between two tasks."""

    def __init__(self, timeout: float | None = None) -> None:
        self.calls: list[str] = []

        @task
        def work(name: str) -> str:
            self.calls.append(name)
            return name

        @flow
        def main() -> list[str]:
            self.run_id = runtime.flow_run.id
            first = work.submit("first")
            suspend_flow_run(timeout=timeout)
            return [first.result(), work("second")]

        self.main = main


def test_a_suspended_run_is_resumed_without_doing_anything_again() -> None:
    suspending = Suspending()
    with pytest.raises(Pause, match="is suspended"):
        suspending.main()
    run = the_run(suspending.run_id)
    assert (run.state_type, run.state_name) == ("PAUSED", "Suspended")
    assert suspending.calls == ["first"]
    assert suspending.main.resume(suspending.run_id) == ["first", "second"]
    assert suspending.calls == ["first", "second"]
    assert the_run(suspending.run_id).state_name == "Completed"


def test_one_that_was_scheduled_again_is_started_like_any_other() -> None:
    suspending = Suspending()
    with pytest.raises(Pause):
        suspending.main(return_state=True)
    assert resume_flow_run(suspending.run_id) is None
    assert the_run(suspending.run_id).state_name == "Resuming"
    assert suspending.main.resume(suspending.run_id) == ["first", "second"]


def test_a_suspension_may_run_out() -> None:
    suspending = Suspending(timeout=0.01)
    with pytest.raises(Pause):
        suspending.main()
    time.sleep(0.02)
    with pytest.raises(FlowPauseTimeout, match="can no longer be resumed"):
        resume_flow_run(suspending.run_id)
    assert the_run(suspending.run_id).state_name == "Failed"


def test_neither_tasks_nor_subflows_are_suspended() -> None:
    @task
    def work() -> None:
        suspend_flow_run()

    @flow
    def child() -> None:
        suspend_flow_run()

    @flow
    def main(of: str) -> None:
        work() if of == "task" else child()

    with pytest.raises(RuntimeError, match="Cannot suspend task runs"):
        main("task")
    with pytest.raises(RuntimeError, match="Cannot suspend subflows"):
        main("flow")
