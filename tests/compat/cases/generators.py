"""Generator tasks and flows, sync and async, and ending them early."""

from prefect import flow, task
from tests.compat.support import Counter, attempt, attempt_async, case, in_loop, observe


@case
def task_yields():
    @task
    def count(n):
        yield from range(n)

    return flow(lambda: list(count(3)), name="main")()


@case
def task_yields_outside_a_flow():
    @task
    def count(n):
        yield from range(n)

    return list(count(3))


@case
def flow_yields():
    @flow
    def count(n: int):
        yield from range(n)

    return list(count("3"))


@case
def flow_yields_from_a_task():
    @task
    def count(n):
        yield from range(n)

    @flow
    def main():
        yield from count(2)
        yield "end"

    return list(main())


@case
def subflow_yields():
    @flow
    def child():
        yield 1
        yield 2

    return flow(lambda: list(child()), name="main")()


@case
def returned_value():
    @task
    def count():
        yield 1
        return "returned"

    def body():
        made = count()
        seen = [next(made)]
        try:
            next(made)
        except StopIteration as stop:
            seen.append(stop.value)
        return seen

    return flow(body, name="main")()


@case
def fails_while_iterating():
    @task
    def count():
        yield 1
        raise ValueError("broken")

    seen = []

    def body():
        def collect():
            for each in count():
                seen.append(each)

        return observe(attempt(collect))

    return [flow(body, name="main")(), seen]


@case
def flow_fails_while_iterating():
    @flow
    def count():
        yield 1
        raise ValueError("broken")

    seen = []

    def collect():
        for each in count():
            seen.append(each)

    return [attempt(collect), seen]


@case
def ended_early():
    seen = []

    @task
    def count():
        try:
            yield from range(100)
        finally:
            seen.append("closed")

    def body():
        for each in count():
            if each == 2:
                break
        return "done"

    return [flow(body, name="main")(), seen]


@case
def closed_by_hand():
    seen = []

    @task
    def count():
        try:
            yield 1
            yield 2
        finally:
            seen.append("closed")

    def body():
        made = count()
        seen.append(next(made))
        made.close()
        return observe(attempt(next, made))

    return [flow(body, name="main")(), seen]


@case
def values_sent_in():
    @task
    def echo():
        got = yield "ready"
        while got != "stop":
            got = yield got

    def body():
        made = echo()
        return [next(made), made.send("a"), made.send("b")]

    return attempt(flow(body, name="main"))


@case
def nothing_runs_before_the_first_step():
    seen = []

    @task
    def count():
        seen.append("started")
        yield 1

    def body():
        made = count()
        before = list(seen)
        list(made)
        return [before, seen]

    return flow(body, name="main")()


@case
def async_task_yields():
    @task
    async def count(n):
        for each in range(n):
            yield each

    @flow
    async def main():
        return [each async for each in count(3)]

    return in_loop(main())


@case
def async_flow_yields():
    @flow
    async def count():
        yield 1
        yield 2

    async def run():
        return [each async for each in count()]

    return in_loop(run())


@case
def async_task_ended_early():
    seen = []

    @task
    async def count():
        try:
            for each in range(100):
                yield each
        finally:
            seen.append("closed")

    @flow
    async def main():
        made = count()
        async for each in made:
            if each == 1:
                break
        await made.aclose()
        return "done"

    return [in_loop(main()), seen]


@case
def async_task_fails():
    @task
    async def count():
        yield 1
        raise ValueError("broken")

    @flow
    async def main():
        seen = []

        async def collect():
            async for each in count():
                seen.append(each)

        return observe([await attempt_async(collect()), seen])

    return in_loop(main())


@case
def retries_of_a_generator():
    counter = Counter()

    @task(retries=1)
    def count():
        yield "a"
        if counter() == 1:
            raise ValueError("once")
        yield "b"

    return [flow(lambda: list(count()), name="main")(), counter.count]


@case
def submitted_generator():
    @task
    def count(n):
        yield from range(n)

    return attempt(flow(lambda: observe(count.submit(3).result()), name="main"))


@case
def mapped_generator():
    @task
    def count(n):
        yield from range(n)

    return attempt(flow(lambda: observe(count.map([1, 2]).result()), name="main"))


@case
def yields_futures():
    @task
    def give(x):
        return x

    @task
    def count():
        yield give.submit(1)

    return attempt(flow(lambda: [type(each).__name__ for each in count()], name="main"))


@case
def generator_with_return_state():
    @task
    def count():
        yield 1

    return observe(attempt(flow(lambda: type(count(return_state=True)).__name__, name="main")))


@case
def flags():
    @task
    def sync_one():
        yield 1

    @task
    async def async_one():
        yield 1

    return [
        sync_one.isgenerator,
        sync_one.isasync,
        async_one.isgenerator,
        async_one.isasync,
        task(lambda: 1).isgenerator,
    ]


@case
def generator_hooks():
    seen = []

    def hook(_task, _run, state):
        seen.append(state.name)

    @task(on_completion=[hook], on_failure=[hook], on_running=[hook])
    def count():
        yield 1
        seen.append("between")
        yield 2

    flow(lambda: list(count()) and None, name="main")()
    return seen
