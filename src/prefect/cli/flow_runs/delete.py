"""`prefect flow-run delete`."""

from __future__ import annotations

from uuid import UUID

import click

from prefect.cli.output import fail, say
from prefect.cli.parameters import command, confirmed, positional
from prefect.cli.record import checked_backend
from prefect.core.lifecycle.states import StateType
from prefect.storage.keyed import flow_runs


@command("delete")
@positional("id", click.UUID)
@click.pass_context
def delete(context: click.Context, id: UUID) -> None:
    """Delete a flow run with its states, tasks, logs and artifacts."""
    store = checked_backend().store
    run = store.read(lambda tx: flow_runs.load(tx, id))
    if run is None:
        fail(f"Flow run '{id}' not found!")
    if run.state_type is StateType.RUNNING:
        fail(f"Flow run '{id}' is running. Cancel it first: prefect flow-run cancel {id}")
    if not confirmed(context, f"Are you sure you want to delete flow run with id '{id}'?"):
        fail("Deletion aborted.")
    store.transact(lambda tx: flow_runs.delete(tx, id))
    say(f"Successfully deleted flow run '{id}'.")
