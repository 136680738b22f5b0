"""Only the newest attempt of a run has a say."""

from __future__ import annotations

from prefect.core.lifecycle.effects import CloseAttempt, CrashTasks, DropReplay, Effect, OpenAttempt, ReleaseSlots
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, abort, reject


def refuse_stale_attempts(proposal: Proposal) -> Verdict | None:
    """Abort what an earlier attempt proposes: its process was given up and another has taken over."""
    if proposal.attempt >= proposal.facts.attempt:
        return None
    return abort(f"Attempt {proposal.attempt} was superseded by attempt {proposal.facts.attempt}.")


def refuse_second_runner(proposal: Proposal) -> Verdict | None:
    """Refuse to start an attempt while a live lease says that somebody is running it."""
    starts = proposal.proposed.type in (StateType.PENDING, StateType.SCHEDULED)
    current = proposal.facts.state
    if not (starts and proposal.facts.lease_live and current and current.type is StateType.RUNNING):
        return None
    return reject("This run is being executed by a live process; cancel it first, or wait until it has ended.")


def keep_attempts(proposal: Proposal, entered: State[object]) -> list[Effect]:
    """A run that starts opens an attempt; one that ends closes it, frees its slots and leaves no task running."""
    current = proposal.facts.state
    if entered.type is StateType.RUNNING and (current is None or current.type is not StateType.RUNNING):
        return [OpenAttempt(proposal.attempt)]
    if entered.type not in TERMINAL_STATES:
        return []
    effects: list[Effect] = [CloseAttempt(proposal.attempt), ReleaseSlots(proposal.attempt)]
    if entered.type is StateType.CRASHED:
        effects.append(CrashTasks(proposal.attempt, entered.message or "The flow run crashed."))
    if entered.type is StateType.COMPLETED:
        effects.append(DropReplay())
    return effects
