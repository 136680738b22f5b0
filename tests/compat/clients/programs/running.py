"""What runs well: flows, tasks, what they give each other."""

import asyncio
from datetime import timedelta

from registry import program

from prefect import flow, get_run_logger, tags, task, unmapped


@program
def sync_flow():
    @task(tags=["t1"], version="7")
    def add(x, y=2):
        get_run_logger().info("adding %s and %s", x, y)
        return x + y

    @flow(name="sync", version="1.2", description="text", log_prints=True, flow_run_name="sums-{n}")
    def sums(n: int, more: dict = {"a": [1, None]}):  # noqa: B006 - as users write it
        print("total", sum(add(i) for i in range(n)))
        return n

    with tags("outer"):
        sums(3)


@program
def async_flow():
    @task
    async def double(x):
        await asyncio.sleep(0)
        return 2 * x

    @flow(name="async")
    async def doubles():
        return await asyncio.gather(*(double.with_options(name=f"double-{i}")(i) for i in range(3)))

    asyncio.run(doubles())


@program
def mapped():
    @task
    def power(x, e):
        return x**e

    @task
    def total(xs):
        return sum(xs)

    @flow(name="mapped")
    def powers():
        return total.submit(power.map([1, 2, 3], unmapped(2))).result()

    powers()


@program
def dependencies():
    @task
    def one():
        return 1

    @task
    def plus(x):
        return x + 1

    @task
    def after():
        return None

    @flow(name="dependencies")
    def chain():
        first = one.submit()
        second = plus.submit(first)
        after.submit(wait_for=[second]).wait()
        return second.result()

    chain()


@program
def subflows():
    @task
    def leaf(x):
        return x

    @flow(name="child")
    def child(x):
        return leaf(x)

    @flow(name="parent")
    def parent():
        return child(1) + child(2)

    parent()


@program
def generators():
    @task
    def numbers():
        yield from range(3)

    @flow(name="generators")
    def counts():
        return list(numbers())

    counts()


@program
def states_returned():
    from prefect.states import Completed, Failed

    @task
    def judged(ok):
        return Completed(message="fine", name="Checked") if ok else Failed(message="not fine")

    @flow(name="states returned")
    def judges():
        good, bad = judged(True, return_state=True), judged(False, return_state=True)
        return [good, bad]

    judges(return_state=True)


@program
def cached():
    @task(
        cache_key_fn=lambda context, parameters: f"key-{parameters['x']}",
        cache_expiration=timedelta(hours=1),
        persist_result=True,
    )
    def costly(x):
        return x * 10

    @flow(name="cached", persist_result=True)
    def twice():
        return [costly(4), costly(4)]

    twice()
