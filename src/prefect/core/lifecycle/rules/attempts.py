"""Only the newest attempt of a run has a say."""

from __future__ import annotations

from prefect.core.lifecycle.effects import (
    CloseAttempt,
    CrashTasks,
    DropReplay,
    Effect,
    OpenAttempt,
    ReleaseSlots,
)
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, abort, reject


def refuse_stale_attempts(proposal: Proposal) -> Verdict | None:
    """Abort what an earlier attempt proposes: its process was given up and another has taken over."""
    if proposal.attempt >= proposal.facts.attempt:
        return None
    return abort(f"Attempt {proposal.attempt} was superseded by attempt {proposal.facts.attempt}.")


_STARTS = frozenset({StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING})
_HELD = frozenset({StateType.RUNNING, StateType.SCHEDULED})
"""States in which a live lease means that a process calls the run's function, or waits for its next try."""


def refuse_second_claim(proposal: Proposal) -> Verdict | None:
    """Of several that claim a run by PENDING only the first succeeds; a further attempt may begin from there."""
    current = proposal.facts.state
    if current is None or current.type is not StateType.PENDING or proposal.proposed.type is not StateType.PENDING:
        return None
    if proposal.attempt > proposal.facts.attempt:
        return None
    return abort("This run is in a PENDING state and cannot transition to a PENDING state.")


def refuse_second_runner(proposal: Proposal) -> Verdict | None:
    """Refuse to start a run while a live lease says that somebody else is running it."""
    current = proposal.facts.state
    if current is None or current.type not in _HELD or not proposal.facts.lease_live:
        return None
    if proposal.proposed.type not in _STARTS:
        return None
    return reject("This run is being executed by a live process; cancel it first, or wait until it has ended.")


def keep_attempts(proposal: Proposal, entered: State[object]) -> list[Effect]:
    """A run that starts opens an attempt; one that ends or is suspended closes it and frees its slots.

    One that goes on after a pause still has its own: whoever resumed it does not run it. One that was ended from outside
    leaves no task running.
    """
    if entered.type is StateType.RUNNING:
        return [] if _is_under_way(proposal) else [OpenAttempt(proposal.attempt)]
    if entered.type not in TERMINAL_STATES and not _is_suspended(entered):
        return []
    effects: list[Effect] = [CloseAttempt(proposal.attempt), ReleaseSlots(proposal.attempt)]
    if entered.type in _CUT_SHORT:
        message = entered.message or f"The flow run ended in state {entered.name!r}."
        effects.append(CrashTasks(proposal.attempt, message))
    if entered.type is StateType.COMPLETED:
        effects.append(DropReplay())
    return effects


_CUT_SHORT = frozenset({StateType.CRASHED, StateType.CANCELLED})


def _is_under_way(proposal: Proposal) -> bool:
    """Whether a process has begun the run and holds it."""
    current = proposal.facts.state
    if current is None or current.type is StateType.RUNNING:
        return current is not None
    return current.type is StateType.PAUSED and proposal.facts.lease_live


def _is_suspended(entered: State[object]) -> bool:
    """Whether the run is paused without a process that waits."""
    return entered.type is StateType.PAUSED and bool(entered.detail_facts().get("pause_reschedule"))
