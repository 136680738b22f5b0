"""A run that has ended, or is being cancelled, keeps to it; what may follow is narrower for flow runs than for task runs."""

from __future__ import annotations

from collections.abc import Mapping

from prefect.core.lifecycle.effects import CountAnew, Effect
from prefect.core.lifecycle.states import TERMINAL_STATES, State, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, abort, reject, replace_with

_CLAIM = "Pending"
_NEVER_PENDING = frozenset({StateType.PENDING, StateType.RUNNING, StateType.CANCELLED})
_NEVER_AFTER_THE_END = frozenset({StateType.PAUSED, StateType.CANCELLING, StateType.CRASHED})


def keep_cancelling(proposal: Proposal) -> Verdict | None:
    """From CANCELLING a flow run only becomes CANCELLED."""
    current = proposal.facts.state
    if current is None or current.type is not StateType.CANCELLING or proposal.proposed.type is StateType.CANCELLED:
        return None
    return reject("Cannot transition flows that are cancelling to a state other than Cancelled.")


def claim_once(proposal: Proposal) -> Verdict | None:
    """Abort PENDING for a flow run that somebody has claimed, or that was cancelled.

    Who has claimed it says how it gets on by PENDING of other names, such as Submitting.
    """
    current, proposed = proposal.facts.state, proposal.proposed
    if proposed.type is not StateType.PENDING or current is None or current.type not in _NEVER_PENDING:
        return None
    if current.type is StateType.PENDING and proposed.name not in (_CLAIM, current.name):
        return None
    return abort(f"This run is in a {current.type.value} state and cannot transition to a PENDING state.")


def start_anew_by_deployment(proposal: Proposal) -> Verdict | None:
    """Abort what a flow run that has ended cannot become; only its deployment can schedule it again."""
    current = proposal.facts.state
    if current is None or current.type not in TERMINAL_STATES:
        return None
    if proposal.proposed.type is StateType.SCHEDULED and not proposal.facts.deployed:
        return abort("Cannot reschedule a run without an associated deployment.")
    if proposal.proposed.type in _NEVER_AFTER_THE_END:
        return abort(f"Run is already in terminal state {current.type.value}.")
    return None


def cancel_without_infrastructure(proposal: Proposal) -> Verdict | None:
    """A flow run that waits, with nothing started for it, is cancelled at once; so is one that was suspended."""
    current = proposal.facts.state
    if proposal.proposed.type is not StateType.CANCELLING or current is None:
        return None
    if current.type is StateType.SCHEDULED and not proposal.facts.infrastructure:
        return replace_with(_cancelled(proposal), "Scheduled flow run has no infrastructure to terminate.")
    if current.type is StateType.PAUSED and current.detail_facts().get("pause_reschedule"):
        return replace_with(_cancelled(proposal), "Suspended flow run has no infrastructure to terminate.")
    return None


def _cancelled(proposal: Proposal) -> State[object]:
    return State.at(proposal.now, StateType.CANCELLED, "Cancelled", proposal.proposed.message)


# --- results


def keep_results(proposal: Proposal) -> Verdict | None:
    """Refuse COMPLETED without a kept result for a flow run that has completed with one, by force as well."""
    current, proposed = proposal.facts.state, proposal.proposed
    if current is None or proposed.type is not StateType.COMPLETED or not _completed_with_result(current):
        return None
    if _has_result(proposed):
        return None
    return reject("Cannot overwrite a COMPLETED state that carries persisted result data with one that does not.")


_STARTS = frozenset({StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING})


def keep_completed_flow_runs(proposal: Proposal) -> Verdict | None:
    """Refuse to start a flow run again whose result is kept."""
    current = proposal.facts.state
    if current is None or proposal.proposed.type not in _STARTS or not _completed_with_result(current):
        return None
    return reject("Run is already COMPLETED.")


def keep_completed_task_runs(proposal: Proposal) -> Verdict | None:
    """Refuse whatever would follow for a task run whose result is kept."""
    current = proposal.facts.state
    if current is None or not _completed_with_result(current):
        return None
    return reject("This run is already completed.")


def _completed_with_result(state: State[object]) -> bool:
    return state.type is StateType.COMPLETED and _has_result(state)


def _has_result(state: State[object]) -> bool:
    """Whether a state refers to a result that is kept."""
    data = getattr(state.data, "reference", state.data)
    return data is not None and not (isinstance(data, Mapping) and data.get("type") == "unpersisted")


# --- task runs


def keep_the_end_of_tasks(proposal: Proposal) -> Verdict | None:
    """Abort what a task run that has ended cannot become."""
    current = proposal.facts.state
    if current is None or current.type not in TERMINAL_STATES or proposal.proposed.type not in _NEVER_AFTER_THE_END:
        return None
    return abort(f"Run is already {current.type.value}.")


def count_anew(proposal: Proposal, entered: State[object]) -> list[Effect]:
    """A task run that goes on after its end has all its tries again."""
    current = proposal.facts.state
    goes_on = entered.type is proposal.proposed.type and entered.type not in TERMINAL_STATES
    if proposal.force or current is None or current.type not in TERMINAL_STATES or not goes_on:
        return []
    return [CountAnew()]
