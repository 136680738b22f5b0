"""`prefect flow-run ls`: the one list looked at all the time, so it imports little."""

from __future__ import annotations

from collections.abc import Sequence

import click

from prefect.cli import documents
from prefect.cli.output import ago, fail, show_json, show_table
from prefect.cli.parameters import command, joined, limit_option, many, output_option
from prefect.cli.record import flow_runs, now
from prefect.core.lifecycle.states import StateType


@command("ls")
@many("flow-name", help="Runs of this flow; may be repeated.")
@limit_option(15, "runs")
@many("state", help="Runs in the state of this name; may be repeated.")
@many("state-type", help="Runs in a state of this type; may be repeated.")
@output_option
def ls(flow_name: Sequence[str], limit: int, state: Sequence[str], state_type: Sequence[str], as_json: bool) -> None:
    """List flow runs, the last to start first."""
    show(flow_runs().page(limit, flow_name, state, checked_types(state_type)), as_json)


def checked_types(given: Sequence[str]) -> list[str]:
    """Types of state in capitals; ends the command if one is none."""
    types = [name.upper() for name in given]
    if any(name not in StateType.__members__ for name in types):
        fail(f"Invalid state type. Options are {joined(list(StateType))}.")
    return types


def show(found: Sequence[documents.Record], as_json: bool) -> None:
    """Print flow runs."""
    moment = now()
    if as_json:
        return show_json([documents.flow_run(run, moment) for run in found])
    if not found:
        return click.echo("No flow runs found.")
    columns = ("ID", "Flow", "Name", "State", "When")
    when = [ago(run["state_timestamp"] or run["expected_start_time"], moment) for run in found]
    rows = [(run["id"], run["flow_name"], run["name"], run["state_name"]) for run in found]
    show_table("Flow Runs", columns, [(*row, shown) for row, shown in zip(rows, when, strict=True)])
    return None
