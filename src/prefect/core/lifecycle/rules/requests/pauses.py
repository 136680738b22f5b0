"""Pausing flow runs, and going on after it.

A paused run waits in its process. A suspended one (`pause_reschedule`) has none, so that only its deployment can start it
again. Each pause has a key and happens once, however often the flow's code comes by.
"""

from __future__ import annotations

from prefect.core.lifecycle.effects import ChangePolicy, Effect, SameTry
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, abort, reject, replace_with
from prefect.core.times import to_micros

_NO_GOING_ON = frozenset({StateType.PAUSED, StateType.CANCELLING})


def stop_what_runs(proposal: Proposal) -> Verdict | None:
    """Refuse PAUSED for a flow run that is not RUNNING, cannot be suspended, or has been through this pause."""
    current, proposed = proposal.facts.state, proposal.proposed
    if proposed.type is not StateType.PAUSED or current is None:
        return None
    suspends = bool(proposed.detail_facts().get("pause_reschedule"))
    verb = "suspend" if suspends else "pause"
    if current.type is not StateType.RUNNING:
        return reject(f"Cannot {verb} flows that are not currently running.")
    if suspends and proposal.facts.called:
        return abort("Cannot suspend subflows.")
    if suspends and not proposal.facts.deployed:
        return abort("Cannot suspend flows without a deployment.")
    if proposed.detail_facts().get("pause_key") in proposal.facts.fired_pauses:
        return reject(f"This {verb} has already fired.")
    return None


def go_on_in_time(proposal: Proposal) -> Verdict | None:
    """A paused flow run goes on within its time, a suspended one by its deployment; neither by PENDING."""
    current, proposed = proposal.facts.state, proposal.proposed
    if current is None or current.type is not StateType.PAUSED or proposed.type in _NO_GOING_ON:
        return None
    if proposed.type is StateType.PENDING:
        return reject(
            "This run cannot transition to the StateType.PENDING state from the StateType.PAUSED state."
        )  # as Prefect writes it
    details, name = current.state_details, proposed.name.lower()
    if details.pause_reschedule and not proposal.facts.deployed:
        return reject(f"Cannot reschedule a {name} flow run without a deployment.")
    if details.pause_timeout is None or to_micros(details.pause_timeout) >= proposal.now:
        return None
    failed: State[object] = State.at(
        proposal.now, StateType.FAILED, "Failed", f"The flow was {name} and never resumed."
    )
    return replace_with(failed, "The flow run pause has timed out and can no longer resume.")


def note_pauses(proposal: Proposal, entered: State[object]) -> list[Effect]:
    """Note in the policy which pauses have fired, that a run goes on, and how it is retried."""
    current = proposal.facts.state
    if proposal.force or current is None:
        return []
    changes = _changes(proposal, current, entered)
    effects: list[Effect] = [ChangePolicy(changes)] if changes else []
    if entered.type is StateType.RUNNING and proposal.facts.resuming:
        effects.append(SameTry())
    return effects


def _changes(proposal: Proposal, current: State[object], entered: State[object]) -> dict[str, object]:
    facts = proposal.facts
    changes: dict[str, object] = {}
    if entered.type in TERMINAL_STATES and current.type is StateType.RUNNING:
        changes["resuming"] = False
        if entered.type is StateType.FAILED:
            changes["retry_type"] = None
    if current.type in TERMINAL_STATES and entered.type not in TERMINAL_STATES:
        retry_type = "reschedule" if entered.type is StateType.SCHEDULED else None
        changes |= {"resuming": False, "retry_type": retry_type, "pause_keys": []}
    if entered.type is StateType.SCHEDULED and proposal.proposed.type is StateType.FAILED:
        changes |= {"resuming": False, "retry_type": "in_process"}
    if entered.type is StateType.RUNNING and facts.resuming:
        changes["resuming"] = False
    if entered.type is StateType.PAUSED:
        key = entered.detail_facts().get("pause_key") or str(facts.spare)
        changes["pause_keys"] = [*sorted(facts.fired_pauses), key]
    elif current.type is StateType.PAUSED and not _cancelled_at_once(proposal, entered):
        changes["resuming"] = True
    return changes


def _cancelled_at_once(proposal: Proposal, entered: State[object]) -> bool:
    return proposal.proposed.type is StateType.CANCELLING and entered.type is StateType.CANCELLED
