"""Tags, run contexts, `prefect.runtime`, settings in context."""

import os
from datetime import datetime

from prefect import flow, tags, task
from prefect.context import (
    FlowRunContext,
    TagsContext,
    TaskRunContext,
    get_run_context,
    get_settings_context,
)
from prefect.runtime import deployment, flow_run, task_run
from tests.compat.support import attempt, case, in_loop, observe

FLOW_ATTRIBUTES = (
    "id name flow_name flow_version parameters tags run_count scheduled_start_time parent_flow_run_id "
    "parent_deployment_id root_flow_run_id api_url ui_url job_variables"
).split()
TASK_ATTRIBUTES = "id name task_name parameters tags run_count api_url ui_url".split()


def _type_names(module, names):
    return {name: type(attempt(getattr, module, name)).__name__ for name in names}


@case
def runtime_outside_of_runs():
    return {
        "flow_run": {
            name: observe(attempt(getattr, flow_run, name)) for name in FLOW_ATTRIBUTES if "start" not in name
        },
        "task_run": {name: observe(attempt(getattr, task_run, name)) for name in TASK_ATTRIBUTES},
        "deployment": {
            name: observe(attempt(getattr, deployment, name)) for name in ("id", "name", "version", "parameters")
        },
    }


@case
def runtime_start_time_outside_of_runs():
    return type(flow_run.scheduled_start_time).__name__


@case
def runtime_unknown_attribute():
    return [
        attempt(getattr, flow_run, "nothing"),
        attempt(getattr, task_run, "nothing"),
        attempt(getattr, deployment, "nothing"),
    ]


@case
def runtime_in_a_flow():
    @flow(version="v1")
    def main(x, y=2):
        return [
            flow_run.flow_name,
            flow_run.flow_version,
            flow_run.parameters,
            flow_run.tags,
            flow_run.run_count,
            type(flow_run.id).__name__,
            isinstance(flow_run.scheduled_start_time, datetime),
            flow_run.parent_flow_run_id,
            flow_run.parent_deployment_id,
            flow_run.root_flow_run_id == flow_run.id,
        ]

    return main(1)


@case
def runtime_in_a_task():
    @task
    def work(x, y=2):
        return [
            task_run.task_name,
            task_run.parameters,
            task_run.tags,
            task_run.run_count,
            type(task_run.id).__name__,
            flow_run.flow_name,
            flow_run.parameters,
        ]

    return flow(lambda x: work(x), name="main")(5)


@case
def runtime_in_a_submitted_task():
    @task
    def work(x):
        return [task_run.parameters, flow_run.flow_name]

    return flow(lambda: work.map([1, 2]).result(), name="main")()


@case
def runtime_in_a_task_outside_a_flow():
    @task
    def work(x):
        return [task_run.task_name, flow_run.id, flow_run.flow_name, flow_run.parameters]

    return work(1)


@case
def runtime_environment_overrides():
    names = {
        "PREFECT__RUNTIME__FLOW_RUN__FLOW_NAME": "from environment",
        "PREFECT__RUNTIME__FLOW_RUN__RUN_COUNT": "7",
        "PREFECT__RUNTIME__TASK_RUN__NAME": "a task",
        "PREFECT__RUNTIME__DEPLOYMENT__NAME": "a deployment",
    }
    os.environ.update(names)
    try:
        return [
            attempt(getattr, module, name)
            for module, name in (
                (flow_run, "flow_name"),
                (flow_run, "run_count"),
                (task_run, "name"),
                (deployment, "name"),
            )
        ]
    finally:
        for name in names:
            del os.environ[name]


@case
def runtime_directory():
    return [
        sorted(set(FLOW_ATTRIBUTES) - set(dir(flow_run))),
        sorted(set(TASK_ATTRIBUTES) - set(dir(task_run))),
    ]


@case
def runtime_imports():
    import prefect.runtime
    from prefect import runtime

    return [runtime is prefect.runtime, runtime.flow_run is flow_run, runtime.task_run is task_run]


@case
def run_context_outside_of_runs():
    return [attempt(get_run_context), FlowRunContext.get(), TaskRunContext.get()]


