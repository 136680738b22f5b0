"""Retries of tasks and flows: counts, delays, conditions, states seen."""

import time
from itertools import pairwise

from prefect import flow, get_run_logger, task
from prefect.runtime import flow_run, task_run
from prefect.tasks import exponential_backoff
from tests.compat.support import Counter, attempt, case, in_loop, logged, observe


def _failing(times, counter, error=ValueError):
    def work():
        if counter() <= times:
            raise error(f"attempt {counter.count}")
        return f"done at {counter.count}"

    return work


def _run(work, **options):
    return flow(lambda: observe(task(work, name="work", **options)(return_state=True)), name="main")()


@case
def no_retries():
    counter = Counter()
    return [_run(_failing(1, counter)), counter.count]


@case
def succeeds_at_the_last_attempt():
    counter = Counter()
    return [_run(_failing(2, counter), retries=2), counter.count]


@case
def fails_at_every_attempt():
    counter = Counter()
    return [_run(_failing(9, counter), retries=2), counter.count]


@case
def no_retry_after_success():
    counter = Counter()
    return [_run(_failing(0, counter), retries=5), counter.count]


@case
def submitted_tasks_retry():
    counter = Counter()
    work = task(_failing(1, counter), name="work", retries=1)
    return [flow(lambda: work.submit().result(), name="main")(), counter.count]


@case
def async_tasks_retry():
    counter = Counter()

    @task(retries=2)
    async def work():
        if counter() < 3:
            raise ValueError("again")
        return counter.count

    @flow
    async def main():
        return await work()

    return [in_loop(main()), counter.count]


@case
def tasks_outside_flows_retry():
    counter = Counter()
    work = task(_failing(1, counter), name="work", retries=1)
    return [work(), counter.count]


@case
def delay_as_a_number():
    counter = Counter()
    started = time.perf_counter()
    state = _run(_failing(1, counter), retries=1, retry_delay_seconds=0.3)
    return [state, time.perf_counter() - started >= 0.3]


@case
def delays_as_a_list():
    moments = []

    def work():
        moments.append(time.perf_counter())
        if len(moments) < 3:
            raise ValueError("again")

    state = _run(work, retries=2, retry_delay_seconds=[0.05, 0.3])
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    return [state, len(moments), gaps[0] >= 0.05, gaps[1] >= 0.3]


@case
def shorter_list_of_delays():
    counter = Counter()
    return [_run(_failing(3, counter), retries=3, retry_delay_seconds=[0.01]), counter.count]


@case
def delays_from_a_callable():
    asked = []

    def delays(retries):
        asked.append(retries)
        return [0.01] * retries

    counter = Counter()
    return [_run(_failing(2, counter), retries=2, retry_delay_seconds=delays), counter.count, asked]


@case
def exponential_backoff_values():
    return [exponential_backoff(10)(3), exponential_backoff(backoff_factor=0.5)(4), exponential_backoff(1)(0)]


@case
def delays_of_a_task_as_given():
    return [
        task(lambda: 1, retries=3, retry_delay_seconds=exponential_backoff(2)).retry_delay_seconds,
        task(lambda: 1, retry_delay_seconds=[1, 2]).retry_delay_seconds,
        task(lambda: 1, retry_delay_seconds=5).retry_delay_seconds,
        task(lambda: 1).retry_delay_seconds,
        task(lambda: 1).retries,
    ]


@case
def too_many_delays():
    return attempt(task, lambda: 1, retries=60, retry_delay_seconds=[1] * 51)


@case
def negative_jitter():
    return attempt(task, lambda: 1, retries=1, retry_jitter_factor=-1)


@case
def jitter_with_a_delay():
    counter = Counter()
    return [
        _run(_failing(1, counter), retries=1, retry_delay_seconds=0.01, retry_jitter_factor=0.5),
        counter.count,
    ]


@case
def condition_allows():
    seen = []

    def condition(task_object, run, state):
        seen.append([task_object.name, run.name is not None, observe(state)])
        return True

    counter = Counter()
    return [_run(_failing(1, counter), retries=2, retry_condition_fn=condition), counter.count, seen]


@case
def condition_refuses():
    counter = Counter()
    state = _run(_failing(9, counter), retries=3, retry_condition_fn=lambda *_: False)
    return [state, counter.count]


