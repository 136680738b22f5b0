"""Settings that change how flows and tasks run, set for a block with `temporary_settings`."""

import threading

from prefect import flow, task
from prefect.cache_policies import INPUTS
from prefect.settings import (
    PREFECT_DEFAULT_RESULT_STORAGE_BLOCK,
    PREFECT_LOGGING_LEVEL,
    PREFECT_LOGGING_LOG_PRINTS,
    PREFECT_RESULTS_DEFAULT_SERIALIZER,
    PREFECT_RESULTS_PERSIST_BY_DEFAULT,
    PREFECT_TASK_RUNNER_THREAD_POOL_MAX_WORKERS,
    PREFECT_TASKS_REFRESH_CACHE,
    get_current_settings,
    temporary_settings,
)
from tests.compat.support import Counter, attempt, case, logged, nonce


def _twice(**options):
    key, counter = nonce(), Counter()
    work = task(lambda x: counter(x), name="work", cache_policy=INPUTS, persist_result=True, **options)
    return [flow(lambda: [work(key), work(key)], name="main")(), counter.count]


@case
def refreshing_all_caches():
    with temporary_settings({PREFECT_TASKS_REFRESH_CACHE: True}):
        return [_twice(), _twice(refresh_cache=False)]


@case
def printing_as_logs_everywhere():
    def body():
        print("my print")

    with temporary_settings({PREFECT_LOGGING_LOG_PRINTS: True}), logged() as records:
        flow(body, name="main")()
        flow(body, name="main", log_prints=False)()
    return sum(record.getMessage() == "my print" for record in records)


@case
def default_serializer():
    from prefect.results import get_result_store

    seen = []
    with temporary_settings({PREFECT_RESULTS_DEFAULT_SERIALIZER: "json"}):
        flow(lambda: seen.append(type(get_result_store().serializer).__name__), name="main")()
    return seen


@case
def persisting_by_default_switches_caching_on():
    key, counter = nonce(), Counter()
    work = task(lambda x: counter(x), name="work")
    with temporary_settings({PREFECT_RESULTS_PERSIST_BY_DEFAULT: True}):
        return flow(lambda: [work(key, return_state=True).name for _ in range(2)], name="main")()


@case
def workers_by_default():
    lock, running, most = threading.Lock(), [0], [0]

    @task
    def work(n):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        threading.Event().wait(0.03)
        with lock:
            running[0] -= 1

    with temporary_settings({PREFECT_TASK_RUNNER_THREAD_POOL_MAX_WORKERS: 2}):
        flow(lambda: work.map(range(6)).wait(), name="main")()
    return most


@case
def blocks_nest_and_end():
    seen = [PREFECT_TASKS_REFRESH_CACHE.value()]
    with temporary_settings({PREFECT_TASKS_REFRESH_CACHE: True}):
        seen.append(PREFECT_TASKS_REFRESH_CACHE.value())
        with temporary_settings({PREFECT_TASKS_REFRESH_CACHE: False}):
            seen.append(PREFECT_TASKS_REFRESH_CACHE.value())
        with temporary_settings(restore_defaults={PREFECT_TASKS_REFRESH_CACHE}):
            seen.append(PREFECT_TASKS_REFRESH_CACHE.value())
    return [*seen, get_current_settings().tasks.refresh_cache]


@case
def values_are_checked():
    def set_level(value):
        with temporary_settings({PREFECT_LOGGING_LEVEL: value}):
            return PREFECT_LOGGING_LEVEL.value()

    def set_retries(value):
        from prefect.settings import PREFECT_TASKS_DEFAULT_RETRIES

        with temporary_settings({PREFECT_TASKS_DEFAULT_RETRIES: value}):
            return PREFECT_TASKS_DEFAULT_RETRIES.value()

    outcomes = [attempt(set_level, "WARNING"), attempt(set_level, "LOUD"), attempt(set_retries, "3")]
    outcomes.append(attempt(set_retries, -1))
    outcomes.append(attempt(set_retries, "many"))
    return [outcome if not isinstance(outcome, Exception) else type(outcome).__name__ for outcome in outcomes]


@case
def names_of_settings():
    return [
        PREFECT_LOGGING_LEVEL.name,
        PREFECT_RESULTS_PERSIST_BY_DEFAULT.name,
        PREFECT_DEFAULT_RESULT_STORAGE_BLOCK.name,
        PREFECT_TASK_RUNNER_THREAD_POOL_MAX_WORKERS.name,
    ]


@case
def environment_variables_are_not_read_twice():
    import os

    os.environ["PREFECT_TASKS_DEFAULT_RETRIES"] = "7"
    try:
        return task(lambda: 1, name="work").retries
    finally:
        del os.environ["PREFECT_TASKS_DEFAULT_RETRIES"]
