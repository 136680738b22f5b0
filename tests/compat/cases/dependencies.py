"""wait_for, upstream failures, allow_failure, the order of execution."""

import threading
import time

from prefect import allow_failure, flow, task
from prefect.states import Failed
from tests.compat.support import Counter, attempt, case, observe


@task
def give(value=None):
    return value


@task
def bad():
    raise ValueError("broken")


def _observed(body):
    return flow(lambda: observe(body()), name="main")()


@case
def wait_for_orders_tasks():
    order = []

    @task
    def first():
        time.sleep(0.1)
        order.append("first")

    @task
    def second():
        order.append("second")

    def body():
        second.submit(wait_for=[first.submit()]).wait()
        return order

    return _observed(body)


@case
def wait_for_a_failed_task_by_submit():
    counter = Counter()
    after = task(lambda: counter(), name="after")

    def body():
        future = after.submit(wait_for=[bad.submit()])
        future.wait()
        return [future.state, counter.count, attempt(future.result)]

    return _observed(body)


@case
def wait_for_a_failed_task_by_call():
    counter = Counter()
    after = task(lambda: counter(), name="after")

    def body():
        return [attempt(after, wait_for=[bad.submit()]), counter.count]

    return _observed(body)


@case
def wait_for_a_failed_task_allowing_it():
    def body():
        future = give.submit(1, wait_for=[allow_failure(bad.submit())])
        return [future.result(), future.state]

    return _observed(body)


@case
def argument_of_a_failed_task():
    def body():
        future = give.submit(bad.submit())
        future.wait()
        return [future.state, attempt(future.result)]

    return _observed(body)


@case
def argument_of_a_failed_task_by_call():
    return _observed(lambda: attempt(give, bad.submit()))


@case
def argument_of_a_failed_task_inside_a_list():
    def body():
        future = give.submit([1, {"x": bad.submit()}])
        future.wait()
        return future.state

    return _observed(body)


@case
def argument_of_a_failed_task_allowing_it():
    def body():
        return give(allow_failure(bad.submit()))

    return _observed(body)


@case
def allow_failure_of_a_good_one():
    return _observed(lambda: give(allow_failure(give.submit(3))))


@case
def allow_failure_of_plain_values():
    return _observed(lambda: [give(allow_failure(3)), give(allow_failure([1, 2]))])


@case
def allow_failure_inside_a_list():
    return _observed(lambda: give([allow_failure(bad.submit()), give.submit(2)]))


@case
def chain_of_failures():
    def body():
        first = bad.submit()
        second = give.submit(first)
        third = give.submit(second)
        third.wait()
        return [first.state, second.state, third.state]

    return _observed(body)


@case
def not_ready_state_type():
    def body():
        state = give.submit(bad.submit(), return_state=True)
        return [state, state.is_final(), state.is_pending(), attempt(state.result)]

    return _observed(body)


@case
def flow_that_returns_a_not_ready_task():
    @flow
    def main():
        return give.submit(bad.submit())

    return main(return_state=True)


@case
def wait_for_takes_values_and_states():
    def body():
        return [
            give(1, wait_for=[5]),
            give(2, wait_for=[give(3, return_state=True)]),
            give(3, wait_for=[]),
            give(4, wait_for=None),
            give(5, wait_for=give.submit(1)),
        ]

    return _observed(body)


@case
def wait_for_failed_state():
    return _observed(lambda: attempt(give, 1, wait_for=[Failed(message="by hand")]))


@case
def wait_for_on_map():
    order = []

    @task
    def first():
        time.sleep(0.1)
        order.append("first")

    @task
    def each(n):
        order.append("each")
        return n

    def body():
        return [each.map([1, 2], wait_for=[first.submit()]).result(), order]

    return _observed(body)


@case
def wait_for_on_a_subflow():
    order = []

    @task
    def first():
        time.sleep(0.1)
        order.append("first")

    @flow
    def child():
        order.append("child")
        return 5

    def body():
        return [child(wait_for=[first.submit()]), order]

    return _observed(body)


@case
def subflow_waiting_for_a_failed_task():
    counter = Counter()

    @flow
    def child():
        return counter()

    def body():
        return [attempt(child, wait_for=[bad.submit()]), counter.count]

    return _observed(body)


@case
def subflow_waiting_for_a_failed_task_as_state():
    @flow
    def child():
        return 1

    return _observed(lambda: child(wait_for=[bad.submit()], return_state=True))


@case
def subflow_with_the_future_of_a_failed_task():
    @flow
    def child(value):
        return value

    return _observed(lambda: attempt(child, bad.submit()))


@case
def subflow_allowing_the_failure():
    @flow
    def child(value):
        return observe(value)

    return _observed(lambda: child(allow_failure(bad.submit())))


@case
def independent_tasks_run_side_by_side():
    barrier = threading.Barrier(3, timeout=5)

    @task
    def meet(n):
        barrier.wait()
        return n

    return _observed(lambda: meet.map([1, 2, 3]).result())


@case
def a_call_waits_for_its_argument():
    @task
    def slow():
        time.sleep(0.1)
        return 2

    return _observed(lambda: give(slow.submit()))


@case
def diamond():
    order = []

    @task
    def node(name, *above):
        order.append(name)
        return name

    def body():
        top = node.submit("top")
        left, right = node.submit("left", top), node.submit("right", top)
        node.submit("bottom", left, right).wait()
        return [order[0], sorted(order[1:3]), order[3]]

    return _observed(body)


@case
def cached_upstream_of_failed_wait():
    def body():
        state = bad(return_state=True)
        return [give(1, wait_for=[state], return_state=True)]

    return _observed(body)
