"""A task runs only while the flow run around it does."""

from __future__ import annotations

from prefect.core.lifecycle.effects import Effect, NoteFlowRunTry
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.lifecycle.transitions import Proposal, Verdict, abort, replace_with

NOT_READY = "NotReady"


def run_within_running_flows(proposal: Proposal) -> Verdict | None:
    """Abort RUNNING while the flow run is not RUNNING; while it is paused, the task run waits as NotReady."""
    flow_run = proposal.facts.flow_run
    if proposal.proposed.type is not StateType.RUNNING or flow_run is None:
        return None
    around = None if flow_run.state is None else flow_run.state.type
    if around is StateType.RUNNING:
        return None
    if around is not StateType.PAUSED:
        return abort("The enclosing flow must be running to begin task execution.")
    return replace_with(
        _not_ready(proposal, flow_run.state),
        f"The flow is paused, new tasks can execute after resuming flow run: {flow_run.id}.",
    )


def _not_ready(proposal: Proposal, paused: State[object] | None) -> State[object]:
    known = {} if paused is None else paused.detail_facts()
    kept = {name: known[name] for name in ("pause_timeout", "pause_reschedule") if name in known}
    return State.at(proposal.now, StateType.PAUSED, NOT_READY, details=StateDetails(**kept))


def note_flow_run_try(proposal: Proposal, entered: State[object]) -> list[Effect]:
    """A task run that runs belongs to the flow run's present try."""
    flow_run = proposal.facts.flow_run
    if proposal.force or entered.type is not StateType.RUNNING or flow_run is None:
        return []
    return [NoteFlowRunTry(flow_run.run_count)]
