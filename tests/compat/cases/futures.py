"""Futures: results, waiting, time limits, as_completed, futures inside collections."""

import threading
import time
from dataclasses import dataclass

from prefect import flow, task
from prefect.futures import as_completed, resolve_futures_to_states, wait
from prefect.utilities.annotations import quote
from tests.compat.support import attempt, case, observe


@task
def give(value):
    return value


@task
def nap(seconds):
    time.sleep(seconds)
    return seconds


@task
def bad():
    raise ValueError("broken")


def _in_flow(body):
    return flow(body, name="main")()


@case
def result_of_a_failed_future():
    def body():
        future = bad.submit()
        return observe([attempt(future.result), future.result(raise_on_failure=False), future.state])

    return _in_flow(body)


@case
def result_twice():
    def body():
        future = give.submit(3)
        return [future.result(), future.result()]

    return _in_flow(body)


@case
def result_in_time():
    return _in_flow(lambda: nap.submit(0.01).result(timeout=5))


@case
def result_too_late():
    def body():
        future = nap.submit(0.4)
        late = attempt(future.result, timeout=0.05)
        return observe([late, future.result()])

    return _in_flow(body)


@case
def wait_too_late():
    def body():
        future = nap.submit(0.3)
        before = attempt(future.wait, timeout=0.02)
        return observe([before, future.state.is_final(), future.wait(), future.state.name])

    return _in_flow(body)


@case
def wait_for_some():
    gate = threading.Event()

    @task
    def blocked():
        gate.wait(5)

    def body():
        quick, slow = give.submit(1), blocked.submit()
        quick.wait()
        outcome = wait([quick, slow], timeout=0.1)
        gate.set()
        slow.wait()
        return [len(outcome.done), len(outcome.not_done), quick in outcome.done, slow in outcome.not_done]

    return _in_flow(body)


@case
def wait_for_all():
    def body():
        outcome = wait(give.map([1, 2, 3]))
        return [type(outcome).__name__, len(outcome.done), len(outcome.not_done)]

    return _in_flow(body)


@case
def wait_does_not_raise():
    def body():
        done, not_done = wait([bad.submit(), give.submit(1)])
        return [sorted(future.state.name for future in done), len(not_done)]

    return _in_flow(body)


@case
def as_completed_gives_quick_ones_first():
    def body():
        return [future.result() for future in as_completed([nap.submit(0.4), nap.submit(0.0), nap.submit(0.2)])]

    return _in_flow(body)


@case
def as_completed_too_late():
    seen = []

    def body():
        futures = [nap.submit(0.0), nap.submit(0.5)]

        def collect():
            for future in as_completed(futures, timeout=0.2):
                seen.append(future.result())

        error = attempt(collect)
        futures[1].wait()
        return observe([error, seen])

    return _in_flow(body)


@case
def as_completed_of_a_failed_one():
    def body():
        return observe([future.result(raise_on_failure=False) for future in as_completed([bad.submit()])])

    return _in_flow(body)


@case
def list_result_too_late():
    def body():
        futures = nap.map([0.0, 0.4])
        late = attempt(futures.result, timeout=0.05)
        futures.wait()
        return observe([late, futures.result()])

    return _in_flow(body)


@case
def inside_collections():
    @task
    def look(value):
        return value

    def body():
        one, two = give.submit(1), give.submit(2)
        return [
            look([one, two]),
            look((one, two)),
            look({"a": one, "b": [two]}),
            look([{"deep": {"er": [one]}}]),
            sorted(look({one, two})),
        ]

    return _in_flow(body)


@case
def inside_a_dataclass():
    @dataclass
    class Box:
        value: object

    @task
    def look(box):
        return [type(box).__name__, box.value]

    return _in_flow(lambda: look(Box(give.submit(5))))


@case
def inside_a_model():
    from typing import Any

    from pydantic import BaseModel

    class Box(BaseModel):
        value: Any

    @task
    def look(box):
        return [type(box).__name__, box.value]

    return _in_flow(lambda: look(Box(value=give.submit(5))))


@case
def inside_quote_they_are_left_alone():
    @task
    def look(value):
        return type(value).__name__

    def body():
        future = give.submit(5)
        return [look(quote([future])), look(quote(5))]

    return _in_flow(body)


@case
def quote_gives_back_its_value():
    return [quote([1]).unquote(), quote([1]).unwrap(), quote(1) == quote(1)]


@case
def states_as_arguments():
    @task
    def look(value):
        return value

    def body():
        return [look(give(4, return_state=True)), look([give(5, return_state=True)])]

    return _in_flow(body)


@case
def failed_state_as_argument():
    @task
    def look(value):
        return value

    def body():
        return observe([look(bad(return_state=True), return_state=True)])

    return _in_flow(body)


@case
def states_of_nested_futures():
    def body():
        resolved = resolve_futures_to_states({"a": [give.submit(1)], "b": bad.submit(), "c": 3})
        return [resolved["a"][0].name, resolved["b"].name, resolved["c"]]

    return _in_flow(body)


@case
def done_callbacks():
    called = []

    def body():
        future = give.submit(1)
        future.wait()
        future.add_done_callback(lambda done: called.append(done is future))
        return called

    return _in_flow(body)


@case
def state_before_the_end():
    gate = threading.Event()

    @task
    def blocked():
        gate.wait(5)

    def body():
        future = blocked.submit()
        unfinished = future.state.is_final()
        gate.set()
        future.wait()
        return [unfinished, future.state.is_final()]

    return _in_flow(body)


@case
def future_has_the_run_id():
    def body():
        future = give.submit(1)
        future.wait()
        return future.task_run_id == future.state.state_details.task_run_id

    return _in_flow(body)


@case
def futures_used_after_the_flow():
    kept = []

    @flow
    def main():
        kept.append(give.submit(9))

    main()
    return [kept[0].result(), kept[0].state.name]


@case
def a_future_of_another_flow():
    kept = []

    @flow
    def first():
        kept.append(give.submit(9))

    @flow
    def second():
        return give(kept[0])

    first()
    return second()
