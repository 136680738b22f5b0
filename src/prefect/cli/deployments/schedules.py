"""`prefect deployment schedule`: when a deployment makes runs by itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import click

from prefect.cli.api import Json, api, existing, json_option
from prefect.cli.app import Room
from prefect.cli.deployments.shared import by_name, schedule_text
from prefect.cli.output import fail, say, show_json, show_table
from prefect.cli.parameters import command, confirmed, flag, output_option, positional
from prefect.cli.record import now

schedule = Room(
    "schedule",
    "Schedules of deployments.",
    {
        "ls": ("deployments.schedules:ls", "A deployment's schedules."),
        "create": ("deployments.schedules:create", "Give a deployment a schedule."),
        "pause": ("deployments.schedules:pause", "Have a schedule make no runs."),
        "resume": ("deployments.schedules:resume", "Have a paused schedule make runs again."),
        "delete": ("deployments.schedules:delete", "Delete a schedule."),
        "clear": ("deployments.schedules:clear", "Delete all schedules of a deployment."),
    },
)


@command("ls")
@positional("deployment-name")
@output_option
def ls(deployment_name: str, as_json: bool) -> None:
    """List the schedules of a deployment."""
    found = by_name(deployment_name)["schedules"]
    if as_json:
        return show_json(found)
    rows = [(each["id"], schedule_text(each["schedule"]), str(each["active"]), each.get("slug")) for each in found]
    return show_table("Deployment Schedules", ("ID", "Schedule", "Active", "Slug"), rows)


@command("create")
@positional("name")
@click.option("--interval", type=click.FloatRange(min=0, min_open=True), help="Seconds from one run to the next.")
@click.option("--anchor-date", help="A moment that the intervals are counted from; now if left out.")
@click.option("--rrule", "rrule_string", help="An RRULE of RFC 5545, or JSON with it and a time zone.")
@click.option("--cron", "cron_string", help="A cron line, such as '0 6 * * 1'.")
@click.option(
    "--day_or", "--day-or", "day_or", default="true", help="Whether one of both days of a cron line is enough."
)
@click.option("--timezone", help="An IANA time zone, such as Europe/Berlin.")
@flag("active", default=True, help="Whether it makes runs from now on.")
@flag("replace", default=None, help="Delete the deployment's other schedules.")
@flag("accept-yes", "-y", help="Do not ask before replacing.")
@click.pass_context
def create(
    context: click.Context,
    name: str,
    interval: float | None,
    anchor_date: str | None,
    rrule_string: str | None,
    cron_string: str | None,
    day_or: str,
    timezone: str | None,
    active: bool,
    replace: bool | None,
    accept_yes: bool,
) -> None:
    """Give a deployment a schedule: one of --interval, --cron and --rrule."""
    if sum(value is not None for value in (interval, rrule_string, cron_string)) != 1:
        fail("Exactly one of `--interval`, `--rrule`, or `--cron` must be provided.")
    if anchor_date and interval is None:
        fail("An anchor date can only be provided with an interval schedule")
    made: Json
    if interval is not None:
        made = {"interval": interval, "anchor_date": _anchor(anchor_date), "timezone": timezone}
    elif cron_string is not None:
        made = {"cron": cron_string, "timezone": timezone, "day_or": day_or.lower() not in ("false", "0", "no")}
    else:
        made = _rrule(rrule_string or "", timezone)
    _add(context, name, {name: value for name, value in made.items() if value is not None}, active, replace, accept_yes)


def _anchor(given: str | None) -> str:
    if given is None:
        return now().isoformat()
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        fail("The anchor date must be a valid date string.")
    return (moment if moment.tzinfo else moment.astimezone()).isoformat()


def _rrule(given: str, timezone: str | None) -> Json:
    if given.lstrip().startswith("{"):
        said = json_option(given, "--rrule")
        return {"rrule": said.get("rrule"), "timezone": timezone or said.get("timezone")}
    return {"rrule": given, "timezone": timezone}


def _add(context: click.Context, name: str, made: Json, active: bool, replace: bool | None, accept_yes: bool) -> None:
    deployment = by_name(name)
    others = deployment["schedules"]
    if replace and others and not accept_yes:
        many = f"{len(others)} schedule{'' if len(others) == 1 else 's'}"
        if not confirmed(context, f"Are you sure you want to replace {many} of {name}?"):
            fail("Schedule replacement cancelled.")
    api().post(f"/deployments/{deployment['id']}/schedules", [{"schedule": made, "active": active}])
    for each in others if replace else ():
        api().delete(f"/deployments/{deployment['id']}/schedules/{each['id']}")
    say("Replaced existing deployment schedules with new schedule!" if replace else "Created deployment schedule!")


def _found(deployment: Json, schedule_id: UUID) -> Json:
    own = (each for each in deployment["schedules"] if each["id"] == str(schedule_id))
    return existing(next(own, None), "Deployment schedule not found!")


def _switch(name: str, schedule_id: UUID, active: bool) -> None:
    deployment = by_name(name)
    found = _found(deployment, schedule_id)
    if found["active"] is active:
        fail(f"Deployment schedule {schedule_id} is already {'active' if active else 'inactive'}")
    api().patch(f"/deployments/{deployment['id']}/schedules/{schedule_id}", {"active": active})
    say(f"{'Resumed' if active else 'Paused'} schedule {schedule_text(found['schedule'])} for deployment {name}")


@command("pause")
@positional("deployment-name", needed=False)
@positional("schedule-id", click.UUID, needed=False)
@flag("all", help="Every schedule of every deployment.")
@click.pass_context
def pause(context: click.Context, deployment_name: str | None, schedule_id: UUID | None, all: bool) -> None:
    """Have a schedule make no runs."""
    _switch_given(context, deployment_name, schedule_id, all, False)


@command("resume")
@positional("deployment-name", needed=False)
@positional("schedule-id", click.UUID, needed=False)
@flag("all", help="Every schedule of every deployment.")
@click.pass_context
def resume(context: click.Context, deployment_name: str | None, schedule_id: UUID | None, all: bool) -> None:
    """Have a paused schedule make runs again."""
    _switch_given(context, deployment_name, schedule_id, all, True)


def _switch_given(context: click.Context, name: str | None, schedule_id: UUID | None, all: bool, active: bool) -> None:
    if all and name is None and schedule_id is None:
        return _switch_all(context, active)
    if all or name is None or schedule_id is None:
        fail("Provide a deployment's name and a schedule's id, or --all.")
    return _switch(name, schedule_id, active)


def _switch_all(context: click.Context, active: bool) -> None:
    deployments = api().pages("/deployments/filter", {})
    wanted = [(d["id"], s["id"]) for d in deployments for s in d["schedules"] if s["active"] is not active]
    word = "resume" if active else "pause"
    if not wanted:
        return say("No schedules found to " + word + ".")
    if not confirmed(context, f"Are you sure you want to {word} {len(wanted)} schedules?"):
        fail("Operation cancelled.")
    for deployment_id, schedule_id in wanted:
        api().patch(f"/deployments/{deployment_id}/schedules/{schedule_id}", {"active": active})
    return say(f"{word.capitalize()}d {len(wanted)} deployment schedule{'' if len(wanted) == 1 else 's'}.")


@command("delete")
@positional("deployment-name")
@positional("schedule-id", click.UUID)
@flag("assume-yes", "-y", help="Do not ask.")
@click.pass_context
def delete(context: click.Context, deployment_name: str, schedule_id: UUID, assume_yes: bool) -> None:
    """Delete a schedule of a deployment."""
    deployment = by_name(deployment_name)
    found = _found(deployment, schedule_id)
    question = f"Are you sure you want to delete this schedule: {schedule_text(found['schedule'])}"
    if not assume_yes and not confirmed(context, question):
        fail("Deletion cancelled.")
    api().delete(f"/deployments/{deployment['id']}/schedules/{schedule_id}")
    say(f"Deleted deployment schedule {schedule_id}")


@command("clear")
@positional("deployment-name")
@flag("assume-yes", "-y", help="Do not ask.")
@click.pass_context
def clear(context: click.Context, deployment_name: str, assume_yes: bool) -> None:
    """Delete all schedules of a deployment."""
    deployment = by_name(deployment_name)
    question = f"Are you sure you want to clear all schedules for this deployment: {deployment_name}"
    if not assume_yes and not confirmed(context, question):
        fail("Clearing schedules cancelled.")
    for each in deployment["schedules"]:
        api().delete(f"/deployments/{deployment['id']}/schedules/{each['id']}")
    say(f"Cleared all schedules for deployment {deployment_name}")
