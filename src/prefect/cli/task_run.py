"""`prefect task-run`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import click

from prefect.cli import documents
from prefect.cli.documents import Record
from prefect.cli.log_lines import Slice, show_lines, slice_options
from prefect.cli.output import ago, duration, escape, fail, local, show_facts, show_json, show_table
from prefect.cli.parameters import command, flag, joined, limit_option, many, output_option, positional
from prefect.cli.record import found, now, task_runs
from prefect.core.lifecycle.states import StateType


@command("ls")
@many("task-run-name", help="Task runs of this name; may be repeated.")
@limit_option(15, "task runs")
@many("state", help="Task runs in the state of this name; may be repeated.")
@many("state-type", help="Task runs in a state of this type; may be repeated.")
@output_option
def ls(
    task_run_name: Sequence[str], limit: int, state: Sequence[str], state_type: Sequence[str], as_json: bool
) -> None:
    """List task runs, the last to start first."""
    types = [name.upper() for name in state_type]
    if any(name not in StateType.__members__ for name in types):
        fail(f"Invalid state type. Options are {joined(list(StateType))}.")
    runs = task_runs().page(limit, task_run_name, state, types)
    moment = now()
    if as_json:
        return show_json([documents.task_run(run, moment) for run in runs])
    if not runs:
        return click.echo("No task runs found.")
    rows = [(r["id"], r["task_name"], r["name"], r["state_name"], ago(r["state_timestamp"], moment)) for r in runs]
    show_table("Task Runs", ("ID", "Task", "Name", "State", "When"), rows)
    return None


@command("inspect")
@positional("id", click.UUID)
@flag("web", help="Open the run's page in a browser.")
@output_option
def inspect(id: UUID, web: bool, as_json: bool) -> None:
    """Show a task run: state, times, inputs, and why it failed."""
    if web:
        fail("This record has no web pages. Leave out --web.")
    run = found(task_runs().by_id(id), "Task run", id)
    if as_json:
        return show_json(documents.task_run(run, now()))
    show_facts(facts(run))
    return None


def facts(run: Record) -> Iterator[tuple[str, object]]:
    """What is worth knowing of a task run, by name."""
    document = documents.task_run(run, now())
    yield "Task run", f"{run['name']} ({run['id']})"
    yield "Task", run["task_name"]
    yield "Flow run", None if run["flow_run_id"] is None else f"{run['flow_run_name']} ({run['flow_run_id']})"
    yield "State", run["state_name"]
    yield "Message", run["state_message"]
    yield "Started", local(run["start_time"])
    yield "Ended", local(run["end_time"])
    yield "Run time", duration(float(str(document["estimated_run_time"])))
    yield "Runs", run["run_count"]
    yield "Attempt", run["attempt"]
    yield "Map index", run["map_index"]
    yield "Depends on", inputs_text(run["task_inputs"])
    yield "Reused from", run["reused_from"]
    yield "Cache key", run["cache_key"]
    yield "Tags", ", ".join(map(str, run["tags"])) if isinstance(run["tags"], list) else None


def inputs_text(inputs: object) -> str:
    """Parameters that came from other task runs: `name (id)`."""
    if not isinstance(inputs, dict):
        return ""
    edges = [(name, item.get("id")) for name, items in inputs.items() for item in items if isinstance(item, dict)]
    return ", ".join(f"{escape(name)} ({origin})" for name, origin in edges if origin)


@command("logs")
@positional("id", click.UUID)
@slice_options
@output_option
def logs(id: UUID, wanted: Slice, as_json: bool) -> None:
    """Show a task run's log lines, oldest first."""
    run = found(task_runs().by_id(id), "Task run", id)
    show_lines(wanted.of(task_run_id=id), lambda line: f"Task run '{run['name']}'", as_json)
