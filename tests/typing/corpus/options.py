"""Every kind of option: policies, hooks, storages, runners, contexts."""

from datetime import timedelta
from typing import Any

from prefect import Flow, State, Task, flow, get_run_logger, runtime, tags, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import DEFAULT, INPUTS, NO_CACHE, TASK_SOURCE
from prefect.client.schemas.objects import FlowRun, TaskRun
from prefect.concurrency.sync import concurrency, rate_limit
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff, task_input_hash
from prefect.transactions import transaction
from prefect.variables import Variable


def on_task(task: Task[..., Any], run: TaskRun, state: State[Any]) -> None: ...


def on_flow(flow: Flow[..., Any], run: FlowRun, state: State[Any]) -> None: ...


@task(
    cache_policy=INPUTS + TASK_SOURCE - "session",
    retries=3,
    retry_delay_seconds=exponential_backoff(backoff_factor=2),
    on_failure=[on_task],
    on_completion=[on_task],
)
def fetch(page: int, session: object = None) -> int:
    return page


@task(cache_key_fn=task_input_hash, cache_expiration=timedelta(hours=1), persist_result=True)
def summarise(rows: list[int]) -> int:
    return sum(rows)


@task(cache_policy=NO_CACHE, task_run_name="publish-{rows}")
def publish(rows: int) -> None:
    create_markdown_artifact(key="report", markdown=f"{rows} rows")
    create_table_artifact(key="rows", table=[{"rows": rows}])


@flow(task_runner=ThreadPoolTaskRunner(max_workers=4), on_crashed=[on_flow], retries=1)
def pipeline(pages: int = 3) -> State[Any]:
    logger = get_run_logger()
    logger.info("run %s", runtime.flow_run.id)
    with tags("nightly"), concurrency("api", occupy=1), transaction():
        rate_limit("api")
        total = summarise([fetch(page) for page in range(pages)])
    publish(total)
    Variable.set("last-total", total, overwrite=True)
    return Completed(message="fine") if total else Failed(message="nothing came")


@pipeline.on_failure
def told(flow: Flow[..., Any], run: FlowRun, state: State[Any]) -> None: ...


policy = DEFAULT
