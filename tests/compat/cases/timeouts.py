"""Time limits of tasks and flows, sync and async."""

import asyncio
import time

from prefect import flow, task
from tests.compat.support import Counter, attempt, case, in_loop, observe

LIMIT = 0.15
LONG = 0.6


@task(timeout_seconds=LIMIT)
def slow_task():
    for _ in range(60):
        time.sleep(LONG / 60)
    return "too late"


@task(timeout_seconds=LIMIT)
async def slow_async_task():
    await asyncio.sleep(LONG)
    return "too late"


@case
def task_called():
    def body():
        started = time.perf_counter()
        state = slow_task(return_state=True)
        return observe([state, attempt(state.result), time.perf_counter() - started < LONG])

    return flow(body, name="main")()


@case
def task_called_raises():
    return flow(lambda: observe(attempt(slow_task)), name="main")()


@case
def timeout_is_a_timeout_error():
    def body():
        error = attempt(slow_task)
        return isinstance(error, TimeoutError)

    return flow(body, name="main")()


@case
def task_submitted():
    def body():
        future = slow_task.submit()
        future.wait()
        return observe([future.state, future.state.is_failed()])

    return flow(body, name="main")()


@case
def task_in_time():
    quick = task(lambda: 5, name="quick", timeout_seconds=5)
    return flow(lambda: [quick(), quick.submit().result()], name="main")()


@case
def async_task():
    @flow
    async def main():
        state = await slow_async_task(return_state=True)
        return observe([state, await attempt_result(state)])

    async def attempt_result(state):
        try:
            return await state.aresult()
        except Exception as error:
            return error

    return in_loop(main())


@case
def async_task_submitted():
    @flow
    async def main():
        future = slow_async_task.submit()
        future.wait()
        return observe(future.state)

    return in_loop(main())


@case
def task_retries_after_timeout():
    counter = Counter()

    @task(timeout_seconds=LIMIT, retries=1)
    def work():
        if counter() == 1:
            time.sleep(LONG)
        return counter.count

    return [flow(lambda: work(), name="main")(), counter.count]


@case
def task_limit_used_up_with_retries():
    counter = Counter()

    @task(timeout_seconds=0.05, retries=1)
    def work():
        counter()
        for _ in range(30):
            time.sleep(0.01)

    return [flow(lambda: observe(work(return_state=True)), name="main")(), counter.count]


@case
def sync_flow():
    @flow(timeout_seconds=LIMIT)
    def main():
        time.sleep(LONG)
        return "too late"

    started = time.perf_counter()
    state = main(return_state=True)
    return [state, attempt(state.result), time.perf_counter() - started < 5]


@case
def async_flow():
    @flow(timeout_seconds=LIMIT)
    async def main():
        await asyncio.sleep(LONG)
        return "too late"

    return in_loop(main(return_state=True))


@case
def flow_in_time():
    return flow(lambda: 3, name="main", timeout_seconds=5)()


@case
def flow_raises_to_the_caller():
    @flow(timeout_seconds=LIMIT)
    def main():
        time.sleep(LONG)

    return attempt(main)


@case
def subflow():
    @flow(timeout_seconds=LIMIT)
    def child():
        time.sleep(LONG)

    @flow
    def main():
        return observe(child(return_state=True))

    return main()


@case
def parent_limit_stops_tasks_to_come():
    counter = Counter()

    @task
    def step():
        counter()
        time.sleep(0.06)

    @flow(timeout_seconds=LIMIT)
    def main():
        for _ in range(20):
            step()

    state = main(return_state=True)
    return [state, 0 < counter.count < 20]


@case
def flow_retries_after_timeout():
    counter = Counter()

    @flow(timeout_seconds=LIMIT, retries=1)
    def main():
        if counter() == 1:
            time.sleep(LONG)
        return counter.count

    return main(return_state=True)


@case
def limit_of_zero():
    return [
        task(lambda: 1, timeout_seconds=0).timeout_seconds,
        flow(lambda: 1, timeout_seconds=0).timeout_seconds,
    ]


@case
def limits_are_floats():
    return [
        task(lambda: 1, timeout_seconds=3).timeout_seconds,
        flow(lambda: 1, timeout_seconds=3).timeout_seconds,
        task(lambda: 1).timeout_seconds,
        flow(lambda: 1).timeout_seconds,
    ]


@case
def on_failure_hooks_see_the_timeout():
    seen = []

    def hook(_task, _run, state):
        seen.append(observe(state))

    work = slow_task.with_options(on_failure=[hook])
    flow(lambda: work(return_state=True) and None, name="main")()
    return seen


@case
def own_timeout_error_is_a_failure():
    @task
    def work():
        raise TimeoutError("mine")

    return flow(lambda: observe(work(return_state=True)), name="main")()


@case
def own_timeout_error_under_a_limit():
    @task(timeout_seconds=5)
    def work():
        raise TimeoutError("mine")

    return flow(lambda: observe(work(return_state=True)), name="main")()