@case
def condition_by_exception():
    counter = Counter()

    def condition(_task, _run, state):
        return isinstance(state.result(raise_on_failure=False), ConnectionError)

    return [
        _run(_failing(1, counter, ConnectionError), retries=1, retry_condition_fn=condition),
        _run(_failing(9, Counter(), ValueError), retries=1, retry_condition_fn=condition),
    ]


@case
def condition_that_fails():
    def condition(*_):
        raise RuntimeError("condition")

    counter = Counter()
    return [_run(_failing(1, counter), retries=1, retry_condition_fn=condition), counter.count]


@case
def condition_is_not_asked_without_retries():
    asked = Counter()
    state = _run(_failing(1, Counter()), retries=0, retry_condition_fn=lambda *_: asked() > 0)
    return [state, asked.count]


@case
def async_condition():
    async def condition(*_):
        return False

    counter = Counter()

    @task(retries=2, retry_condition_fn=condition)
    async def work():
        counter()
        raise ValueError("again")

    @flow
    async def main():
        return await work(return_state=True)

    return [attempt(in_loop, main()), counter.count]


@case
def run_count_of_the_task():
    seen = []

    def work():
        seen.append(task_run.run_count)
        if len(seen) < 3:
            raise ValueError("again")

    _run(work, retries=2)
    return seen


@case
def flow_retries():
    counter = Counter()
    main = flow(_failing(2, counter), name="main", retries=2)
    return [main(), counter.count]


@case
def flow_retries_used_up():
    counter = Counter()
    main = flow(_failing(9, counter), name="main", retries=1)
    return [main(return_state=True), counter.count]


@case
def flow_delay():
    counter = Counter()
    started = time.perf_counter()
    flow(_failing(1, counter), name="main", retries=1, retry_delay_seconds=0.3)()
    return [counter.count, time.perf_counter() - started >= 0.3]


@case
def flow_retries_run_tasks_again():
    tasks_run, flows_run = Counter(), Counter()

    @task
    def work():
        return tasks_run()

    @flow(retries=1)
    def main():
        value = work()
        if flows_run() == 1:
            raise ValueError("once")
        return value

    return [main(), tasks_run.count, flows_run.count]


@case
def flow_retries_keep_persisted_tasks():
    tasks_run, flows_run = Counter(), Counter()

    @task(persist_result=True)
    def work():
        return tasks_run()

    @flow(retries=1)
    def main():
        state = work(return_state=True)
        if flows_run() == 1:
            raise ValueError("once")
        return [state.name, state.result()]

    return [main(), tasks_run.count, flows_run.count]


@case
def flow_run_count():
    seen = []

    @flow(retries=2)
    def main():
        seen.append(flow_run.run_count)
        if len(seen) < 3:
            raise ValueError("again")

    main()
    return seen


@case
def flow_that_returns_failed_retries():
    from prefect.states import Failed

    counter = Counter()

    @flow(retries=1)
    def main():
        return Failed(message="no") if counter() == 1 else 5

    return [main(return_state=True), counter.count]


@case
def async_flow_retries():
    counter = Counter()

    @flow(retries=1)
    async def main():
        if counter() == 1:
            raise ValueError("once")
        return counter.count

    return [in_loop(main()), counter.count]


@case
def subflow_retries():
    counter = Counter()
    child = flow(_failing(1, counter), name="child", retries=1)
    return [flow(lambda: child(), name="main")(), counter.count]


@case
def retry_log_lines():
    counter = Counter()
    with logged("prefect.task_runs") as records:
        _run(_failing(1, counter), retries=1)
    return [[record.levelname, record.getMessage().split("\n")[0]] for record in records]


@case
def logger_in_each_attempt():
    def work():
        get_run_logger().info("attempt %s", task_run.run_count)
        if task_run.run_count < 2:
            raise ValueError("again")

    with logged() as records:
        _run(work, retries=1)
    return [record.getMessage() for record in records if record.getMessage().startswith("attempt")]


@case
def state_names_hooks_see():
    seen = []
    counter = Counter()

    def running(_task, _run, state):
        seen.append(state.name)

    _run(_failing(2, counter), retries=2, on_running=[running])
    return seen


@case
def system_exit_is_not_retried():
    counter = Counter()

    @task(retries=2)
    def work():
        counter()
        raise SystemExit(1)

    def body():
        return observe(attempt(work))

    return [attempt(flow(body, name="main")), counter.count]
