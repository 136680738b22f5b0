"""Deployments and who runs them."""

import asyncio

from registry import program

from prefect import flow
from prefect.client.orchestration import get_client


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
