"""What is kept beside runs: artifacts, variables, blocks, limits."""

import asyncio
import time

from registry import program

from prefect import flow, task
from prefect.client.orchestration import get_client


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
