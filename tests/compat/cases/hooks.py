"""State hooks of flows and tasks: when, in what order, with what, and when they fail."""

from prefect import flow, task
from prefect.states import Cancelled, Completed, Crashed, Failed
from tests.compat.support import Counter, attempt, case, in_loop, logged, observe


def _noting(seen, label):
    def hook(subject, run, state):
        seen.append([label, subject.name, observe(state)["state"], state.name])

    hook.__name__ = label
    return hook


def _all_flow_hooks(seen):
    kinds = ("completion", "failure", "cancellation", "crashed", "running")
    return {f"on_{kind}": [_noting(seen, kind)] for kind in kinds}


def _all_task_hooks(seen):
    return {f"on_{kind}": [_noting(seen, kind)] for kind in ("completion", "failure", "running")}


@case
def flow_completes():
    seen = []
    flow(lambda: 1, name="main", **_all_flow_hooks(seen))()
    return seen


@case
def flow_fails():
    seen = []

    def body():
        raise ValueError("broken")

    flow(body, name="main", **_all_flow_hooks(seen))(return_state=True)
    return seen


@case
def flow_is_returned_as_cancelled_or_crashed():
    seen = []
    flow(lambda: Cancelled(), name="one", **_all_flow_hooks(seen))(return_state=True)
    flow(lambda: Crashed(), name="two", **_all_flow_hooks(seen))(return_state=True)
    return seen


@case
def flow_crashes():
    seen = []

    def body():
        raise KeyboardInterrupt

    error = attempt(flow(body, name="main", **_all_flow_hooks(seen)))
    return [seen, error]


@case
def flow_fails_and_retries():
    seen = []
    counter = Counter()

    def body():
        if counter() == 1:
            raise ValueError("once")

    flow(body, name="main", retries=1, **_all_flow_hooks(seen))()
    return seen


@case
def task_completes():
    seen = []
    work = task(lambda: 1, name="work", **_all_task_hooks(seen))
    flow(lambda: work(), name="main")()
    return seen


@case
def task_fails():
    seen = []

    def bad():
        raise ValueError("broken")

    work = task(bad, name="work", **_all_task_hooks(seen))
    flow(lambda: work(return_state=True) and None, name="main")()
    return seen


@case
def task_fails_and_retries():
    seen = []
    counter = Counter()

    def body():
        if counter() == 1:
            raise ValueError("once")

    work = task(body, name="work", retries=1, **_all_task_hooks(seen))
    flow(lambda: work(), name="main")()
    return seen


@case
def task_fails_at_every_attempt():
    seen = []

    def bad():
        raise ValueError("broken")

    work = task(bad, name="work", retries=2, **_all_task_hooks(seen))
    flow(lambda: work(return_state=True) and None, name="main")()
    return seen


@case
def submitted_task():
    seen = []
    work = task(lambda: 1, name="work", **_all_task_hooks(seen))
    flow(lambda: work.submit().wait(), name="main")()
    return seen


@case
def task_outside_a_flow():
    seen = []
    task(lambda: 1, name="work", **_all_task_hooks(seen))()
    return seen


@case
def task_returns_failed_state():
    seen = []
    work = task(lambda: Failed(message="by hand"), name="work", **_all_task_hooks(seen))
    flow(lambda: work(return_state=True) and None, name="main")()
    return seen


@case
def cached_task():
    from prefect.cache_policies import INPUTS
    from tests.compat.support import nonce

    seen = []
    key = nonce()
    work = task(lambda x: x, name="work", cache_policy=INPUTS, persist_result=True, **_all_task_hooks(seen))
    flow(lambda: [work(key), work(key)], name="main")()
    return seen


@case
def upstream_failed():
    seen = []

    @task
    def bad():
        raise ValueError("broken")

    work = task(lambda value: 1, name="work", **_all_task_hooks(seen))
    flow(lambda: work.submit(bad.submit()).wait(), name="main")()
    return seen


@case
def several_hooks_run_in_order():
    seen = []
    hooks = [_noting(seen, "first"), _noting(seen, "second"), _noting(seen, "third")]
    flow(lambda: 1, name="main", on_completion=hooks)()
    task(lambda: 1, name="work", on_completion=hooks)()
    return seen


@case
def decorators_add_hooks():
    seen = []

    @flow(on_completion=[_noting(seen, "given")])
    def main():
        return work()

    @main.on_completion
    def added(subject, run, state):
        seen.append("added to flow")

    @task
    def work():
        return 1

    @work.on_completion
    def added_too(subject, run, state):
        seen.append("added to task")

    @work.on_running
    def started(subject, run, state):
        seen.append("task runs")

    main()
    return [seen, callable(added), added.__name__]


@case
def all_decorators_exist():
    work, main = task(lambda: 1, name="work"), flow(lambda: 1, name="main")
    return [
        [hasattr(main, f"on_{kind}") for kind in ("completion", "failure", "cancellation", "crashed", "running")],
        [hasattr(work, f"on_{kind}") for kind in ("completion", "failure", "running", "rollback", "commit")],
    ]


@case
def arguments_of_flow_hooks():
    seen = []

    def hook(flow, flow_run, state):
        seen.append([flow.name, flow_run.name, type(flow_run).__name__, state.name, flow_run.state.name])
        seen.append(flow_run.parameters)

    @flow(on_completion=[hook], flow_run_name="named")
    def main(x):
        return x

    main(3)
    return seen


