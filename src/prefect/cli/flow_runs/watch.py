"""`prefect flow-run watch`."""

from __future__ import annotations

from time import monotonic, sleep
from uuid import UUID

import click

from prefect.cli.documents import Record
from prefect.cli.output import fail, local, say
from prefect.cli.parameters import command, positional
from prefect.cli.record import FlowRuns, flow_runs, found
from prefect.core.lifecycle.states import TERMINAL_STATES

POLL_SECONDS = 0.5


@command("watch")
@positional("id", click.UUID)
@click.option("--timeout", type=click.IntRange(min=0), help="Seconds after which to give up.")
def watch(id: UUID, timeout: int | None) -> None:
    """Show each state a flow run enters until it has ended; exit code 1 unless it completed."""
    watch_run(id, timeout)


def watch_run(run_id: UUID, timeout: int | None, interval: float = POLL_SECONDS) -> None:
    """Show each state until the run has ended; the command fails unless it completed, or after `timeout` seconds."""
    runs = flow_runs()
    run = found(runs.by_id(run_id), "Flow run", run_id)
    if run["state_type"] in TERMINAL_STATES:
        return say(f"Flow run already finished in {str(run['state_name'])!r}.")
    deadline = None if timeout is None else monotonic() + timeout
    shown = -1
    while True:
        shown = _show_new(runs, run_id, shown)
        run = found(runs.by_id(run_id), "Flow run", run_id)
        if run["state_type"] in TERMINAL_STATES:
            return _ended(run, runs, shown)
        if deadline is not None and monotonic() >= deadline:
            fail(f"Flow run {str(run_id)!r} is still {run['state_name']!r} after {timeout} s.")
        runs.look()
        sleep(interval)


def _show_new(runs: FlowRuns, run_id: UUID, shown: int) -> int:
    """Print the states since number `shown`; returns the number of the last."""
    for state in runs.states(run_id):
        number = int(str(state["sequence"]))
        if number > shown:
            say(f"{local(state['timestamp'])}  {state['name']}" + (f"  {state['message']}" if state["message"] else ""))
            shown = number
    return shown


def _ended(run: Record, runs: FlowRuns, shown: int) -> None:
    _show_new(runs, UUID(str(run["id"])), shown)
    if run["state_type"] != "COMPLETED":
        fail(f"Flow run finished in state {run['state_name']!r}.")
    say("Flow run finished successfully in 'Completed'.")
