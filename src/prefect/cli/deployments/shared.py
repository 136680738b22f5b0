"""What commands for deployments have in common: finding one, and its name in full."""

from __future__ import annotations

from uuid import UUID

from prefect.cli.api import Json, any_of, api, existing
from prefect.cli.output import fail
from prefect.cli.remote.shapes import names_of

BAD_NAME = "Invalid deployment name. Expected '<flow-name>/<deployment-name>'"


def by_name(name: str) -> Json:
    """The deployment `flow/deployment`; ends the command if there is none."""
    flow, slash, deployment = name.rpartition("/")
    if not (flow and slash and deployment):
        fail(BAD_NAME)
    wanted = {"flows": {"name": any_of([flow])}, "deployments": {"name": any_of([deployment])}}
    found = api().pages("/deployments/filter", wanted, 1)  # names may have slashes, which no path could tell apart
    return existing(next(iter(found), None), f"Deployment {name!r} not found!")


def by_id(deployment_id: UUID) -> Json:
    """The deployment of that id; ends the command if there is none."""
    return existing(api().get(f"/deployments/{deployment_id}"), f"Deployment '{deployment_id}' not found!")


def by_either(name: str | None, deployment_id: UUID | None) -> Json:
    """The deployment of a name or an id, of which one is to be given."""
    if (name is None) == (deployment_id is None):
        fail("Provide either a deployment's name or its --id.")
    return by_name(name) if name is not None else by_id(deployment_id or UUID(int=0))


def all_of(flow_names: list[str] | None = None) -> list[Json]:
    """Deployments by name, each with its flow's name as `flow_name`."""
    wanted = {"flows": {"name": any_of(flow_names)}} if flow_names else {}
    found = api().pages("/deployments/filter", {"sort": "NAME_ASC", **wanted})
    names = names_of("/flows/filter", "flows", [each["flow_id"] for each in found])
    return [{**each, "flow_name": names.get(each["flow_id"])} for each in found]


def full_name(deployment: Json) -> str:
    """`flow/deployment`."""
    flow = deployment.get("flow_name") or (api().get(f"/flows/{deployment['flow_id']}") or {}).get("name")
    return f"{flow}/{deployment['name']}"


def schedule_text(schedule: Json) -> str:
    """A schedule for people: `cron: 0 0 * * *`, `interval: 1:00:00s`, `rrule: ...`."""
    if "cron" in schedule:
        return f"cron: {schedule['cron']}"
    if "rrule" in schedule:
        return f"rrule: {schedule['rrule']}"
    return f"interval: {interval_text(float(schedule['interval']))}s"


def interval_text(seconds: float) -> str:
    """Seconds as `1:00:00`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:02.0f}" if rest == int(rest) else f"{hours}:{minutes:02}:{rest:09.6f}"
