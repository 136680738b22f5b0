"""The real command, asked of whatever a few runs left: what it prints is compared."""

import sys

from registry import program

from prefect import flow, get_run_logger, task
from prefect.client.orchestration import get_client
from prefect.variables import Variable


def command(*words):
    """Run a command in this process, which has loaded what it needs; prints it, what it says and how it ends."""
    from prefect.cli import app

    print("$", *words, flush=True)
    sys.argv = ["prefect", *map(str, words)]
    try:
        app()
    except SystemExit as ended:
        print("exit", ended.code or 0, flush=True)


@program
def command_runs():
    @task
    def step():
        get_run_logger().info("in the task")

    @flow(name="shown", flow_run_name="compat-shown")
    def shown():
        get_run_logger().info("in the flow")
        step()

    done = shown(return_state=True)
    run_id = done.state_details.flow_run_id
    command("flow-run", "ls", "--limit", 5)
    command("flow-run", "ls", "--state", "Completed")
    command("flow-run", "ls", "--flow-name", "nothing")
    command("flow-run", "inspect", run_id)
    command("flow-run", "logs", run_id)
    command("flow-run", "cancel", run_id)
    command("flow", "ls")
    command("flow-run", "delete", run_id)
    command("flow-run", "inspect", run_id)


@program
def command_objects():
    from prefect.artifacts import create_markdown_artifact
    from prefect.blocks.system import Secret

    Variable.set("compat_color", "blue", tags=["x"])
    create_markdown_artifact("# hello", key="report", description="a report")
    Secret(value="s").save("compat-secret")
    for words in (
        "variable ls",
        "variable get compat_color",
        "variable inspect compat_color",
        "variable set compat_color red",
        "variable set compat_color red --overwrite",
        "variable unset compat_color",
        "variable get compat_color",
        "artifact ls",
        "artifact inspect report",
        "block ls",
        "block inspect secret/compat-secret",
        "gcl create compat-limit --limit 3",
        "gcl ls",
        "gcl inspect compat-limit",
        "gcl update compat-limit --limit 5",
        "gcl disable compat-limit",
        "concurrency-limit create compat-tag 2",
        "concurrency-limit ls",
        "concurrency-limit inspect compat-tag",
        "concurrency-limit delete compat-tag",
        "work-pool create compat-pool --type process",
        "work-pool ls",
        "work-pool inspect compat-pool",
        "work-pool pause compat-pool",
        "work-pool set-concurrency-limit compat-pool 3",
        "work-queue create compat-queue --pool compat-pool",
        "work-queue ls --pool compat-pool",
        "config view --hide-sources",
    ):
        command(*words.split())


@program
def command_deployments():
    import asyncio

    @flow(name="shown")
    def runs(x: int = 1):
        return x

    async def deploy():
        async with get_client() as client:
            await client.create_deployment(flow_id=await client.create_flow(runs), name="compat", parameters={"x": 2})

    asyncio.run(deploy())
    for words in (
        "deployment ls",
        "deployment inspect shown/compat",
        "deployment run shown/compat --param x=3",
        "deployment schedule create shown/compat --interval 3600",
        "deployment schedule ls shown/compat",
        "deployment schedule pause --all",
        "deployment delete shown/compat",
        "deployment inspect shown/compat",
    ):
        command(*words.split())
