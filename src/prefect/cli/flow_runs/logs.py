"""`prefect flow-run logs`."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from uuid import UUID

import click

from prefect.cli.log_lines import Slice, named_runs, show_lines, slice_options
from prefect.cli.output import fail
from prefect.cli.parameters import command, output_option, positional
from prefect.cli.record import FlowRuns, Record, flow_runs, found
from prefect.cli.record import logs as stored_logs
from prefect.core.lifecycle.states import TERMINAL_STATES

POLL_SECONDS = 0.25
CRASH_CHECK_EVERY = 8
"""Polls between looks at whether the run's process still lives."""


@command("logs")
@positional("id", click.UUID)
@slice_options
@click.option("--follow", "-f", is_flag=True, help="Go on with new lines until the run has ended.")
@output_option
def logs(id: UUID, wanted: Slice, follow: bool, as_json: bool) -> None:
    """Show a flow run's log lines, with those of its tasks, oldest first."""
    runs = flow_runs()
    run = found(runs.by_id(id), "Flow run", id)
    if follow and (wanted.reverse or as_json or wanted.head):
        fail("--follow goes with --tail and --num-logs only.")
    lines = wanted.of(flow_run_id=id)
    names = named_runs(run)
    show_lines(lines, names, as_json)
    if follow:
        _follow(runs, id, names, lines)


def _follow(runs: FlowRuns, run_id: UUID, names: Callable[[Record], str], seen: list[Record]) -> None:
    """Show lines as they are committed; end when the run has ended and nothing more comes."""
    last = seen[-1] if seen else None
    polls = 0
    while True:
        run = runs.by_id(run_id)
        fresh = stored_logs().since(run_id, last)
        show_lines(fresh, names, False)
        last = fresh[-1] if fresh else last
        if run is None or (run["state_type"] in TERMINAL_STATES and not fresh):
            return
        polls += 1
        if polls % CRASH_CHECK_EVERY == 0:
            runs.look()
        sleep(POLL_SECONDS)
