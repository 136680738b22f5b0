"""What a task run's assets come from, and the events by which it is told.

A run hands on, to runs that take its result, the assets it made; one that made none hands on those it was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from prefect.core.journal import EVENT, EVENT_RESOURCE
from prefect.core.lifecycle.runs import TaskRun
from prefect.core.lifecycle.states import State
from prefect.core.records.events import RESOURCE_ID, RESOURCE_ROLE, EventRecord, Labels, related
from prefect.engine.assets.asset import Asset
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.engine.logs.masking import mask_plain
from prefect.engine.specs import TaskSpec

Assets = Mapping[str, Asset]
"""Assets by key."""

NO_ASSETS: Assets = {}


def follow(task: TaskSpec, run: TaskRun, flow: FlowRunContext | None) -> Assets:
    """The assets that a run's result comes from; takes note of what the run hands on."""
    upstream = {asset.key: asset for asset in task.asset_deps}
    if flow is None:
        return upstream
    for inputs in run.task_inputs.values():
        for source in inputs:
            upstream.update(flow.assets.get(_id_of(source), {}))
    handed_on = {asset.key: asset for asset in task.assets} or upstream
    if handed_on:
        flow.assets[str(run.id)] = handed_on
    return upstream


def _id_of(source: object) -> str:
    return str(source["id"]) if isinstance(source, dict) and "id" in source else ""


def tell(context: TaskRunContext, upstream: Assets, state: State[object]) -> None:
    """Record the events of a run that has ended: what it made, and what that was made from."""
    if not (state.is_completed() or state.is_failed()) or state.name == "Cached":
        return
    verb = "succeeded" if state.is_completed() else "failed"
    runs = list(_runs(context))
    by = context.task.materialized_by
    maker = [] if by is None else [{RESOURCE_ID: by, RESOURCE_ROLE: "asset-materialized-by"}]
    sources = [{RESOURCE_ID: key, RESOURCE_ROLE: "asset"} for key in upstream]
    for asset in upstream.values():
        _record(context, "prefect.asset.referenced", asset, runs, {})
    for asset in context.task.assets:
        metadata = (context.asset_metadata or {}).get(asset.key, {})
        _record(context, f"prefect.asset.materialization.{verb}", asset, [*maker, *sources, *runs], metadata)


def _runs(context: TaskRunContext) -> Iterator[Labels]:
    flow, task_run = context.flow_context, context.task_run
    if flow is not None:
        yield related("flow-run", "flow-run", flow.flow_run.id, flow.flow_run.name)
    yield related("task-run", "task-run", task_run.id, task_run.name)
    if flow is not None:
        yield related("flow", "flow", flow.flow_run.flow_id, flow.flow.name)


def _record(
    context: TaskRunContext, name: str, asset: Asset, others: Sequence[Labels], payload: Mapping[str, object]
) -> None:
    clock = context.runtime.clock
    now = clock.now()
    event = EventRecord(clock.new_id(), name, asset.labels(), others, mask_plain(dict(payload)), now, now)
    context.record(EVENT, event.row())
    for row in event.resource_rows():
        context.record(EVENT_RESOURCE, row)
