"""`prefect flow-run logs`."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from uuid import UUID

import click

from prefect.cli.log_lines import Slice, named_runs, show_lines, slice_options
from prefect.cli.output import fail
from prefect.cli.parameters import command, output_option, positional
from prefect.cli.record import checked_backend, found
from prefect.core.lifecycle.states import TERMINAL_STATES
from prefect.services import crash_detection
from prefect.storage.aggregates import flow_runs
from prefect.storage.aggregates import logs as stored_logs
from prefect.storage.aggregates.logs import LogFilter
from prefect.storage.aggregates.reading import Reading, Record

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
    backend = checked_backend()
    reading = Reading(backend.store)
    run = found(flow_runs.by_id(reading, id), "Flow run", id)
    if follow and (wanted.reverse or as_json or wanted.head):
        fail("--follow goes with --tail and --num-logs only.")
    lines = wanted.of(reading, LogFilter(flow_run_id=id))
    names = named_runs(reading, run)
    show_lines(lines, names, as_json)
    if follow:
        _follow(reading, id, names, lines, lambda: crash_detection.tick(backend.store, backend.clock))


def _follow(
    reading: Reading, run_id: UUID, names: Callable[[Record], str], seen: list[Record], look: Callable[[], int]
) -> None:
    """Show lines as they are committed; end when the run has ended and nothing more comes."""
    last = seen[-1] if seen else None
    polls = 0
    while True:
        run = flow_runs.by_id(reading, run_id)
        fresh = stored_logs.since(reading, LogFilter(flow_run_id=run_id), last)
        show_lines(fresh, names, False)
        last = fresh[-1] if fresh else last
        if run is None or (run["state_type"] in TERMINAL_STATES and not fresh):
            return
        polls += 1
        if polls % CRASH_CHECK_EVERY == 0:
            look()
        sleep(POLL_SECONDS)