@case
def run_contexts():
    seen = []

    @task
    def work():
        seen.append(type(get_run_context()).__name__)
        seen.append([TaskRunContext.get().task.name, TaskRunContext.get().task_run.name is not None])
        seen.append([FlowRunContext.get().flow.name, TaskRunContext.get().parameters])

    @flow
    def main():
        seen.append(type(get_run_context()).__name__)
        seen.append([FlowRunContext.get().flow.name, FlowRunContext.get().parameters])
        seen.append(type(FlowRunContext.get().flow_run).__name__)
        work()

    main()
    return seen


@case
def run_context_in_a_submitted_task():
    @task
    def work():
        return [type(get_run_context()).__name__, FlowRunContext.get().flow.name]

    return flow(lambda: work.submit().result(), name="main")()


@case
def run_context_in_a_plain_thread():
    import threading

    seen = []

    @flow
    def main():
        thread = threading.Thread(target=lambda: seen.append(attempt(get_run_context)))
        thread.start()
        thread.join()

    main()
    return seen


@case
def run_context_is_restored():
    seen = []

    @flow
    def child():
        seen.append(FlowRunContext.get().flow.name)

    @flow
    def main():
        child()
        seen.append(FlowRunContext.get().flow.name)

    main()
    seen.append(FlowRunContext.get())
    return seen


@case
def start_time_of_a_run():
    @flow
    def main():
        return isinstance(FlowRunContext.get().start_time, datetime)

    return main()


@case
def tags_reach_runs():
    seen = []

    @task(tags=["own"])
    def work():
        seen.append(["task", sorted(task_run.tags)])

    @flow
    def child():
        seen.append(["child", sorted(flow_run.tags)])

    @flow
    def main():
        seen.append(["main", sorted(flow_run.tags)])
        work()
        with tags("inner"):
            work()
            child()
        work.submit().wait()

    with tags("outer", "second"):
        main()
    main()
    return seen


@case
def tags_nest_and_end():
    seen = []
    with tags("a", "b") as outer:
        seen.append(sorted(outer))
        with tags("b", "c") as inner:
            seen.append(sorted(inner))
        seen.append(sorted(TagsContext.get().current_tags))
    seen.append(sorted(TagsContext.get().current_tags))
    return seen


@case
def tags_of_wrong_types():
    def use(value):
        with tags(value) as current:
            return sorted(current)

    return [observe(attempt(use, value)) for value in ("", 5)]


@case
def tags_of_a_task():
    return [
        sorted(task(lambda: 1, tags=["b", "a", "a"]).tags),
        sorted(task(lambda: 1).tags),
        type(task(lambda: 1, tags=["a"]).tags).__name__,
        sorted(attempt(lambda: task(lambda: 1, tags="ab").tags)),
    ]


@case
def tags_when_created_apply_not_when_defined():
    with tags("defined"):

        @task
        def work():
            return sorted(task_run.tags)

    return [flow(lambda: work(), name="main")(), sorted(work.tags)]


@case
def tags_in_async_code():
    import asyncio

    @task
    async def work(name):
        await asyncio.sleep(0)
        return sorted(task_run.tags)

    @flow
    async def main():
        async def tagged(name):
            with tags(name):
                return await work(name)

        return await asyncio.gather(tagged("a"), tagged("b"))

    return in_loop(main())


@case
def settings_in_context():
    from prefect.settings import (
        PREFECT_FLOWS_DEFAULT_RETRIES,
        PREFECT_TASKS_DEFAULT_RETRIES,
        temporary_settings,
    )

    seen = [PREFECT_TASKS_DEFAULT_RETRIES.value()]
    with temporary_settings({PREFECT_TASKS_DEFAULT_RETRIES: 3, PREFECT_FLOWS_DEFAULT_RETRIES: 2}):
        seen.append(PREFECT_TASKS_DEFAULT_RETRIES.value())
        seen.append([task(lambda: 1).retries, flow(lambda: 1).retries])
        seen.append(get_settings_context().settings.tasks.default_retries)
    seen.append(task(lambda: 1).retries)
    return seen


@case
def default_retry_delay_setting():
    from prefect.settings import PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS, temporary_settings

    with temporary_settings({PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS: [1, 2]}):
        return [
            task(lambda: 1).retry_delay_seconds,
            task(lambda: 1, retry_delay_seconds=9).retry_delay_seconds,
        ]


@case
def current_settings():
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    return [settings.tasks.default_retries, settings.results.persist_by_default, settings.logging.level]
