"""Deciding what happens to a run: one table and one function.

`LEGAL` says which type of state may follow which. A pair outside it never reaches a rule. A rule looks at a
`Proposal` and returns a `Verdict` or None, which leaves the decision to the rules after it; with no verdict the
proposal is accepted. The rules and their order are in `policies.py`.

Deciding changes nothing. The verdict names its effects, and whoever commits the transition performs them in the same
database transaction, guarded by the run's version.

Who proposes makes a difference. The engine proposes with the number of its attempt, which a lease stands behind, and
holds to `LEGAL`. Clients of the API know neither; what they may do is said by the rules for requests (`rules/requests`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

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
class DeploymentSlot:
    """A concurrency slot of a deployment."""

    free: bool
    cancels: bool
    """Whether a run that finds none free is cancelled, instead of waiting."""


@record
class FlowRunFacts:
    """What a task run's decisions rest on of the flow run around it."""

    id: UUID
    state: State[object] | None
    run_count: int


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

    # --- what only decisions on requests rest on

    answered: UUID | None = None
    """The transition that was answered by the present state, where that is another than the one proposed."""

    run_id: UUID | None = None
    spare: UUID | None = None
    """An id that nobody has, for what the decision makes."""

    deployed: bool = False
    """Whether a deployment says how the run is started anew."""

    called: bool = False
    """Whether another run called this one."""

    infrastructure: bool = False
    """Whether something was started for the run that can be told to stop."""

    resuming: bool = False
    """Whether the run goes on after a pause, so that it is no further try."""

    deployment_slot: DeploymentSlot | None = None
    """The slot of its deployment that a flow run needs to be PENDING; None where there is no limit."""

    flow_run: FlowRunFacts | None = None
    """For a task run: the flow run around it, if there is one."""

    retry_delays: Sequence[float] = ()
    """For a task run: seconds before each further try, the last for all that follow; `retry_delay` where empty."""

    full_tags: Sequence[str] = ()
    """For a task run: those of its tags whose limit has no free slot."""

    forbidden_tag: str | None = None
    """For a task run: a tag of which no run may ever run."""

    cached: State[object] | None = None
    """For a task run: the state that a run with the same cache key ended in."""


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
Finish = Callable[[Proposal, State[object]], State[object]]


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


@record
class Policy:
    """Everything that decides on one kind of proposal."""

    rules: tuple[Rule, ...]
    """In their order: the first that has a say wins."""

    consequences: tuple[Consequence, ...] = ()
    table: Mapping[StateType | None, frozenset[StateType]] | None = None
    """Pairs that may follow each other; None leaves that to the rules."""

    even_if_forced: tuple[Rule, ...] = ()
    """Rules that no force skips."""

    finishing: tuple[Finish, ...] = ()
    """What is done to the state entered, whichever rule chose it."""


def decide(proposal: Proposal, rules: Sequence[Rule], consequences: Sequence[Consequence] = ()) -> Verdict:
    """What becomes of a proposal: the first verdict of a rule, or acceptance; then the consequences of the state entered."""
    return judge(proposal, Policy(tuple(rules), tuple(consequences), LEGAL))


def judge(proposal: Proposal, policy: Policy) -> Verdict:
    """What a policy makes of a proposal."""
    verdict = _first(policy.even_if_forced, proposal) if proposal.force else _judge(proposal, policy)
    if verdict.state is None:
        return verdict
    entered = verdict.state
    if not proposal.force:
        for finish in policy.finishing:
            entered = finish(proposal, entered)
        verdict = evolve(verdict, state=entered)
    effects = (effect for consequence in policy.consequences for effect in consequence(proposal, entered))
    return verdict.with_effects(effects)


def _judge(proposal: Proposal, policy: Policy) -> Verdict:
    if _is_repeated(proposal):
        return reject("This run has already made this state transition.")
    current = proposal.facts.state.type if proposal.facts.state else None
    if policy.table is not None and proposal.proposed.type not in policy.table[current]:
        return abort(f"This run is {current} and cannot become {proposal.proposed.type}.")
    return _first(policy.rules, proposal)


def _first(rules: Sequence[Rule], proposal: Proposal) -> Verdict:
    for rule in rules:
        verdict = rule(proposal)
        if verdict is not None:
            return verdict
    return accept(proposal.proposed)


def _is_repeated(proposal: Proposal) -> bool:
    """Whether this very transition brought the run where it is: the answer was lost, and it is asked for again."""
    asked = proposal.proposed.detail_facts().get("transition_id")
    current = proposal.facts.state
    if asked is None or current is None:
        return False
    return asked in (current.detail_facts().get("transition_id"), proposal.facts.answered)
