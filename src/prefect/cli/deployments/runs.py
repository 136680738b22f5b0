"""`prefect deployment run`: make a flow run of a deployment."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import click

from prefect.cli.api import Json, api, json_option
from prefect.cli.deployments.shared import by_either, full_name
from prefect.cli.flow_runs.watch import POLL_SECONDS, watch_run
from prefect.cli.output import ago, compact, fail, say, show_facts, show_json
from prefect.cli.parameters import command, flag, many, output_option, positional, strict_json
from prefect.cli.record import now

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@command("run")
@positional("name", needed=False)
@click.option("--id", "deployment_id", type=click.UUID, help="The deployment of this id.")
@many("job-variable", "-jv", help="KEY=VALUE for where it runs; the value is JSON or text; may be repeated.")
@many("param", "-p", help="KEY=VALUE, a parameter; the value is JSON or text; may be repeated.")
@click.option("--params", help="Parameters as a JSON object; - to read it from standard input.")
@click.option("--start-in", help="How long from now it is to start, such as '10 minutes' or '2h'.")
@click.option("--start-at", help="When it is to start, such as '2030-01-01 06:00' or '18:30'.")
@many("tag", help="A tag; may be repeated.")
@flag("watch", help="Show the states it enters until it has ended.")
@click.option("--watch-interval", type=click.FloatRange(min=0), help="Seconds between two looks.")
@click.option("--watch-timeout", type=click.IntRange(min=0), help="Seconds after which to stop watching.")
@click.option("--flow-run-name", help="A name for the run.")
@output_option
def run(
    name: str | None,
    deployment_id: UUID | None,
    start_in: str | None,
    start_at: str | None,
    tag: Sequence[str],
    watch: bool,
    watch_interval: float | None,
    watch_timeout: int | None,
    flow_run_name: str | None,
    as_json: bool,
    **values: Any,
) -> None:
    """Make a flow run of a deployment, named as `flow/deployment`; it runs when a worker fetches it."""
    if start_in and start_at:
        fail("Only one of `--start-in` or `--start-at` can be set, not both.")
    due = due_at(start_in, start_at)
    deployment = by_either(name, deployment_id)
    given = parameters_of(values["param"], values["params"])
    refuse_unknown(deployment, given)
    body: Json = {
        "parameters": {**deployment["parameters"], **given},
        "tags": list(tag),
        "job_variables": pairs(values["job_variable"], "--job-variable"),
        "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": due.isoformat()}},
    }
    if flow_run_name is not None:
        body["name"] = flow_run_name
    made = api().post(f"/deployments/{deployment['id']}/create_flow_run", body)
    if as_json:
        return show_json(made)
    announce(name or full_name(deployment), made, due)
    return watch_run(UUID(made["id"]), watch_timeout, watch_interval or POLL_SECONDS) if watch else None


def announce(name: str, made: Json, due: datetime) -> None:
    """Say what was made."""
    say(f"Created flow run {made['name']!r} of deployment {name!r}.")
    when = f"{due.astimezone():%Y-%m-%d %H:%M:%S %Z} ({ago(due, now())})"
    show_facts([("UUID", made["id"]), ("Parameters", compact(made["parameters"])),
                ("Job Variables", compact(made["job_variables"] or {})), ("Scheduled start time", when)])  # fmt: skip


def pairs(given: Sequence[str], option: str) -> Json:
    """`KEY=VALUE` items; a value is JSON where it is that, text otherwise."""
    found: Json = {}
    for item in given:
        key, equals, value = item.partition("=")
        if not key or not equals:
            fail(f"{option} {item!r} is not of the form KEY=VALUE.")
        try:
            found[key] = strict_json(value)
        except (ValueError, RecursionError):
            found[key] = value
    return found


def parameters_of(single: Sequence[str], all_at_once: str | None) -> Json:
    """Parameters from the command line; ends the command if they are none."""
    text = sys.stdin.read() if all_at_once == "-" else all_at_once
    together = json_option(text, "--params") or {}
    if not isinstance(together, dict):
        fail("--params is no JSON object.")
    one_by_one = pairs(single, "--param")
    twice = sorted(together.keys() & one_by_one.keys())
    if twice:
        fail(f"The following parameters were specified by `--param` and `--params`: {twice}")
    return {**together, **one_by_one}


def refuse_unknown(deployment: Json, given: Json) -> None:
    """End the command if the flow has no parameter of a name."""
    known = (deployment.get("parameter_openapi_schema") or {}).get("properties") or {}
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        names = ", ".join(f"{name!r}" for name in unknown)
        accepts = f"parameters: {', '.join(sorted(known))}" if known else "no parameters"
        fail(
            f"The following parameters were specified but not found on the deployment: {names}."
            f" This deployment accepts {accepts}."
        )


def due_at(start_in: str | None, start_at: str | None) -> datetime:
    """When a run is to start; ends the command for what is no time."""
    if start_in is not None:
        try:
            return now() + duration_of(start_in)
        except OverflowError:
            fail(f"--start-in {start_in!r} is beyond what a calendar holds.")
    if start_at is None:
        return now()
    try:
        moment: datetime = import_module("dateutil.parser").parse(start_at)
    except (ValueError, OverflowError):
        fail(f"--start-at {start_at!r} is no time; write it as 2030-01-31 18:30.")
    return moment if moment.tzinfo else moment.astimezone()


def duration_of(text: str) -> timedelta:
    """`10 minutes`, `1h 30m`; ends the command for what is no duration."""
    rest = text.strip().lower().removeprefix("in ")
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\b", rest)
    if not parts or re.sub(r"[\d.\s,]|and|[a-z]+", "", rest) or len(re.findall(r"\d+(?:\.\d+)?", rest)) != len(parts):
        fail(f"--start-in {text!r} is no duration; write it as '10 minutes' or '2h'.")
    return timedelta(seconds=sum(float(count) * UNITS[unit[0]] for count, unit in parts))
