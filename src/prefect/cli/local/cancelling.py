"""Cancelling a flow run of the embedded record: end it and, if it lives on this machine, its process.

A process is signalled only while it is the recorded holder of the run's lease, start time included, so that a number
which the system has given to another process is never hit. A process that also runs other flow runs is left alone.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from time import monotonic, sleep
from uuid import UUID

import click

from prefect.cli.output import fail
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State, StateType
from prefect.orchestrator import flow_runs as decisions
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.orchestrator.processes import is_gone
from prefect.storage.keyed import attempts, flow_runs
from prefect.storage.keyed.attempts import Attempt
from prefect.storage.transaction import Transaction

KILL_SECONDS = 5.0
POLL_SECONDS = 0.02


def cancel_here(backend: EmbeddedBackend, run: FlowRun, grace: float) -> None:
    """Mark the run Cancelling, end its process, and make it Cancelled."""
    holding = backend.store.read(lambda tx: look_at(tx, run))
    _refuse_to_hit_others(run, holding)
    _enter(backend, run.id, StateType.CANCELLING)
    ended = holding.attempt is None or end_process(holding.attempt.holder, grace)
    for run_id in (*holding.children, run.id):
        _enter(backend, run_id, StateType.CANCELLED)
    if not ended and holding.attempt is not None:
        click.echo(f"Its process {describe(holding.attempt.holder)} could not be ended from here.", err=True)


@dataclass(frozen=True, slots=True)
class Holding:
    """Who runs a run, and what else the same process runs."""

    attempt: Attempt | None
    children: tuple[UUID, ...] = ()
    others: tuple[str, ...] = ()


def look_at(tx: Transaction, run: FlowRun) -> Holding:
    """The run's live attempt, with the live runs below it and beside it in the same process."""
    live = attempts.live_attempt(tx, run.id)
    if live is None:
        return Holding(None)
    beside = [flow_runs.load(tx, other.run_id) for other in attempts.open_attempts(tx)
              if other.holder == live.holder and other.run_id != run.id]  # fmt: skip
    below, above = below_of(run.id, [other for other in beside if other is not None])
    return Holding(live, tuple(other.id for other in below), tuple(f"{other.name!r} ({other.id})" for other in above))


def below_of(run_id: UUID, others: list[FlowRun]) -> tuple[list[FlowRun], list[FlowRun]]:
    """Which of the others are subflows of the run, at any depth, and which are not."""
    known, below = {run_id}, []
    for other in sorted(others, key=lambda other: other.id):
        if other.parent_flow_run_id in known:
            known.add(other.id)
            below.append(other)
    return below, [other for other in others if other.id not in known]


def _refuse_to_hit_others(run: FlowRun, holding: Holding) -> None:
    if holding.others and holding.attempt is not None and is_gone(holding.attempt.holder) is False:
        fail(
            f"Flow run '{run.id}' shares its process {describe(holding.attempt.holder)} with flow run"
            f" {', '.join(holding.others)}, which would end with it. Cancel that one, or end the process."
        )


def describe(holder: str) -> str:
    """A holder for people."""
    parts = holder.split("/")
    return f"{parts[-2]} on {parts[0]}"


def _enter(backend: EmbeddedBackend, run_id: UUID, kind: StateType) -> None:
    def decide(tx: Transaction) -> None:
        run = flow_runs.load(tx, run_id)
        if run is not None:
            state: State[object] = State.at(backend.clock.now(), kind, kind.value.capitalize(), _MESSAGES[kind])
            decisions.propose(tx, run, (state,), run.attempt, backend.clock)

    backend.store.transact(decide)


_MESSAGES = {
    StateType.CANCELLING: "Cancelled from the command line; its process is being ended.",
    StateType.CANCELLED: "Cancelled from the command line.",
}


# --- the process


def end_process(holder: str, grace: float) -> bool:
    """End the holder's process, politely first; False if it cannot be reached from this machine."""
    gone = is_gone(holder)
    if gone is not False:
        return gone is True
    pid = int(holder.split("/")[-2])
    if pid == os.getpid():
        return False
    return _signal(pid, holder, signal.SIGTERM, grace) or _signal(pid, holder, signal.SIGKILL, KILL_SECONDS)


def _signal(pid: int, holder: str, number: signal.Signals, patience: float) -> bool:
    """Signal the process if it still is the holder; says whether it ended in time."""
    if not _send(pid, holder, number):
        return False
    deadline = monotonic() + patience
    while monotonic() < deadline:
        if is_gone(holder) is True:
            return True
        sleep(POLL_SECONDS)
    return is_gone(holder) is True


def _send(pid: int, holder: str, number: signal.Signals) -> bool:
    """Signal the very process that holds the lease: it is pinned before it is looked at. False if that is refused."""
    try:
        if not hasattr(os, "pidfd_open"):
            os.kill(pid, number)
            return True
        pinned = os.pidfd_open(pid)
        try:
            if is_gone(holder) is False:
                signal.pidfd_send_signal(pinned, number)
        finally:
            os.close(pinned)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True
