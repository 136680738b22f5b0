"""What goes wrong, or is tried again."""

import time

from registry import program

from prefect import allow_failure, flow, task


@program
def retried_task():
    tries = []

    @task(retries=2, retry_delay_seconds=0.2)
    def flaky():
        tries.append(1)
        if len(tries) < 3:
            raise ValueError("not yet")
        return "ok"

    @flow(name="retried task")
    def patient():
        return flaky()

    patient()


@program
def retried_flow():
    tries = []

    @task
    def step():
        return len(tries)

    @flow(name="retried flow", retries=1, retry_delay_seconds=0.2)
    def again():
        tries.append(1)
        step()
        if len(tries) < 2:
            raise ValueError("first")
        return "second"

    again()


@program
def failed():
    @task
    def bad():
        raise RuntimeError("broken")

    @task
    def never(x):
        return x

    @task
    def anyway(x):
        return "went on"

    @flow(name="failed")
    def fails():
        broken = bad.submit()
        anyway.submit(allow_failure(broken)).wait()
        never.submit(broken).wait()
        return broken

    fails(return_state=True)


@program
def flow_raises():
    @flow(name="raises")
    def raises(x: int):
        raise ValueError("flow failed")

    raises(1, return_state=True)


@program
def bad_parameters():
    @flow(name="typed")
    def typed(x: int):
        return x

    typed("no number", return_state=True)


@program
def timed_out():
    @task(timeout_seconds=0.5)
    def slow():
        time.sleep(3)

    @flow(name="timed out")
    def waits():
        return slow(return_state=True)

    waits(return_state=True)
