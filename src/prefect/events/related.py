"""Resources that take part in an event because of where it is emitted: the run, its flow, its tags."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from prefect.core.records.events import RESOURCE_ID, Labels, related
from prefect.engine.context import FlowRunContext, TaskRunContext
from prefect.events.schemas.events import RelatedResource

__all__ = ["object_as_related_resource", "related_resources_from_run_context", "tags_as_related_resources"]


def object_as_related_resource(kind: str, role: str, object: Any) -> RelatedResource:
    """Something with an id, and perhaps a name, in a role."""
    name = getattr(object, "name", None)
    return RelatedResource(dict(related(role, kind, object.id, name)))


def tags_as_related_resources(tags: Iterable[str]) -> list[RelatedResource]:
    """Tags, in alphabetical order."""
    return [RelatedResource(dict(related("tag", "tag", tag))) for tag in sorted(tags)]


async def related_resources_from_run_context(
    client: object, exclude: Collection[str] | None = None
) -> list[RelatedResource]:
    """What `resources_of_context` finds.

    Args:
        client: not needed; the context knows everything.
        exclude: ids that are not wanted.
    """
    found = resources_of_context(frozenset(exclude or ()))
    return [RelatedResource(dict(labels)) for labels in found]


def resources_of_context(without: Collection[str]) -> list[Labels]:
    """The current run with its task, flow, deployment and tags; none outside of runs."""
    task, flow = TaskRunContext.current.get(), FlowRunContext.current.get()
    if task is not None:
        flow = task.flow_context
    found: list[Labels] = []
    tags: set[str] = set()
    if flow is not None:
        found.append(related("flow-run", "flow-run", flow.flow_run.id, flow.flow_run.name))
        tags.update(flow.flow_run.tags)
    if task is not None:
        found.append(related("task-run", "task-run", task.task_run.id, task.task_run.name))
        tags.update(task.task_run.tags)
    if flow is not None:
        found.append(related("flow", "flow", flow.flow_run.flow_id, flow.flow_run.flow_name))
        if flow.flow_run.deployment_id is not None:
            found.append(related("deployment", "deployment", flow.flow_run.deployment_id))
    found += [related("tag", "tag", tag) for tag in sorted(tags)]
    return [labels for labels in found if labels[RESOURCE_ID] not in without]
