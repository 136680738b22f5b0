"""What a user of the real Prefect runs, a program a function: `python programs.py NAME`; the server is PREFECT_API_URL's."""

import asyncio
import sys
import threading
import time
from datetime import timedelta

from prefect import allow_failure, flow, get_run_logger, tags, task, unmapped
from prefect.client.orchestration import get_client

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


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
def retried_task():
    tries = []

    @task(retries=2, retry_delay_seconds=0.2)
    def flaky():
        tries.append(1)
        if len(tries) < 3:
            raise ValueError("not yet")
        return "ok"

    @flow(name="retried task")
    def patient():
        return flaky()

    patient()


@program
def retried_flow():
    tries = []

    @task
    def step():
        return len(tries)

    @flow(name="retried flow", retries=1, retry_delay_seconds=0.2)
    def again():
        tries.append(1)
        step()
        if len(tries) < 2:
            raise ValueError("first")
        return "second"

    again()


@program
def failed():
    @task
    def bad():
        raise RuntimeError("broken")

    @task
    def never(x):
        return x

    @task
    def anyway(x):
        return "went on"

    @flow(name="failed")
    def fails():
        broken = bad.submit()
        anyway.submit(allow_failure(broken)).wait()
        never.submit(broken).wait()
        return broken

    fails(return_state=True)


@program
def flow_raises():
    @flow(name="raises")
    def raises(x: int):
        raise ValueError("flow failed")

    raises(1, return_state=True)


@program
def bad_parameters():
    @flow(name="typed")
    def typed(x: int):
        return x

    typed("no number", return_state=True)


@program
def timed_out():
    @task(timeout_seconds=0.5)
    def slow():
        time.sleep(3)

    @flow(name="timed out")
    def waits():
        return slow(return_state=True)

    waits(return_state=True)


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
def artifacts():
    from prefect.artifacts import (
        create_link_artifact,
        create_markdown_artifact,
        create_progress_artifact,
        create_table_artifact,
        update_progress_artifact,
    )

    @task
    def publish():
        create_markdown_artifact("# hello", key="report", description="a report")

    @flow(name="artifacts")
    def publishes():
        publish()
        create_table_artifact([{"a": 1, "b": None}], key="table")
        create_link_artifact("https://example.com", key="link", link_text="there")
        progress = create_progress_artifact(0.0, key="progress")
        update_progress_artifact(progress, 60.0)

    publishes()


@program
def variables():
    from prefect.variables import Variable

    Variable.set("compat_color", {"a": [1, True, None]}, tags=["x"])
    Variable.set("compat_color", "blue", overwrite=True)
    assert Variable.get("compat_color") == "blue"
    assert Variable.get("compat_missing", default=3) == 3
    Variable.set("compat_gone", 1)
    assert Variable.unset("compat_gone")


@program
def blocks():
    from pydantic import SecretStr

    from prefect.blocks.core import Block
    from prefect.blocks.system import Secret

    class Inner(Block):
        _block_type_name = "Compat Inner"
        word: str = "x"

    class Outer(Block):
        _block_type_name = "Compat Outer"
        _description = "an outer block"
        token: SecretStr
        inner: Inner

    Secret(value="canary-secret").save("compat-secret", overwrite=True)
    assert Secret.load("compat-secret").get() == "canary-secret"
    Inner(word="one").save("compat-inner", overwrite=True)
    Outer(token="canary-token", inner=Inner.load("compat-inner")).save("compat-outer", overwrite=True)
    loaded = Outer.load("compat-outer")
    assert (loaded.token.get_secret_value(), loaded.inner.word) == ("canary-token", "one")
    loaded.token = SecretStr("changed")
    loaded.save("compat-outer", overwrite=True)
    assert Outer.load("compat-outer").token.get_secret_value() == "changed"


@program
def slots():
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
    from prefect.concurrency.sync import concurrency, rate_limit

    with get_client(sync_client=True) as client:
        for name, limit, decay in (("compat-slots", 2, 0.0), ("compat-rate", 10, 5.0)):
            try:
                client.create_global_concurrency_limit(
                    GlobalConcurrencyLimitCreate(name=name, limit=limit, slot_decay_per_second=decay)
                )
            except AttributeError:
                _create_limit(name, limit, decay)

    @task
    def holds():
        with concurrency("compat-slots", occupy=2):
            return "held"

    @flow(name="slots")
    def takes():
        rate_limit("compat-rate")
        return holds()

    takes()


def _create_limit(name, limit, decay):
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate

    async def create():
        async with get_client() as client:
            await client.create_global_concurrency_limit(
                GlobalConcurrencyLimitCreate(name=name, limit=limit, slot_decay_per_second=decay)
            )

    asyncio.run(create())


@program
def tag_limits():
    async def create():
        async with get_client() as client:
            await client.create_concurrency_limit("compat-tag", 1)

    asyncio.run(create())

    @task(tags=["compat-tag"])
    def limited(x):
        time.sleep(0.1)
        return x

    @flow(name="tag limits")
    def three():
        return [future.result() for future in [limited.submit(i) for i in range(2)]]

    three()


@program
def paused():
    from prefect.flow_runs import pause_flow_run, resume_flow_run

    @task
    def before():
        return 1

    @flow(name="paused")
    def waits():
        before()
        pause_flow_run(timeout=60, poll_interval=1)
        return before()

    def resume():
        with get_client(sync_client=True) as client:
            from prefect.client.schemas.filters import (
                FlowFilter,
                FlowFilterName,
                FlowRunFilter,
                FlowRunFilterState,
                FlowRunFilterStateType,
            )

            waiting = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=["PAUSED"])))
            named = FlowFilter(name=FlowFilterName(any_=["paused"]))
            for _ in range(200):
                found = client.read_flow_runs(flow_filter=named, flow_run_filter=waiting)
                if found:
                    client.resume_flow_run(found[0].id)
                    return
                time.sleep(0.1)

    del resume_flow_run
    thread = threading.Thread(target=resume)
    thread.start()
    waits()
    thread.join()


@program
def suspended():
    from prefect.flow_runs import suspend_flow_run

    @flow(name="suspended", persist_result=True)
    def stops():
        suspend_flow_run(timeout=60)

    stops(return_state=True)


@program
def cancelled_from_outside():
    @flow(name="cancelled")
    def runs():
        time.sleep(1)

    async def schedule_and_cancel():
        from prefect.states import Cancelling, Scheduled

        async with get_client() as client:
            run = await client.create_flow_run(runs, state=Scheduled())
            await client.set_flow_run_state(run.id, Cancelling())

    asyncio.run(schedule_and_cancel())


@program
def deployed():
    @flow(name="deployed")
    def runs(x: int = 1):
        return x

    async def deploy():
        async with get_client() as client:
            flow_id = await client.create_flow(runs)
            deployment = await client.create_deployment(flow_id=flow_id, name="compat", parameters={"x": 2}, tags=["d"])
            run = await client.create_flow_run_from_deployment(
                deployment, parameters={"x": 5}, tags=["r"], idempotency_key="once"
            )
            again = await client.create_flow_run_from_deployment(deployment, idempotency_key="once")
            assert run.id == again.id

    asyncio.run(deploy())


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


if __name__ == "__main__":
    PROGRAMS[sys.argv[1]]()
