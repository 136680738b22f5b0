"""Subflows, tasks in tasks, flows in tasks, task runs outside flows."""

from prefect import flow, task
from prefect.context import FlowRunContext, TaskRunContext
from prefect.runtime import flow_run, task_run
from tests.compat.support import Counter, attempt, case, observe


@task
def add(x):
    return x + 1


@case
def subflow_gives_its_value():
    child = flow(lambda x: x * 2, name="child")
    return flow(lambda: [child(1), child(2, return_state=True).result()], name="main")()


@case
def subflow_fails():
    @flow
    def child():
        raise ValueError("child")

    @flow
    def main():
        return child()

    return [main(return_state=True), attempt(main)]


@case
def subflow_of_a_subflow():
    @flow
    def inner():
        return [flow_run.flow_name, flow_run.parent_flow_run_id is not None, flow_run.root_flow_run_id]

    @flow
    def middle():
        return inner()

    @flow
    def outer():
        found = middle()
        return [found[0], found[1], found[2] == flow_run.id]

    return outer()


@case
def parent_of_a_subflow():
    @flow
    def child():
        return flow_run.parent_flow_run_id

    @flow
    def main():
        return [child() == flow_run.id, flow_run.parent_flow_run_id, flow_run.root_flow_run_id == flow_run.id]

    return main()


@case
def task_in_a_task():
    @task
    def outer(x):
        return [add(x), add.submit(x).result()]

    return flow(lambda: outer(1), name="main")()


@case
def map_in_a_task():
    @task
    def outer(n):
        return add.map(range(n)).result()

    return flow(lambda: [outer(3), outer.submit(2).result()], name="main")()


@case
def tasks_in_tasks_in_tasks():
    @task
    def level(n):
        return n if n == 0 else level(n - 1) + 1

    return flow(lambda: level(4), name="main")()


@case
def task_in_a_task_outside_a_flow():
    @task
    def outer(x):
        return add(x)

    return outer(1)


@case
def submit_in_a_task_outside_a_flow():
    @task
    def outer(x):
        return attempt(lambda: add.submit(x).result())

    return outer(1)


@case
def flow_in_a_task():
    @flow
    def child():
        return [flow_run.flow_name, task_run.name]

    @task
    def outer():
        return [child(), task_run.task_name]

    return flow(lambda: outer(), name="main")()


@case
def flow_in_a_submitted_task():
    child = flow(lambda x: x + 1, name="child")

    @task
    def outer(x):
        return child(x)

    return flow(lambda: outer.map([1, 2]).result(), name="main")()


@case
def flow_in_a_task_outside_a_flow():
    child = flow(lambda x: x + 1, name="child")

    @task
    def outer(x):
        return child(x)

    return outer(1)


@case
def failing_task_in_a_task():
    @task
    def inner():
        raise ValueError("inner")

    @task
    def outer():
        return inner()

    return flow(lambda: observe(outer(return_state=True)), name="main")()


@case
def caught_failure_in_a_task():
    @task
    def inner():
        raise ValueError("inner")

    @task
    def outer():
        return observe(attempt(inner))

    return flow(lambda: outer(), name="main")()


@case
def recursive_flow():
    @flow
    def count(n):
        return [n] if n == 0 else [n, *count(n - 1)]

    return count(2)


@case
def the_same_flow_twice():
    counter = Counter()
    child = flow(lambda: counter(), name="child")
    return flow(lambda: [child(), child(), child()], name="main")()


@case
def contexts_while_running():
    seen = []

    @task
    def work():
        seen.append(["task", FlowRunContext.get() is not None, TaskRunContext.get() is not None])

    @flow
    def child():
        seen.append(["child", FlowRunContext.get().flow.name, TaskRunContext.get() is None])

    @flow
    def main():
        seen.append(["main", FlowRunContext.get().flow.name, TaskRunContext.get() is None])
        work()
        child()

    main()
    work()
    return seen


@case
def subflow_task_runner_and_own_tasks():
    @flow
    def child():
        return add.map([1, 2, 3]).result()

    return flow(lambda: [child(), add.map([5]).result()], name="main")()


@case
def a_subflow_waits_for_its_tasks():
    import time

    done = []

    @task
    def slow():
        time.sleep(0.2)
        done.append(1)

    @flow
    def child():
        slow.submit()

    flow(lambda: child(), name="main")()
    return done


@case
def a_flow_waits_for_its_tasks():
    import time

    done = []

    @task
    def slow():
        time.sleep(0.2)
        done.append(1)

    flow(lambda: slow.submit() and None, name="main")()
    return done


@case
def submitted_with_one_worker():
    from prefect.task_runners import ThreadPoolTaskRunner

    @task
    def leaf(n):
        return n

    def body():
        return [leaf.submit(leaf.submit(n)).result() for n in range(3)]

    return flow(body, name="main", task_runner=ThreadPoolTaskRunner(max_workers=1))()


@case
def task_runners_given_in_many_ways():
    from prefect.task_runners import ConcurrentTaskRunner, ThreadPoolTaskRunner

    return [
        type(flow(lambda: 1, task_runner=ThreadPoolTaskRunner).task_runner).__name__,
        type(flow(lambda: 1, task_runner=ThreadPoolTaskRunner()).task_runner).__name__,
        type(flow(lambda: 1).task_runner).__name__,
        ConcurrentTaskRunner is ThreadPoolTaskRunner,
        ThreadPoolTaskRunner(max_workers=3) == ThreadPoolTaskRunner(max_workers=3),
        ThreadPoolTaskRunner(max_workers=3).duplicate() == ThreadPoolTaskRunner(max_workers=3),
        attempt(lambda: flow(lambda: 1, name="main", task_runner="threads")()),
    ]


@case
def at_most_max_workers_at_once():
    import threading
    import time

    from prefect.task_runners import ThreadPoolTaskRunner

    lock, running, most = threading.Lock(), [0], [0]

    @task
    def work(n):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.03)
        with lock:
            running[0] -= 1

    flow(lambda: work.map(range(8)).wait(), name="main", task_runner=ThreadPoolTaskRunner(max_workers=2))()
    return most
