"""Every method of the client, called at least once, in an order that a real server can follow.

Written in names that Prefect 3 and this package share, so that `record.py` can run it with the real client against the
real server, and the tests with ours against what was recorded. A part is a generator of `Ask`s that receives what each
call returned, or the error it raised.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

import prefect.client.schemas.actions as actions
import prefect.client.schemas.filters as filters
import prefect.client.schemas.objects as objects
import prefect.client.schemas.schedules as schedules
import prefect.client.schemas.sorting as sorting
from prefect.client.schemas.objects import State

try:
    from prefect.events.filters import EventFilter, EventNameFilter
    from prefect.events.schemas.automations import AutomationCore
except ModuleNotFoundError:  # where ours are until users can import them
    from prefect.wire.events.automations import AutomationCreate as AutomationCore
    from prefect.wire.filters.events import EventFilter, EventNameFilter


class Ask(NamedTuple):
    method: str
    args: tuple[Any, ...]
    given: dict[str, Any]


Part = Generator[Ask, Any, None]
MOMENT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
NOWHERE = UUID("00000000-0000-4000-8000-00000000dead")


def ask(method: str, *args: Any, **given: Any) -> Ask:
    return Ask(method, args, given)


def number(n: int) -> UUID:
    return UUID(int=0x4000_8000_0000_0000_0000 + n)


def state(kind: str, name: str | None = None) -> State:
    return State(type=kind, name=name or kind.capitalize(), message="because", timestamp=MOMENT, id=number(7))


def a_flow(name: str) -> Any:
    """What the client reads of a flow."""
    return SimpleNamespace(
        name=name,
        version="3",
        retries=2,
        retry_delay_seconds=5,
        validate_parameters=lambda given: given,
        serialize_parameters=lambda given: given,
    )


def a_task() -> Any:
    """What the client reads of a task."""
    return SimpleNamespace(
        name="count",
        task_key="count-1234",
        version=None,
        tags={"b", "a"},
        retries=1,
        retry_delay_seconds=3,
        retry_jitter_factor=None,
    )


def flows() -> Part:
    flow_id = yield ask("create_flow_from_name", "orders")
    yield ask("create_flow", a_flow("orders"))
    yield ask("read_flow", flow_id)
    yield ask("read_flow_by_name", "orders")
    yield ask("read_flows")
    yield ask(
        "read_flows",
        flow_filter=filters.FlowFilter(name=filters.FlowFilterName(any_=["orders"])),
        flow_run_filter=filters.FlowRunFilter(id=filters.FlowRunFilterId(not_any_=[NOWHERE])),
        sort=sorting.FlowSort.NAME_ASC,
        limit=5,
        offset=1,
    )
    yield ask("delete_flow", flow_id)
    yield ask("read_flow", flow_id)


def flow_runs() -> Part:
    run = yield ask(
        "create_flow_run",
        a_flow("sums"),
        name="red-fox",
        parameters={"x": 1},
        context={"why": "test"},
        tags=["t"],
        state=state("PENDING"),
        job_variables={"image": "i"},
    )
    yield ask("create_flow_run", a_flow("sums"))
    yield ask("read_flow_run", run.id)
    yield ask("update_flow_run", run.id, flow_version="4", name="blue-fox", tags=["u"], infrastructure_pid="h:1")
    yield ask("update_flow_run", run.id, empirical_policy=objects.FlowRunPolicy(retries=3), job_variables={"a": 1})
    yield ask("update_flow_run_labels", run.id, {"team": "a", "n": 3})
    yield ask("set_flow_run_name", run.id, "green-fox")
    yield ask("set_flow_run_state", run.id, state("RUNNING"))
    yield ask("set_flow_run_state", str(run.id), state("COMPLETED"), force=True)
    states = yield ask("read_flow_run_states", run.id)
    yield ask("read_flow_run_state", states[-1].id)
    yield ask("resume_flow_run", run.id)
    yield ask("resume_flow_run", run.id, run_input={"ok": True})
    yield ask("read_flow_runs")
    yield ask(
        "read_flow_runs",
        flow_run_filter=filters.FlowRunFilter(tags=filters.FlowRunFilterTags(all_=["u"])),
        flow_filter=filters.FlowFilter(name=filters.FlowFilterName(like_="sum")),
        sort=sorting.FlowRunSort.START_TIME_DESC,
        limit=3,
        offset=0,
    )
    yield ask("count_flow_runs")
    yield ask("count_flow_runs", flow_run_filter=filters.FlowRunFilter(id=filters.FlowRunFilterId(any_=[run.id])))
    yield from inputs(run.id)
    yield ask("delete_flow_run", run.id)
    yield ask("read_flow_run", run.id)
    yield ask("delete_flow_run", run.id)


def inputs(run_id: UUID) -> Part:
    yield ask("create_flow_run_input", run_id, "colour", '"red"', sender="someone")
    yield ask("create_flow_run_input", run_id, "colour", '"red"')
    yield ask("read_flow_run_input", run_id, "colour")
    yield ask("filter_flow_run_input", run_id, "col", limit=3, exclude_keys={"other"})
    yield ask("delete_flow_run_input", run_id, "colour")
    yield ask("read_flow_run_input", run_id, "colour")
    yield ask("delete_flow_run_input", run_id, "colour")


def task_runs() -> Part:
    flow_run = yield ask("create_flow_run", a_flow("tasked"), name="one")
    run = yield ask("create_task_run", a_task(), flow_run.id, "0")
    yield ask(
        "create_task_run",
        a_task(),
        flow_run.id,
        "1",
        id=number(101),
        name="count-1",
        extra_tags=["c"],
        state=state("PENDING"),
        task_inputs={"x": [objects.TaskRunResult(id=run.id)], "y": [objects.Parameter(name="p")]},
    )
    yield ask("create_task_run", a_task(), None, "2", name="alone")
    yield ask("read_task_run", run.id)
    yield ask("set_task_run_name", run.id, "counted")
    yield ask("set_task_run_state", run.id, state("RUNNING"))
    yield ask("set_task_run_state", run.id, state("COMPLETED"), force=True)
    yield ask("read_task_run_states", run.id)
    yield ask("read_task_runs")
    yield ask(
        "read_task_runs",
        task_run_filter=filters.TaskRunFilter(name=filters.TaskRunFilterName(any_=["counted"])),
        sort=sorting.TaskRunSort.END_TIME_DESC,
        limit=2,
        offset=0,
    )
    yield ask("delete_task_run", run.id)
    yield ask("read_task_run", run.id)
    yield ask("delete_task_run", run.id)


def deployments() -> Part:
    flow_id = yield ask("create_flow_from_name", "deployed")
    plain = yield ask("create_deployment", flow_id, "plain")
    full = yield ask(
        "create_deployment",
        flow_id,
        "full",
        version="1",
        schedules=[actions.DeploymentScheduleCreate(schedule=a_cron(), active=False, slug="hourly")],
        concurrency_limit=2,
        concurrency_options=objects.ConcurrencyOptions(collision_strategy=objects.ConcurrencyLimitStrategy.ENQUEUE),
        parameters={"x": 1},
        description="words",
        tags=["d"],
        path=".",
        entrypoint="flow.py:f",
        parameter_openapi_schema={"type": "object", "properties": {"x": {"type": "integer"}}},
        paused=True,
        pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": "."}}],
        enforce_parameter_schema=True,
        job_variables={"a": "b"},
    )
    yield ask("create_deployment", NOWHERE, "nowhere")
    yield ask("read_deployment", plain)
    yield ask("read_deployment", str(full))
    yield ask("read_deployment", "no-id")
    yield ask("read_deployment_by_name", "deployed/full")
    yield ask("read_deployments")
    yield ask(
        "read_deployments",
        flow_filter=filters.FlowFilter(name=filters.FlowFilterName(any_=["deployed"])),
        deployment_filter=filters.DeploymentFilter(name=filters.DeploymentFilterName(any_=["full"])),
        sort=sorting.DeploymentSort.NAME_ASC,
        limit=4,
        offset=0,
    )
    yield ask("update_deployment", full, actions.DeploymentUpdate(description="other words", tags=["e"]))
    yield ask("pause_deployment", full)
    yield ask("resume_deployment", str(full))
    yield ask("pause_deployment", "no-id")
    yield ask("set_deployment_paused_state", full, True)
    yield from deployment_schedules(full)
    yield from deployment_runs(full)
    yield ask("create_deployment_branch", full, "side")
    yield ask("delete_deployment", full)
    yield ask("delete_deployment", full)
    yield ask("read_deployment", full)


def a_cron() -> Any:
    return schedules.CronSchedule(cron="0 * * * *", timezone="Europe/Berlin")


def deployment_schedules(deployment: UUID) -> Part:
    interval = schedules.IntervalSchedule(interval=timedelta(minutes=5), anchor_date=MOMENT)
    made = yield ask("create_deployment_schedules", deployment, [(interval, False)])
    rrule = schedules.RRuleSchedule(rrule="DTSTART:20200101T000000\nFREQ=DAILY", timezone="UTC")
    yield ask("create_deployment_schedules", deployment, [actions.DeploymentScheduleCreate(schedule=rrule, slug="r")])
    yield ask("read_deployment_schedules", deployment)
    yield ask("update_deployment_schedule", deployment, made[0].id, active=True)
    yield ask("update_deployment_schedule", deployment, made[0].id, schedule=a_cron(), parameters={"x": 2}, slug="c")
    yield ask("delete_deployment_schedule", deployment, made[0].id)
    yield ask("delete_deployment_schedule", deployment, made[0].id)
    yield ask("update_deployment_schedule", deployment, made[0].id, active=True)


def deployment_runs(deployment: UUID) -> Part:
    yield ask("create_flow_run_from_deployment", deployment)
    yield ask(
        "create_flow_run_from_deployment",
        deployment,
        parameters={"x": 3},
        context={"c": 1},
        state=state("SCHEDULED"),
        name="named",
        tags=["t"],
        idempotency_key="once",
        work_queue_name="default",
        job_variables={"v": 1},
        labels={"l": "m"},
    )
    yield ask("create_flow_run_from_deployment", NOWHERE)
    yield ask("get_scheduled_flow_runs_for_deployments", [deployment], scheduled_before=MOMENT, limit=3)
    yield ask("get_scheduled_flow_runs_for_deployments", [deployment])


def work_pools() -> Part:
    yield ask("create_work_pool", actions.WorkPoolCreate(name="pool", type="process", description="d"))
    yield ask("create_work_pool", actions.WorkPoolCreate(name="pool"))
    yield ask("create_work_pool", actions.WorkPoolCreate(name="pool", type="process"), overwrite=True)
    yield ask("read_work_pool", "pool")
    yield ask("read_work_pool", "none")
    yield ask("update_work_pool", "pool", actions.WorkPoolUpdate(concurrency_limit=3, is_paused=False))
    yield ask("update_work_pool", "none", actions.WorkPoolUpdate(concurrency_limit=3))
    yield ask("read_work_pools")
    by_name = filters.WorkPoolFilter(name=filters.WorkPoolFilterName(any_=["pool"]))
    yield ask("read_work_pools", limit=2, offset=0, work_pool_filter=by_name)
    yield ask("send_worker_heartbeat", "pool", "worker", heartbeat_interval_seconds=30)
    yield ask("send_worker_heartbeat", "pool", "worker", get_worker_id=True)
    metadata = objects.WorkerMetadata(integrations=[objects.Integration(name="i", version="1")])
    yield ask("send_worker_heartbeat", "pool", "worker", worker_metadata=metadata)
    yield ask("read_workers_for_work_pool", "pool")
    online = filters.WorkerFilter(status=filters.WorkerFilterStatus(any_=[objects.WorkerStatus.ONLINE]))
    yield ask("read_workers_for_work_pool", "pool", worker_filter=online, offset=0, limit=2)
    yield ask("get_scheduled_flow_runs_for_work_pool", "pool")
    yield ask("get_scheduled_flow_runs_for_work_pool", "pool", work_queue_names=["default"], scheduled_before=MOMENT)
    yield ask("read_work_pool_concurrency_status", "pool")
    yield ask("read_work_pool_concurrency_status", "pool", page=1, limit=3, flow_run_limit=2)
    yield ask("read_worker_metadata")
    yield from work_queues()
    yield ask("delete_work_pool", "pool")
    yield ask("delete_work_pool", "pool")


def work_queues() -> Part:
    made = yield ask("create_work_queue", "line", description="d", is_paused=False, concurrency_limit=4, priority=2,
                     work_pool_name="pool")  # fmt: skip
    yield ask("create_work_queue", "line", work_pool_name="pool")
    other = yield ask("create_work_queue", "loose")
    yield ask("read_work_queue", made.id)
    yield ask("read_work_queue", NOWHERE)
    yield ask("read_work_queue_by_name", "line", work_pool_name="pool")
    yield ask("read_work_queue_by_name", "loose")
    yield ask("read_work_queue_by_name", "none", work_pool_name="pool")
    yield ask("update_work_queue", made.id, description="e", is_paused=True)
    yield ask("update_work_queue", NOWHERE, description="e")
    yield ask("update_work_queue", made.id)
    yield ask("read_work_queues")
    yield ask("read_work_queues", work_pool_name="pool", limit=2, offset=0)
    by_name = filters.WorkQueueFilter(name=filters.WorkQueueFilterName(any_=["line"]))
    yield ask("read_work_queues", work_queue_filter=by_name)
    yield ask("match_work_queues", ["li"])
    yield ask("match_work_queues", ["li"], work_pool_name="pool")
    yield ask("read_work_queue_status", made.id)
    yield ask("read_work_queue_concurrency_status", made.id, page=1, limit=3)
    yield ask("get_runs_in_work_queue", made.id, limit=2, scheduled_before=MOMENT)
    yield ask("get_runs_in_work_queue", NOWHERE)
    yield ask("delete_work_queue_by_id", other.id)
    yield ask("delete_work_queue_by_id", other.id)


def blocks() -> Part:
    kind = yield ask("create_block_type", actions.BlockTypeCreate(name="Box", slug="box", description="d"))
    yield ask("create_block_type", actions.BlockTypeCreate(name="Box", slug="box"))
    yield ask("read_block_type_by_slug", "box")
    yield ask("read_block_type_by_slug", "none")
    yield ask("update_block_type", kind.id, actions.BlockTypeUpdate(description="e"))
    yield ask("update_block_type", NOWHERE, actions.BlockTypeUpdate(description="e"))
    fields = {"title": "Box", "type": "object", "properties": {"size": {"type": "integer"}}, "block_type_slug": "box",
              "secret_fields": [], "block_schema_references": {}}  # fmt: skip
    made = yield ask(
        "create_block_schema",
        actions.BlockSchemaCreate(fields=fields, block_type_id=kind.id, capabilities=["hold"], version="1"),
    )
    yield ask("read_block_schema_by_checksum", made.checksum)
    yield ask("read_block_schema_by_checksum", made.checksum, version="1")
    yield ask("read_block_schema_by_checksum", "none")
    yield ask("get_most_recent_block_schema_for_block_type", kind.id)
    yield ask("get_most_recent_block_schema_for_block_type", NOWHERE)
    yield from block_documents(kind.id, made.id)
    yield ask("delete_block_type", kind.id)
    yield ask("delete_block_type", kind.id)


def block_documents(type_id: UUID, schema_id: UUID) -> Part:
    wanted = actions.BlockDocumentCreate(
        name="mine", data={"size": 3}, block_schema_id=schema_id, block_type_id=type_id
    )
    made = yield ask("create_block_document", wanted)
    yield ask("create_block_document", wanted)
    yield ask("read_block_document", made.id)
    yield ask("read_block_document", made.id, include_secrets=False)
    yield ask("read_block_document", NOWHERE)
    yield ask("read_block_document_by_name", "mine", "box")
    yield ask("read_block_document_by_name", "none", "box", include_secrets=False)
    yield ask("read_block_documents_by_type", "box")
    yield ask("read_block_documents_by_type", "box", offset=0, limit=2, include_secrets=False)
    yield ask("update_block_document", made.id, actions.BlockDocumentUpdate(data={"size": 4}))
    yield ask("update_block_document", NOWHERE, actions.BlockDocumentUpdate(data={"size": 4}))
    yield ask("delete_block_document", made.id)
    yield ask("delete_block_document", made.id)


def artifacts() -> Part:
    made = yield ask("create_artifact", actions.ArtifactCreate(key="table", type="table", data="[]", description="d"))
    yield ask("update_artifact", made.id, actions.ArtifactUpdate(description="e"))
    yield ask("update_artifact", NOWHERE, actions.ArtifactUpdate(description="e"))
    by_key = filters.ArtifactFilter(key=filters.ArtifactFilterKey(any_=["table"]))
    yield ask("read_artifacts", artifact_filter=by_key, sort=sorting.ArtifactSort.ID_DESC, limit=2, offset=0)
    yield ask("read_latest_artifacts")
    latest = filters.ArtifactCollectionFilter(key=filters.ArtifactCollectionFilterKey(any_=["table"]))
    yield ask("read_latest_artifacts", artifact_filter=latest, sort=sorting.ArtifactCollectionSort.ID_DESC, limit=2)
    yield ask("delete_artifact", made.id)
    yield ask("delete_artifact", made.id)


def variables() -> Part:
    yield ask("create_variable", actions.VariableCreate(name="size", value={"a": 1}, tags=["t"]))
    yield ask("create_variable", actions.VariableCreate(name="size", value=2))
    yield ask("read_variable_by_name", "size")
    yield ask("read_variable_by_name", "none")
    yield ask("update_variable", actions.VariableUpdate(name="size", value=3))
    yield ask("update_variable", actions.VariableUpdate(name="none", value=3))
    yield ask("read_variables", limit=2)
    yield ask("delete_variable_by_name", "size")
    yield ask("delete_variable_by_name", "size")


def logs() -> Part:
    made = actions.LogCreate(name="l", level=20, message="m", timestamp=MOMENT)
    yield ask("create_logs", [made, {"name": "l", "level": 30, "message": "n", "timestamp": MOMENT.isoformat()}])
    by_level = filters.LogFilter(level=filters.LogFilterLevel(ge_=20))
    yield ask("read_logs", log_filter=by_level, limit=2, offset=0, sort=sorting.LogSort.TIMESTAMP_ASC)


def tag_limits() -> Part:
    yield ask("create_concurrency_limit", "tag", 3)
    yield ask("read_concurrency_limit_by_tag", "tag")
    yield ask("read_concurrency_limit_by_tag", "none")
    yield ask("read_concurrency_limits", limit=3, offset=0)
    yield ask("increment_v1_concurrency_slots", ["tag"], NOWHERE)
    yield ask("decrement_v1_concurrency_slots", ["tag"], NOWHERE, 1.5)
    yield ask("reset_concurrency_limit_by_tag", "tag")
    yield ask("reset_concurrency_limit_by_tag", "tag", slot_override=[NOWHERE, str(NOWHERE)])
    yield ask("reset_concurrency_limit_by_tag", "none")
    yield ask("create_concurrency_limit", "", 3)
    yield ask("read_concurrency_limit_by_tag", "")
    yield ask("delete_concurrency_limit_by_tag", "")
    yield ask("delete_concurrency_limit_by_tag", "tag")
    yield ask("delete_concurrency_limit_by_tag", "tag")


def global_limits() -> Part:
    yield ask("create_global_concurrency_limit", actions.GlobalConcurrencyLimitCreate(name="db", limit=3))
    yield ask("create_global_concurrency_limit", actions.GlobalConcurrencyLimitCreate(name="db", limit=3))
    yield ask("read_global_concurrency_limit_by_name", "db")
    yield ask("read_global_concurrency_limit_by_name", "none")
    yield ask("read_global_concurrency_limits")
    yield ask("read_global_concurrency_limits", limit=1, offset=0)
    yield ask("update_global_concurrency_limit", "db", actions.GlobalConcurrencyLimitUpdate(limit=4))
    yield ask("update_global_concurrency_limit", "none", actions.GlobalConcurrencyLimitUpdate(limit=4))
    yield ask("upsert_global_concurrency_limit_by_name", "db", 5, slot_decay_per_second=0.5)
    yield ask("upsert_global_concurrency_limit_by_name", "new", 6)
    yield ask("increment_concurrency_slots", ["db"], 1, "concurrency")
    yield ask("increment_concurrency_slots", ["db"], 9, "concurrency")
    yield ask("release_concurrency_slots", ["db"], 1, 2.5)
    got = yield ask("increment_concurrency_slots_with_lease", ["db"], 1, "concurrency", 60.0)
    lease = UUID(got.json()["lease_id"])
    holder = objects.ConcurrencyLeaseHolder(type="flow_run", id=NOWHERE)
    yield ask("increment_concurrency_slots_with_lease", ["db"], 1, "concurrency", 60.0, holder=holder)
    yield ask("renew_concurrency_lease", lease, 90.0)
    yield ask("release_concurrency_slots_with_lease", lease)
    yield ask("renew_concurrency_lease", NOWHERE, 90.0)
    yield ask("release_concurrency_slots_with_lease", NOWHERE)
    yield ask("delete_global_concurrency_limit_by_name", "db")
    yield ask("delete_global_concurrency_limit_by_name", "db")


def an_automation(**fields: Any) -> Any:
    trigger = {"type": "event", "expect": ["a"], "posture": "Reactive", "threshold": 1}
    return AutomationCore.model_validate(
        {"name": "Watch", "trigger": trigger, "actions": [{"type": "do-nothing"}], **fields}
    )


def automations() -> Part:
    made = yield ask("create_automation", an_automation())
    yield ask("update_automation", made, an_automation(description="d"))
    yield ask("update_automation", NOWHERE, an_automation())
    yield ask("read_automation", made)
    yield ask("read_automation", str(made))
    yield ask("read_automation", NOWHERE)
    yield ask("read_automations")
    yield ask("read_automations", sort=sorting.AutomationSort.NAME_ASC, limit=2, offset=0)
    yield ask("read_automations_by_name", "Watch")
    yield ask("find_automation", made)
    yield ask("find_automation", "Watch")
    yield ask("find_automation", "watch")
    yield ask("find_automation", "none")
    yield ask("find_automation", NOWHERE)
    yield ask("pause_automation", made)
    yield ask("resume_automation", made)
    yield ask("read_resource_related_automations", "prefect.x.y")
    yield ask("delete_resource_owned_automations", "prefect.x.y")
    yield ask("delete_automation", made)
    yield ask("delete_automation", made)


def events() -> Part:
    yield ask("read_events")
    page = yield ask("read_events", EventFilter(event=EventNameFilter(prefix=["prefect.flow"])), limit=2)
    yield ask("read_events_page", page.next_page or "http://127.0.0.1/api/events/filter/next?page-token=bm8=")


def hosted() -> Part:
    yield ask("apply_slas_for_deployment", NOWHERE, [])


def server() -> Part:
    yield ask("hello")
    yield ask("api_healthcheck")
    yield ask("api_version")
    yield ask("read_block_types")
    yield ask("read_block_schemas")
    yield ask("read_block_documents")
    yield ask("read_block_documents", offset=1, limit=2, include_secrets=False)
    yield ask("read_server_default_result_storage")
    yield ask("update_server_default_result_storage", NOWHERE)
    yield ask("clear_server_default_result_storage")
    yield ask("request", "GET", "/flows/name/{name}", path_params={"name": "nobody"})
    yield ask("request", "POST", "/flows/filter", json={"limit": 1}, params={"a": "b"})


PARTS: dict[str, Callable[[], Part]] = {
    part.__name__: part
    for part in (
        server, flows, flow_runs, task_runs, deployments, work_pools, blocks, artifacts, variables, logs, tag_limits,
        global_limits, automations, events, hosted,
    )
}  # fmt: skip