@case
def arguments_of_task_hooks():
    seen = []

    def hook(task, task_run, state):
        seen.append([task.name, task_run.name, type(task_run).__name__, state.name, task_run.state.name])

    work = task(lambda: 1, name="work", task_run_name="named", on_completion=[hook], on_running=[hook])
    flow(lambda: work(), name="main")()
    return seen


@case
def result_inside_a_hook():
    seen = []

    def hook(_task, _run, state):
        seen.append(attempt(state.result, raise_on_failure=False))

    def bad():
        raise ValueError("broken")

    def body():
        task(lambda: 5, name="good", on_completion=[hook])()
        task(bad, name="bad", on_failure=[hook])(return_state=True)

    flow(body, name="main")()
    return seen


@case
def result_inside_a_flow_hook():
    seen = []

    def hook(_flow, _run, state):
        seen.append(attempt(state.result, raise_on_failure=False))

    flow(lambda: 5, name="main", on_completion=[hook])()
    return seen


@case
def failing_hook_changes_nothing():
    seen = []

    def bad_hook(*_):
        raise RuntimeError("hook")

    main = flow(lambda: 1, name="main", on_completion=[bad_hook, _noting(seen, "after")])
    work = task(lambda: 1, name="work", on_completion=[bad_hook, _noting(seen, "after")])
    return [main(return_state=True), work(return_state=True), seen]


@case
def failing_hook_is_logged():
    def bad_hook(*_):
        raise RuntimeError("hook")

    with logged() as records:
        flow(lambda: 1, name="main", on_completion=[bad_hook])()
    return [record.levelname for record in records if "bad_hook" in record.getMessage()]


@case
def failing_running_hook():
    def bad_hook(*_):
        raise RuntimeError("hook")

    return [
        flow(lambda: 1, name="main", on_running=[bad_hook])(return_state=True),
        task(lambda: 1, name="work", on_running=[bad_hook])(return_state=True),
    ]


@case
def async_hooks():
    seen = []

    async def hook(subject, run, state):
        seen.append([subject.name, state.name])

    flow(lambda: 1, name="main", on_completion=[hook])()
    task(lambda: 1, name="work", on_completion=[hook])()
    return seen


@case
def hooks_of_async_runs():
    seen = []

    async def later(subject, run, state):
        seen.append(["async hook", subject.name, state.name])

    def now(subject, run, state):
        seen.append(["sync hook", subject.name, state.name])

    @task(on_completion=[later, now])
    async def work():
        return 1

    @flow(on_completion=[later, now])
    async def main():
        return await work()

    in_loop(main())
    return seen


@case
def order_of_flow_and_task_hooks():
    seen = []
    work = task(lambda: 1, name="work", **_all_task_hooks(seen))
    child = flow(lambda: work(), name="child", **_all_flow_hooks(seen))
    flow(lambda: child(), name="main", **_all_flow_hooks(seen))()
    return [[label, name] for label, name, _, _ in seen]


@case
def hooks_must_be_lists():
    hook = _noting([], "one")
    return [
        attempt(flow, lambda: 1, on_completion=hook),
        attempt(task, lambda: 1, on_completion=hook),
        attempt(flow, lambda: 1, on_failure=hook),
        attempt(task, lambda: 1, on_failure=hook),
    ]


@case
def hooks_must_be_callable():
    return [
        attempt(flow, lambda: 1, on_completion=["text"]),
        attempt(task, lambda: 1, on_completion=["text"]),
        attempt(flow, lambda: 1, on_crashed=[3]),
        attempt(task, lambda: 1, on_running=[3]),
    ]


@case
def empty_lists_of_hooks():
    return [
        attempt(lambda: flow(lambda: 1, name="main", on_completion=[])()),
        attempt(lambda: task(lambda: 1, name="work", on_completion=[])()),
    ]


@case
def hooks_as_kept():
    hook = _noting([], "one")
    return [
        flow(lambda: 1, on_completion=[hook]).on_completion_hooks == [hook],
        task(lambda: 1, on_completion=[hook]).on_completion_hooks == [hook],
        flow(lambda: 1).on_completion_hooks,
        task(lambda: 1).on_failure_hooks,
    ]


@case
def hook_with_bound_arguments():
    import functools

    seen = []

    def hook(subject, run, state, label):
        seen.append(label)

    flow(lambda: 1, name="main", on_completion=[functools.partial(hook, label="bound")])()
    return seen


@case
def hooks_may_be_methods():
    seen = []

    class Notifier:
        def tell(self, subject, run, state):
            seen.append(state.name)

    flow(lambda: 1, name="main", on_completion=[Notifier().tell])()
    task(lambda: 1, name="work", on_completion=[Notifier().tell])()
    return seen


@case
def hook_on_returned_completed():
    seen = []
    flow(lambda: Completed(name="Skipped"), name="main", **_all_flow_hooks(seen))()
    return seen


@case
def print_in_a_hook_with_log_prints():
    def hook(*_):
        print("from the hook")

    with logged() as records:
        flow(lambda: 1, name="main", log_prints=True, on_completion=[hook])()
    return [record.getMessage() for record in records if "from the hook" in record.getMessage()]


@case
def run_context_inside_a_hook():
    from prefect import get_run_logger
    from prefect.runtime import flow_run

    seen = []

    def hook(_flow, _run, _state):
        seen.append(flow_run.flow_name)
        seen.append(attempt(lambda: get_run_logger().name))

    flow(lambda: 1, name="main", on_completion=[hook])()
    return seen
