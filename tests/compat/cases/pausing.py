"""Runs that stand still and go on."""

import threading
import time

from prefect import flow, pause_flow_run, resume_flow_run, runtime, suspend_flow_run, task
from tests.compat.support import attempt, case


def _resume_soon():
    """Resume the current run from another thread, again and again until it was paused."""
    run_id = runtime.flow_run.id

    def resume():
        for _ in range(100):
            time.sleep(0.1)
            try:
                return resume_flow_run(run_id)
            except Exception:
                continue
        return None

    threading.Thread(target=resume, daemon=True).start()


@case
def paused_and_resumed():
    @flow
    def main():
        _resume_soon()
        found = pause_flow_run(timeout=20, poll_interval=1)
        return [found, runtime.flow_run.run_count]

    return main()


@case
def same_key_twice():
    @flow
    def main():
        _resume_soon()
        for _ in range(2):
            pause_flow_run(timeout=20, poll_interval=1, key="same")
        return "done"

    return main()


@case
def never_resumed():
    @flow
    def main():
        pause_flow_run(timeout=1, poll_interval=1)

    return [attempt(main), main(return_state=True)]


@case
def paused_in_a_task():
    @task
    def work():
        pause_flow_run(timeout=1, poll_interval=1)

    @flow
    def main():
        work()

    return attempt(main)


@case
def outside_of_flows():
    return [attempt(pause_flow_run), attempt(suspend_flow_run)]


@case
def suspended_in_a_task():
    @task
    def work():
        suspend_flow_run()

    @flow
    def main():
        return attempt(work)

    return main()


@case
def suspended_subflow():
    @flow
    def child():
        suspend_flow_run()

    @flow
    def main():
        return attempt(child)

    return main()


@case
def resuming_what_is_not_paused():
    @flow
    def main():
        return runtime.flow_run.id

    return attempt(resume_flow_run, main())


@case
def resuming_what_does_not_exist():
    return type(attempt(resume_flow_run, "01234567-0123-0123-0123-012345678901")).__name__
