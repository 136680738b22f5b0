"""Deciding what happens to a run: one table and one function.

`LEGAL` says which type of state may follow which. A pair outside it never reaches a rule. A rule looks at a
`Proposal` and returns a `Verdict` or None, which leaves the decision to the rules after it; with no verdict the
proposal is accepted. The rules and their order are in `policies.py`.

Deciding changes nothing. The verdict names its effects, and whoever commits the transition performs them in the same
database transaction, guarded by the run's version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from prefect.core.lifecycle.effects import Effect
from prefect.core.lifecycle.states import State, StateType
from prefect.core.lifecycle.verdicts import Outcome
from prefect.utilities.records import evolve, record

SCHEDULED, PENDING, RUNNING = StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING
COMPLETED, FAILED, CRASHED = StateType.COMPLETED, StateType.FAILED, StateType.CRASHED
CANCELLED, CANCELLING, PAUSED = StateType.CANCELLED, StateType.CANCELLING, StateType.PAUSED

ENDS = frozenset({COMPLETED, FAILED, CRASHED, CANCELLED})
RESTARTS = frozenset({SCHEDULED, PENDING})

LEGAL: dict[StateType | None, frozenset[StateType]] = {
    None: frozenset(StateType),
    SCHEDULED: frozenset({SCHEDULED, PENDING, RUNNING, PAUSED, CANCELLING}) | ENDS,
    PENDING: frozenset({SCHEDULED, PENDING, RUNNING, PAUSED, CANCELLING}) | ENDS,
    RUNNING: frozenset({SCHEDULED, RUNNING, PAUSED, CANCELLING}) | ENDS,
    PAUSED: frozenset({SCHEDULED, PENDING, RUNNING, PAUSED, CANCELLING}) | ENDS,
    CANCELLING: frozenset({CANCELLING, CANCELLED, FAILED, CRASHED, COMPLETED}),
    COMPLETED: RESTARTS,
    FAILED: RESTARTS,
    CRASHED: RESTARTS | ENDS,
    CANCELLED: RESTARTS,
}
"""From the current type to those that may follow. A run that has ended is only ever started again, except that a run
believed crashed may still be reported to have ended otherwise, or for a better known cause."""


@record
class RunFacts:
    """What the record knows of a run before a transition."""

    state: State[object] | None
    attempt: int = 0
    """Number of the newest attempt; what an earlier one proposes is refused."""

    run_count: int = 0
    retries: int = 0
    retry_delay: float = 0.0
    """Seconds between a failure and the next try in the same process."""

    lease_live: bool = False
    """Whether a live lease says that somebody else is running the run."""

    blocked_slot: str | None = None
    """Name of the first limit, of those the run needs, that has no free slot."""

    fired_pauses: frozenset[str] = frozenset()
    """Keys of the pauses that the run has been through; known where PAUSED is proposed."""


@record
class Proposal:
    """A state somebody wants a run to enter, with everything a decision may rest on."""

    facts: RunFacts
    proposed: State[object]
    attempt: int
    """The attempt that asks."""

    now: int
    """The moment of the decision, in microseconds."""

    force: bool = False
    """Skip the rules and the table, as an operator may."""


@record
class Verdict:
    """The decision, its reason, and what the same transaction has to do besides."""

    outcome: Outcome
    state: State[object] | None = None
    """The state entered; differs from the proposed one where a rule replaced it. None unless accepted or replaced."""

    reason: str | None = None
    wait_until: int | None = None
    """For WAIT: the moment, in microseconds, at which to ask again."""

    effects: tuple[Effect, ...] = ()

    def with_effects(self, effects: Iterable[Effect]) -> Verdict:
        """The same verdict with more effects."""
        return evolve(self, effects=(*self.effects, *effects))


class Rule(Protocol):
    """One concern: a verdict, or None if it has no say."""

    def __call__(self, proposal: Proposal, /) -> Verdict | None:
        """Look at the proposal and decide, or not."""


Consequence = Callable[[Proposal, State[object]], Sequence[Effect]]


def accept(state: State[object], reason: str | None = None, *effects: Effect) -> Verdict:
    """The run enters `state`."""
    return Verdict(Outcome.ACCEPT, state, reason, effects=effects)


def replace_with(state: State[object], reason: str, *effects: Effect) -> Verdict:
    """The run enters `state` instead of the proposed one."""
    return Verdict(Outcome.REJECT, state, reason, effects=effects)


def reject(reason: str) -> Verdict:
    """Nothing changes."""
    return Verdict(Outcome.REJECT, None, reason)


def wait(until: int, reason: str) -> Verdict:
    """Nothing changes; ask again at `until`."""
    return Verdict(Outcome.WAIT, None, reason, wait_until=until)


def abort(reason: str) -> Verdict:
    """Nothing changes, and whoever asked must stop."""
    return Verdict(Outcome.ABORT, None, reason)


def is_legal(current: StateType | None, proposed: StateType) -> bool:
    """Whether `LEGAL` has the pair."""
    return proposed in LEGAL[current]


def decide(proposal: Proposal, rules: Sequence[Rule], consequences: Sequence[Consequence] = ()) -> Verdict:
    """What becomes of a proposal: the first verdict of a rule, or acceptance; then the consequences of the state entered."""
    verdict = accept(proposal.proposed) if proposal.force else _judge(proposal, rules)
    if verdict.state is None:
        return verdict
    entered = verdict.state
    return verdict.with_effects(effect for consequence in consequences for effect in consequence(proposal, entered))


def _judge(proposal: Proposal, rules: Sequence[Rule]) -> Verdict:
    if _is_repeated(proposal):
        return reject("This run has already made this state transition.")
    current = proposal.facts.state.type if proposal.facts.state else None
    if not is_legal(current, proposal.proposed.type):
        return abort(f"This run is {current} and cannot become {proposal.proposed.type}.")
    for rule in rules:
        verdict = rule(proposal)
        if verdict is not None:
            return verdict
    return accept(proposal.proposed)


def _is_repeated(proposal: Proposal) -> bool:
    """Whether this very transition brought the run where it is: the answer was lost, and it is asked for again."""
    asked = proposal.proposed.detail_facts().get("transition_id")
    current = proposal.facts.state
    return asked is not None and current is not None and current.detail_facts().get("transition_id") == asked
