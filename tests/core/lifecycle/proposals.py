"""Short ways to write proposals down."""

from __future__ import annotations

from typing import Any

from prefect.core.lifecycle.policies import FLOW_RUN_CONSEQUENCES, FLOW_RUN_RULES
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.lifecycle.transitions import Proposal, RunFacts, Verdict, decide
from prefect.core.times import SECOND, to_datetime

NOW = 1_800_000_000 * SECOND
TYPES = (None, *StateType)


def state(type: str, message: str | None = None, name: str | None = None, **details: Any) -> State[object]:
    """A state entered at `NOW`."""
    made: State[object] = State(type, name, message, state_details=StateDetails(**details) if details else None)
    made.stamp(NOW)
    return made


def at(seconds: float) -> Any:
    """The datetime that many seconds after `NOW`."""
    return to_datetime(NOW + int(seconds * SECOND))


def proposal(
    current: State[object] | str | None,
    proposed: State[object] | str,
    attempt: int = 1,
    force: bool = False,
    now: int = NOW,
    newest: int = 1,
    **facts: Any,
) -> Proposal:
    """A proposal by `attempt` about a run whose newest attempt is `newest`."""
    facts.setdefault("run_count", 1)
    known = state(current) if isinstance(current, str) else current
    wanted = state(proposed) if isinstance(proposed, str) else proposed
    return Proposal(RunFacts(known, newest, **facts), wanted, attempt, now, force)


def judged(*arguments: Any, **facts: Any) -> Verdict:
    """What the rules for flow runs make of such a proposal."""
    return decide(proposal(*arguments, **facts), FLOW_RUN_RULES, FLOW_RUN_CONSEQUENCES)
