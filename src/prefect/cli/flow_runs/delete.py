"""`prefect flow-run delete`."""

from __future__ import annotations

from uuid import UUID

import click

from prefect.cli.output import fail, say
from prefect.cli.parameters import command, confirmed, positional
from prefect.cli.record import flow_runs, found


@command("delete")
@positional("id", click.UUID)
@click.pass_context
def delete(context: click.Context, id: UUID) -> None:
    """Delete a flow run with its states, tasks, logs and artifacts."""
    runs = flow_runs()
    run = found(runs.by_id(id), "Flow run", id)
    if run["state_type"] == "RUNNING":
        fail(f"Flow run '{id}' is running. Cancel it first: prefect flow-run cancel {id}")
    if not confirmed(context, f"Are you sure you want to delete flow run with id '{id}'?"):
        fail("Deletion aborted.")
    runs.delete(id)
    say(f"Successfully deleted flow run '{id}'.")
