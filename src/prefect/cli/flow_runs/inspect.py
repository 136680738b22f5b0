"""`prefect flow-run inspect`: what happened to a run, on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import click

from prefect.cli import documents
from prefect.cli.documents import Record
from prefect.cli.output import compact, duration, fail, local, say, show_facts, show_json
from prefect.cli.parameters import command, flag, output_option, positional
from prefect.cli.record import FlowRuns, flow_runs, found, now, task_runs

FAILURES_SHOWN = 5


@command("inspect")
@positional("id", click.UUID)
@flag("web", help="Open the run's page in a browser.")
@output_option
def inspect(id: UUID, web: bool, as_json: bool) -> None:
    """Show a flow run: state, attempts, times, parameters, tasks, and why it failed."""
    if web:
        fail("This record has no web pages. Leave out --web.")
    runs = flow_runs()
    run = {**found(runs.by_id(id), "Flow run", id), **runs.details(id)}
    if as_json:
        return show_json(documents.flow_run(run, now()))
    show_facts(facts(run, runs))
    show_history(runs.states(id))
    show_failures(run)
    return None


def facts(run: Record, runs: FlowRuns) -> Iterator[tuple[str, object]]:
    """What is worth knowing of a run, by name."""
    run_id = UUID(str(run["id"]))
    yield "Flow run", f"{run['name']} ({run_id})"
    yield "Flow", run["flow_name"]
    yield "State", state_text(run)
    yield "Cause", cause(run)
    yield "Started", local(run["start_time"])
    yield "Ended", local(run["end_time"])
    yield "Run time", duration(float(str(documents.flow_run(run, now())["estimated_run_time"])))
    yield "Attempts", attempts_text(run, runs.process_of(run_id))
    yield "Parameters", compact(run["parameters"]) if run["parameters"] else None
    yield "Tags", ", ".join(map(str, _list(run["tags"])))
    yield "Tasks", counts_text(runs.task_counts(run_id))
    yield "Published", ", ".join(str(item["key"] or item["type"]) for item in runs.published(run_id))
    yield "Parent", run["parent_flow_run_id"]
    yield "Entrypoint", run["entrypoint"]
    yield "Code version", run["flow_version"]
    yield "Made by", environment_text(run["environment"])


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def state_text(run: Record) -> str:
    """The state's name, with its type where that is another word."""
    name, kind = str(run["state_name"]), str(run["state_type"])
    return name if name.upper() == kind else f"{name} ({kind})"


def cause(run: Record) -> object:
    """Why a run failed or waits; None for one that did neither."""
    return None if run["state_type"] == "COMPLETED" else run["state_message"]


def attempts_text(run: Record, process: str | None) -> str:
    """How often the run was tried, and which process has it now."""
    attempt = run["attempt"] or run["run_count"]
    total = f"{attempt}" + (f" ({run['run_count']} runs)" if run["run_count"] != attempt else "")
    return total if process is None else f"{total}, running as process {process}"


def counts_text(counts: dict[str, int]) -> str:
    """`7 (5 completed, 2 failed)`."""
    parts = ", ".join(f"{count} {kind.lower()}" for kind, count in sorted(counts.items(), key=lambda item: -item[1]))
    return f"{sum(counts.values())} ({parts})" if counts else ""


def environment_text(environment: object) -> str:
    """The command, host and interpreter a run was made by."""
    if not isinstance(environment, dict) or not environment:
        return ""
    command = " ".join(map(str, environment.get("command") or ()))
    return f"{command} on {environment.get('host')}, Python {environment.get('python')}".lstrip()


def show_history(states: list[Record]) -> None:
    """Print what changed, and when."""
    say("\nHistory")
    before: datetime | None = None
    for state in states:
        moment = state["timestamp"]
        assert isinstance(moment, datetime)
        after = "" if before is None else f"+{duration(max((moment - before).total_seconds(), 0))}"
        message = f"  {state['message']}" if state["message"] else ""
        reason = f"  [{state['reason']}]" if state["reason"] else ""
        say(f"  {local(moment)}  {after:>9}  {state['name']}{message}{reason}")
        before = moment


def show_failures(run: Record) -> None:
    """Print the first tasks of the newest attempt that failed."""
    failed = task_runs().failed(run, FAILURES_SHOWN + 1)
    if not failed:
        return
    say("\nFailed tasks")
    for task in failed[:FAILURES_SHOWN]:
        say(f"  {task['name']} ({task['id']})  {task['state_message'] or task['state_name']}")
    if len(failed) > FAILURES_SHOWN:
        say("  ... more with: prefect task-run ls --state-type FAILED --state-type CRASHED")
