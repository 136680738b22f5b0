"""Decorator arguments: wrong types and values, what an object keeps of what it was given."""

from datetime import timedelta

from prefect import Flow, Task, flow, task
from prefect.utilities.annotations import NotSet
from tests.compat.support import attempt, case, observe


def _kind(value):
    return value["error"] if isinstance(value, dict) and "error" in value else "accepted"


def _task(**options):
    return _kind(observe(attempt(task, lambda: 1, name="work", **options)))


def _flow(**options):
    return _kind(observe(attempt(flow, lambda: 1, name="main", **options)))


@case
def unknown_options():
    return [attempt(task, lambda: 1, nothing=1), attempt(flow, lambda: 1, nothing=1)]


@case
def unknown_options_of_the_classes():
    return [
        _kind(observe(attempt(Task, lambda: 1, nothing=1))),
        _kind(observe(attempt(Flow, lambda: 1, nothing=1))),
    ]


@case
def positional_options():
    return [
        _kind(observe(attempt(task, lambda: 1, "name"))),
        _kind(observe(attempt(flow, lambda: 1, "name"))),
    ]


@case
def task_retries_of_wrong_kinds():
    return [_task(retries=value) for value in (-1, 1.5, "3", None, True)]


@case
def flow_retries_of_wrong_kinds():
    return [_flow(retries=value) for value in (-1, 1.5, "3", None, True)]


@case
def task_delays_of_wrong_kinds():
    return [_task(retries=1, retry_delay_seconds=value) for value in (-1, "3", [1, "x"], {}, None)]


@case
def flow_delays_of_wrong_kinds():
    return [_flow(retries=1, retry_delay_seconds=value) for value in (-1, "3", [1, 2], None)]


@case
def time_limits_of_wrong_kinds():
    return [
        [_task(timeout_seconds=value) for value in (-1, "3", "x", None)],
        [_flow(timeout_seconds=value) for value in (-1, "3", "x", None)],
    ]


@case
def retry_condition_must_be_callable():
    return [attempt(task, lambda: 1, retry_condition_fn=5), attempt(task, lambda: 1, retry_condition_fn="x")]


@case
def cache_expiration_of_wrong_kinds():
    return [_task(cache_expiration=value) for value in (5, "1h", timedelta(0), None)]


@case
def cache_policy_of_wrong_kinds():
    return [_task(cache_policy=value) for value in (5, "inputs", None)]


@case
def cache_policy_with_key_function():
    from prefect.cache_policies import INPUTS, NO_CACHE

    return [
        type(task(lambda: 1, cache_key_fn=lambda *_: "a", cache_policy=INPUTS).cache_policy).__name__,
        type(task(lambda: 1, cache_key_fn=lambda *_: "a", cache_policy=NO_CACHE).cache_policy).__name__,
    ]


@case
def persistence_off_with_caching():
    from prefect.cache_policies import INPUTS

    return [
        attempt(task, lambda: 1, name="work", persist_result=False, cache_policy=INPUTS).cache_policy
        == attempt(task, lambda: 1, name="work", persist_result=False).cache_policy,
        type(task(lambda: 1, persist_result=False).cache_policy).__name__,
        type(task(lambda: 1).cache_policy).__name__,
    ]


@case
def persistence_off_with_a_key():
    return [
        type(attempt(task, lambda: 1, persist_result=False, result_storage_key="k")).__name__,
        type(attempt(task, lambda: 1, persist_result=False, cache_key_fn=lambda *_: "k")).__name__,
    ]


@case
def results_of_wrong_kinds():
    return [
        _task(result_storage=5),
        _task(result_serializer=5),
        _task(result_storage_key=5),
        _flow(result_storage=5),
    ]


@case
def task_runner_of_wrong_kinds():
    return [_flow(task_runner=value) for value in (5, "threads", object, None)]


@case
def tags_of_wrong_kinds():
    return [_task(tags=value) for value in (5, [1, 2], None, "abc")]


@case
def names_of_wrong_kinds():
    return [
        _task(),
        observe(attempt(lambda: task(lambda: 1, name=5).name)),
        observe(attempt(lambda: flow(lambda: 1, name=5).name)),
    ]


@case
def assets_are_refused_where_they_make_no_sense():
    return [_task(asset_deps=value) for value in (5, None, [])]


@case
def defaults_of_a_task():
    work = task(lambda: 1, name="work")
    return {
        name: observe(getattr(work, name))
        for name in (
            "retries retry_delay_seconds retry_jitter_factor persist_result result_storage result_serializer "
            "result_storage_key cache_result_in_memory timeout_seconds log_prints refresh_cache cache_key_fn "
            "cache_expiration on_completion_hooks on_failure_hooks on_running_hooks on_commit_hooks "
            "on_rollback_hooks "
            "retry_condition_fn viz_return_value tags version description task_run_name isasync isgenerator"
        ).split()
    }


@case
def defaults_of_a_flow():
    main = flow(lambda: 1, name="main")
    return {
        name: observe(getattr(main, name))
        for name in (
            "retries retry_delay_seconds timeout_seconds persist_result result_storage result_serializer "
            "cache_result_in_memory log_prints should_validate_parameters description flow_run_name "
            "on_completion_hooks on_failure_hooks on_cancellation_hooks on_crashed_hooks on_running_hooks "
            "isasync isgenerator"
        ).split()
    }


@case
def classes_made_directly():
    made = [Task(lambda x: x + 1, name="a"), Flow(lambda x: x + 1, name="b")]
    return [each(1) for each in made]


@case
def marker_for_nothing():
    return [isinstance(NotSet, type), NotSet.__name__]


@case
def wrong_calls_of_submit():
    work = task(lambda: 1, name="work")
    return flow(
        lambda: [observe(attempt(work.submit, wait_for=5)) != {}, type(attempt(work.submit)).__name__],
        name="main",
    )()


@case
def annotations_are_kept():
    def documented(x: int) -> str:
        return str(x)

    return [
        task(documented).fn.__annotations__ == documented.__annotations__,
        flow(documented)(3),
        task(documented)(3),
    ]


@case
def equality_and_hash():
    work = task(lambda: 1, name="work")
    return [work == work, hash(work) == hash(work), work != work.with_options(), len({work, work})]


@case
def tasks_can_be_pickled():
    import cloudpickle

    work = task(lambda x: x + 1, name="work", retries=2)
    again = cloudpickle.loads(cloudpickle.dumps(work))
    return [again.name, again.retries, again(1)]


@case
def flows_can_be_pickled():
    import cloudpickle

    main = flow(lambda x: x + 1, name="main", retries=2)
    again = cloudpickle.loads(cloudpickle.dumps(main))
    return [again.name, again.retries, again(1)]
