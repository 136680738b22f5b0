"""`prefect flow-run cancel`: end a run, and its process with it."""

from __future__ import annotations

from uuid import UUID

import click

from prefect.cli.output import fail, say
from prefect.cli.parameters import command, positional
from prefect.cli.record import flow_runs, found
from prefect.core.lifecycle.states import TERMINAL_STATES

GRACE_SECONDS = 15.0
"""How long a process may take to end before it is killed, or before the command returns."""


@command("cancel")
@positional("id", click.UUID)
@click.option("--grace", type=click.FloatRange(min=0), default=GRACE_SECONDS, show_default=True,
              help="Seconds between SIGTERM and SIGKILL; on a server, how long to wait for the end.")  # fmt: skip
def cancel(id: UUID, grace: float) -> None:
    """Cancel a flow run: it is marked Cancelling, its process is ended, and it becomes Cancelled."""
    runs = flow_runs()
    run = found(runs.by_id(id), "Flow run", id)
    if run["state_type"] in TERMINAL_STATES:
        fail(
            f"Flow run '{id}' was unable to be cancelled. Reason: 'Run is already in terminal state"
            f" {run['state_type']}.'"
        )
    say(f"Flow run '{id}' was {runs.cancel(run, grace)}.")
