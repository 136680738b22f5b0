"""Deployments and who runs them."""

import asyncio
import subprocess
import sys
import textwrap
from pathlib import Path

from registry import program

from prefect import flow
from prefect.client.orchestration import get_client

SOURCE = """
from prefect import flow, task

@task
def double(x):
    return 2 * x

@flow(name="worked", log_prints=True)
def work(x: int = 1):
    print("doubled", double(x))
"""


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
def worked():
    """A work pool, a deployment of a file in it, a run of that, and a worker that picks it up in a process."""
    from prefect.deployments import run_deployment

    folder = Path.cwd()
    (folder / "compat_source.py").write_text(textwrap.dedent(SOURCE))
    prefect = str(Path(sys.executable).with_name("prefect"))
    subprocess.run([prefect, "work-pool", "create", "compat-pool", "--type", "process"], check=True)
    made = flow.from_source(source=str(folder), entrypoint="compat_source.py:work")
    made.deploy(name="compat", work_pool_name="compat-pool", parameters={"x": 4}, tags=["w"], version="1")
    run_deployment("worked/compat", timeout=0, parameters={"x": 21}, flow_run_name="compat-worked")
    worker = [prefect, "worker", "start", "--pool", "compat-pool", "--run-once", "--name", "compat-worker"]
    subprocess.run(worker, check=True, timeout=150)
