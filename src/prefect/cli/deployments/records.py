"""`prefect deployment ls`, `inspect`, `pause`, `resume` and `delete`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import click

from prefect.cli.api import api, moment, path
from prefect.cli.deployments.shared import all_of, by_either, by_name, full_name, schedule_text
from prefect.cli.output import compact, fail, local, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, confirmed, flag, output_option, positional


@command("ls")
@click.option("--flow_name", "--flow-name", multiple=True, help="Deployments of this flow; may be repeated.")
@flag("by-created", help="The newest first, instead of by name.")
@output_option
def ls(flow_name: Sequence[str], by_created: bool, as_json: bool) -> None:
    """List deployments."""
    found = all_of(list(flow_name))
    if by_created:
        found.sort(key=lambda each: str(each["created"]), reverse=True)
    if as_json:
        return show_json([{name: value for name, value in each.items() if name != "flow_name"} for each in found])
    rows = [
        (full_name(each), each["id"], each["work_pool_name"], _schedules(each), "paused" if each["paused"] else "")
        for each in sorted(found, key=lambda each: "" if by_created else full_name(each).lower())
    ]
    return show_table("Deployments", ("Name", "ID", "Work Pool", "Schedules", ""), rows)


def _schedules(deployment: dict[str, object]) -> str:
    schedules = deployment["schedules"]
    return ", ".join(schedule_text(each["schedule"]) for each in schedules) if isinstance(schedules, list) else ""


@command("inspect")
@positional("name")
@output_option
def inspect(name: str, as_json: bool) -> None:
    """Show a deployment, named as `flow/deployment`."""
    found = by_name(name)
    related = api().get(path("/automations/related-to/{}", f"prefect.deployment.{found['id']}")) or []
    if as_json:
        return show_json({**found, "automations": related})
    show_facts([
        ("Deployment", f"{name} ({found['id']})"), ("Status", found["status"]),
        ("Paused", "yes" if found["paused"] else "no"), ("Version", found["version"]),
        ("Description", found["description"]), ("Entrypoint", found["entrypoint"]), ("Path", found["path"]),
        ("Work pool", found["work_pool_name"]), ("Work queue", found["work_queue_name"]),
        ("Parameters", compact(found["parameters"])), ("Job variables", compact(found["job_variables"] or {})),
        ("Tags", ", ".join(found["tags"] or [])), ("Schedules", _schedules(found)),
        ("Limit", str((found.get("global_concurrency_limit") or {}).get("limit", ""))),
        ("Automations", ", ".join(str(each["name"]) for each in related)),
        ("Created", local(moment(found["created"]))), ("Updated", local(moment(found["updated"]))),
    ])  # fmt: skip
    return None


@command("pause")
@positional("name")
def pause(name: str) -> None:
    """Have a deployment's schedules make no runs."""
    api().post(f"/deployments/{by_name(name)['id']}/pause_deployment")
    say(f"Paused deployment {name!r}.")


@command("resume")
@positional("name")
def resume(name: str) -> None:
    """Have a paused deployment's schedules make runs again."""
    api().post(f"/deployments/{by_name(name)['id']}/resume_deployment")
    say(f"Resumed deployment {name!r}.")


@command("delete")
@positional("name", needed=False)
@click.option("--id", "deployment_id", type=click.UUID, help="The deployment of this id.")
@flag("all", help="Every deployment.")
@click.pass_context
def delete(context: click.Context, name: str | None, deployment_id: UUID | None, all: bool) -> None:
    """Delete a deployment, named as `flow/deployment`, or all of them."""
    if all:
        if name is not None or deployment_id is not None:
            fail("Cannot provide a deployment name or id when deleting all deployments.")
        return _delete_all(context)
    if name is not None and deployment_id is not None:
        fail("Multiple options provided. Deployment name or id must be provided, not both.")
    if name is None and deployment_id is None:
        fail("Must provide a deployment name or id")
    found = by_either(name, deployment_id)
    shown = name or str(deployment_id)
    if not confirmed(context, f"Are you sure you want to delete deployment {shown!r}?"):
        fail("Deletion aborted.")
    api().delete(f"/deployments/{found['id']}")
    return say(f"Deleted deployment '{shown}'.")


def _delete_all(context: click.Context) -> None:
    found = all_of()
    if not found:
        return say("No deployments found.")
    if not confirmed(context, f"Are you sure you want to delete all {len(found)} deployments?"):
        fail("Deletion aborted.")
    for each in found:
        api().delete(f"/deployments/{each['id']}")
    return say(f"Deleted {len(found)} deployment{'' if len(found) == 1 else 's'}.")
