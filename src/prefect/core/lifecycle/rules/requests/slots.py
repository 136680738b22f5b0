"""Concurrency slots: of its deployment for a flow run that is PENDING, of its tags for a task run that is RUNNING."""

from __future__ import annotations

from prefect.core.lifecycle.effects import (
    Effect,
    GiveBackDeploymentSlot,
    ReleaseSlots,
    TakeDeploymentSlot,
    TakeTagSlots,
)
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateDetails, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, abort, replace_with, wait
from prefect.core.times import SECOND, to_datetime

AWAITING = "AwaitingConcurrencySlot"
REACHED = "Deployment concurrency limit reached."
DEPLOYMENT_SECONDS = 30
"""Seconds after which a flow run that found no slot of its deployment asks again."""

TAG_SECONDS = 2
"""The same for a task run that found none of a tag."""

_LEASE = "deployment_concurrency_lease_id"
_HOLDS_TAGS = frozenset({StateType.RUNNING, StateType.CANCELLING})


def wait_for_deployment_slot(proposal: Proposal) -> Verdict | None:
    """A flow run for which its deployment has no slot free waits for one, or is cancelled, as the deployment says."""
    slot, now = proposal.facts.deployment_slot, proposal.now
    if proposal.proposed.type is not StateType.PENDING or slot is None or slot.free or _goes_on(proposal):
        return None
    if slot.cancels:
        return replace_with(State.at(now, StateType.CANCELLED, "Cancelled", REACHED), REACHED)
    details = StateDetails(scheduled_time=to_datetime(now + DEPLOYMENT_SECONDS * SECOND))
    return replace_with(State.at(now, StateType.SCHEDULED, AWAITING, details=details), REACHED)


def name_deployment_lease(proposal: Proposal, entered: State[object]) -> State[object]:
    """Every state of a run that got a slot of its deployment names the lease by which it is held."""
    lease = proposal.facts.spare if _takes_deployment_slot(proposal, entered) else _lease(proposal)
    if lease is None or (_LEASE in entered.detail_facts() and lease == _lease(proposal)):
        return entered
    details = StateDetails(**{**entered.detail_facts(), _LEASE: lease})
    return entered.model_copy(update={"state_details": details})


def hold_deployment_slot(proposal: Proposal, entered: State[object]) -> list[Effect]:
    """A slot is taken with PENDING, and given back when the run waits, stands still or ends."""
    if _takes_deployment_slot(proposal, entered):
        return [TakeDeploymentSlot(proposal.facts.spare)] if proposal.facts.spare else []
    lease = _lease(proposal)
    retries = entered.type is StateType.SCHEDULED and proposal.proposed.type is StateType.FAILED
    given_back = entered.type in (StateType.SCHEDULED, StateType.PAUSED) and not retries
    if lease is None or not (given_back or entered.type in TERMINAL_STATES):
        return []
    return [GiveBackDeploymentSlot(lease)]


def _takes_deployment_slot(proposal: Proposal, entered: State[object]) -> bool:
    slot = proposal.facts.deployment_slot
    wanted = not proposal.force and entered.type is StateType.PENDING and not _goes_on(proposal)
    return wanted and slot is not None and slot.free


def _goes_on(proposal: Proposal) -> bool:
    """Whether the run has its slot already and is only said to get on."""
    current = proposal.facts.state
    return current is not None and current.type is StateType.PENDING and _lease(proposal) is not None


def _lease(proposal: Proposal) -> object:
    current = proposal.facts.state
    return None if current is None else current.detail_facts().get(_LEASE)


# --- task runs


def wait_for_tag_slots(proposal: Proposal) -> Verdict | None:
    """Hold back RUNNING while one of the task run's tags has no slot free; of a tag without any slots it never runs."""
    facts = proposal.facts
    if proposal.proposed.type is not StateType.RUNNING:
        return None
    if facts.forbidden_tag is not None:
        return abort(
            f'The concurrency limit on tag "{facts.forbidden_tag}" is 0 and will deadlock if the task tries to run again.'
        )
    if not facts.full_tags:
        return None
    return wait(
        proposal.now + TAG_SECONDS * SECOND, f"Concurrency limit reached for tags: {', '.join(facts.full_tags)}"
    )


def hold_tag_slots(proposal: Proposal, entered: State[object]) -> list[Effect]:
    """A task run holds its slots while it is RUNNING or CANCELLING."""
    if entered.type is StateType.RUNNING and not proposal.force:
        return [TakeTagSlots()]
    return [] if entered.type in _HOLDS_TAGS else [ReleaseSlots(proposal.attempt)]
