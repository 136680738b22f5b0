"""Runs that wait for somebody."""

import asyncio
import threading
import time

from registry import program

from prefect import flow, task
from prefect.client.orchestration import get_client


@program
def paused():
    from prefect.flow_runs import pause_flow_run, resume_flow_run

    @task
    def before():
        return 1

    @flow(name="paused")
    def waits():
        before()
        pause_flow_run(timeout=60, poll_interval=1)
        return before()

    def resume():
        with get_client(sync_client=True) as client:
            from prefect.client.schemas.filters import (
                FlowFilter,
                FlowFilterName,
                FlowRunFilter,
                FlowRunFilterState,
                FlowRunFilterStateType,
            )

            waiting = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=["PAUSED"])))
            named = FlowFilter(name=FlowFilterName(any_=["paused"]))
            for _ in range(200):
                found = client.read_flow_runs(flow_filter=named, flow_run_filter=waiting)
                if found:
                    client.resume_flow_run(found[0].id)
                    return
                time.sleep(0.1)

    del resume_flow_run
    thread = threading.Thread(target=resume)
    thread.start()
    waits()
    thread.join()


@program
def suspended():
    from prefect.flow_runs import suspend_flow_run

    @flow(name="suspended", persist_result=True)
    def stops():
        suspend_flow_run(timeout=60)

    stops(return_state=True)


@program
def cancelled_from_outside():
    @flow(name="cancelled")
    def runs():
        time.sleep(1)

    async def schedule_and_cancel():
        from prefect.states import Cancelling, Scheduled

        async with get_client() as client:
            run = await client.create_flow_run(runs, state=Scheduled())
            await client.set_flow_run_state(run.id, Cancelling())

    asyncio.run(schedule_and_cancel())


def _answer_when_paused(flow_name, answer):
    """A thread that answers the run of a flow as soon as it waits."""

    def wait():
        from prefect.client.schemas.filters import FlowFilter, FlowFilterName

        named = FlowFilter(name=FlowFilterName(any_=[flow_name]))
        with get_client(sync_client=True) as client:
            for _ in range(300):
                found = client.read_flow_runs(flow_filter=named)
                if found and found[0].state and found[0].state.is_paused():
                    time.sleep(1)  # the run pauses before it says what it waits for
                    answer(client, found[0])
                    return
                time.sleep(0.1)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


@program
def waits_for_input():
    from prefect.flow_runs import pause_flow_run
    from prefect.input import RunInput

    class Approval(RunInput):
        approved: bool
        note: str = "none"

    @flow(name="asks")
    def asks():
        answer = pause_flow_run(wait_for_input=Approval.with_initial_data(approved=False), timeout=60, poll_interval=1)
        return answer.approved

    thread = _answer_when_paused(
        "asks", lambda client, run: client.resume_flow_run(run.id, run_input={"approved": True, "note": "fine"})
    )
    assert asks() is True
    thread.join()


@program
def sends_and_receives():
    from prefect.input import receive_input, send_input
    from prefect.runtime import flow_run

    @flow(name="talks")
    def talks():
        for number in range(2):
            send_input({"n": number}, flow_run_id=flow_run.id)
        received = receive_input(dict, timeout=20, poll_interval=0.5, flow_run_id=flow_run.id)
        return [next(received)["n"] for _ in range(2)]

    talks()
