"""Why a flow run is where it is: from what the record knows of it to one cause, one sentence and the next moment.

A cause is what a person has to change, or to wait for, so that the run goes on. `CAUSES` lists them in the order in
which they are looked for; the first that applies is the answer, the others that hold the run up as well come with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from prefect.core.lifecycle.states import State, StateType
from prefect.core.times import SECOND, to_datetime, to_micros
from prefect.utilities.records import record

PATIENCE = 5 * SECOND
"""How long a run may be due, with everything in order, before nobody having taken it is worth a word."""


class Cause(StrEnum):
    """What a run waits for, or what became of it."""

    ENDED = "ended"
    PROCESS_LOST = "process-lost"
    TAG_LIMIT = "tag-limit"
    GLOBAL_LIMIT = "global-limit"
    TASK_RETRY = "task-retry"
    RUNNING = "running"
    STARTING = "starting"
    CANCELLING = "cancelling"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    NOT_YET_DUE = "not-yet-due"
    AWAITING_RETRY = "awaiting-retry"
    DEPLOYMENT_LIMIT = "deployment-limit"
    POOL_PAUSED = "pool-paused"
    QUEUE_PAUSED = "queue-paused"
    NO_WORKER = "no-worker"
    POOL_LIMIT = "pool-limit"
    QUEUE_LIMIT = "queue-limit"
    NOBODY_STARTS_IT = "nobody-starts-it"
    DUE = "due"
    NO_STATE = "no-state"


@record
class Holder:
    """Who has a slot of a limit."""

    id: UUID
    kind: str
    """`flow_run`, `task_run`, or `slot` for one that belongs to no run."""

    name: str | None
    since: int
    occupy: int = 1
    process: str | None = None
    """On which machine and as which process, as people read it."""

    expires: int | None = None
    """Until when the slot is held unless that is renewed."""


@record
class FullLimit:
    """A limit that has nothing free."""

    cause: Cause
    name: str
    slots: int
    taken: int
    holders: Sequence[Holder] = ()
    waiting: str | None = None
    """What of the run waits for it, where that is not the run itself: the name of a task run."""

    since: int | None = None
    decays: bool = False
    """Whether its slots come back by themselves with time."""


@record
class Pool:
    """Where the run is to be run."""

    name: str
    queue: str | None
    pool_paused: bool = False
    queue_paused: bool = False
    workers_online: int = 0
    heard_of: int | None = None
    """When a worker last reported."""

    polled: int | None = None
    """When somebody last asked for runs of the queue."""

    polling: bool = False
    """Whether that was recently."""


@record
class Lease:
    """The process that runs the run."""

    holder: str
    """As people read it."""

    expires: int
    lost: bool = False


@record
class Facts:
    """What the record knows of a run at a moment."""

    now: int
    state: State[object] | None
    reason: str | None = None
    """Why the last decision fell as it did."""

    due: int | None = None
    """When the run is next to start."""

    lease: Lease | None = None
    deployment: str | None = None
    deployment_paused: bool = False
    deployment_polled: bool = False
    """Whether a process that serves the deployment has asked for its runs recently."""

    pool: Pool | None = None
    full: Sequence[FullLimit] = ()
    """Limits that hold the run up, or tasks of it."""

    task_retry: tuple[str, int] | None = None
    """The task run that is next to be tried again, and when."""


@record
class Explanation:
    """Why a run is where it is."""

    cause: Cause
    sentence: str
    waiting: bool = True
    since: int | None = None
    next_decision: int | None = None
    """The next moment at which something is decided by itself; None if that depends on others."""

    limit: FullLimit | None = None


def explain(facts: Facts) -> list[Explanation]:
    """The cause, and after it what else holds the run up."""
    if facts.state is None:
        return [Explanation(Cause.NO_STATE, "It has been made, but no state was ever proposed for it.")]
    found = [each for look in _LOOKS[facts.state.type] for each in look(facts)]
    return found or [_due(facts)]


# --- what is looked for, by type of state


def _ended(facts: Facts) -> list[Explanation]:
    state = facts.state
    assert state is not None
    said = f": {state.message}" if state.message else "."
    because = f" ({facts.reason})" if facts.reason and facts.reason != state.message else ""
    return [Explanation(Cause.ENDED, f"It ended as {state.name}{said}{because}", False, state.moment)]


def _lost(facts: Facts) -> list[Explanation]:
    if facts.lease is None or not facts.lease.lost:
        return []
    sentence = f"Its process ({facts.lease.holder}) is gone; the next pass of crash detection ends it as Crashed."
    return [Explanation(Cause.PROCESS_LOST, sentence, True, _entered(facts), max(facts.lease.expires, facts.now))]


def _running(facts: Facts) -> list[Explanation]:
    where = f" by {facts.lease.holder}" if facts.lease is not None else ""
    return [Explanation(Cause.RUNNING, f"It is being run{where} since {_at(_entered(facts))}.", False, _entered(facts))]


def _task_retry(facts: Facts) -> list[Explanation]:
    if facts.task_retry is None or facts.task_retry[1] <= facts.now:
        return []
    name, moment = facts.task_retry
    sentence = f"It runs; its task run {name!r} failed and is tried again at {_at(moment)}."
    return [Explanation(Cause.TASK_RETRY, sentence, True, _entered(facts), moment)]


def _starting(facts: Facts) -> list[Explanation]:
    sentence = f"It was taken at {_at(_entered(facts))} and its process is being started; it is not running yet."
    return [Explanation(Cause.STARTING, sentence, True, _entered(facts), None)]


def _cancelling(facts: Facts) -> list[Explanation]:
    who = f" by {facts.lease.holder}" if facts.lease is not None else ""
    sentence = f"Cancelling it was asked for at {_at(_entered(facts))}; that is not confirmed{who} yet."
    return [Explanation(Cause.CANCELLING, sentence, True, _entered(facts))]


def _paused(facts: Facts) -> list[Explanation]:
    state = facts.state
    assert state is not None
    details = state.state_details
    suspended = bool(details.pause_reschedule)
    cause, verb = (Cause.SUSPENDED, "suspended") if suspended else (Cause.PAUSED, "paused")
    until = None if details.pause_timeout is None else to_micros(details.pause_timeout)
    wants = " and waits for input" if details.run_input_keyset else ""
    limit = "" if until is None else f", at the latest by {_at(until)}, when it fails"
    sentence = f"It is {verb} since {_at(_entered(facts))}{wants}; it goes on when somebody resumes it{limit}."
    return [Explanation(cause, sentence, True, _entered(facts), until)]


def _not_due(facts: Facts) -> list[Explanation]:
    state, due = facts.state, facts.due
    assert state is not None
    if due is None or due <= facts.now or _waits_for_deployment(facts):
        return []
    if state.name == "AwaitingRetry":
        failed = f": {state.message}" if state.message else ""
        sentence = f"It failed{failed}{'' if failed.endswith('.') else '.'} It is tried again at {_at(due)}."
        return [Explanation(Cause.AWAITING_RETRY, sentence, True, _entered(facts), due)]
    return [Explanation(Cause.NOT_YET_DUE, f"It is to start at {_at(due)}.", True, _entered(facts), due)]


def _waits_for_deployment(facts: Facts) -> bool:
    return facts.state is not None and facts.state.name == "AwaitingConcurrencySlot"


def _deployment_limit(facts: Facts) -> list[Explanation]:
    full = _full(facts, Cause.DEPLOYMENT_LIMIT)
    if full or not _waits_for_deployment(facts):
        return full
    asks = facts.due if facts.due is not None and facts.due > facts.now else None
    sentence = f"It found no free slot of its deployment, where there is one by now; it asks again at {_at(asks)}."
    return [Explanation(Cause.DEPLOYMENT_LIMIT, sentence, True, _entered(facts), asks)] if asks else []


def _pauses(facts: Facts) -> list[Explanation]:
    pool, found = facts.pool, []
    if pool is not None and pool.pool_paused:
        sentence = f"Work pool {pool.name!r} is paused, so that nobody gets runs from it."
        found.append(Explanation(Cause.POOL_PAUSED, sentence, True, _since(facts)))
    if pool is not None and pool.queue_paused:
        sentence = f"Work queue {pool.queue!r} of work pool {pool.name!r} is paused, so that nobody gets runs from it."
        found.append(Explanation(Cause.QUEUE_PAUSED, sentence, True, _since(facts)))
    return found


def _no_worker(facts: Facts) -> list[Explanation]:
    pool = facts.pool
    if pool is None or pool.workers_online or pool.polling:
        return []
    last = max((moment for moment in (pool.heard_of, pool.polled) if moment is not None), default=None)
    heard = "none ever reported" if last is None else f"the last one was heard of at {_at(last)}"
    sentence = f"No worker is online for work pool {pool.name!r}: {heard}. Start one: prefect worker start --pool {pool.name!r}"
    return [Explanation(Cause.NO_WORKER, sentence, True, last if last is not None else _since(facts))]


def _limits(facts: Facts) -> list[Explanation]:
    return [each for cause in (Cause.POOL_LIMIT, Cause.QUEUE_LIMIT) for each in _full(facts, cause)]


def _slots(facts: Facts) -> list[Explanation]:
    return [each for cause in (Cause.TAG_LIMIT, Cause.GLOBAL_LIMIT) for each in _full(facts, cause)]


_NAMES = {
    Cause.TAG_LIMIT: "the limit of tag {}",
    Cause.GLOBAL_LIMIT: "the global limit {}",
    Cause.DEPLOYMENT_LIMIT: "the limit {} of its deployment",
    Cause.POOL_LIMIT: "the limit of work pool {}",
    Cause.QUEUE_LIMIT: "the limit of work queue {}",
}
SHOWN = 3
"""Holders that a sentence names."""


def _full(facts: Facts, cause: Cause) -> list[Explanation]:
    return [_about(facts, limit) for limit in facts.full if limit.cause is cause]


def _about(facts: Facts, limit: FullLimit) -> Explanation:
    who = "It waits" if limit.waiting is None else f"Its task run {limit.waiting!r} waits"
    what = _NAMES[limit.cause].format(repr(limit.name))
    sentence = f"{who} for {what}: {limit.taken} of {limit.slots} slots are taken{_holders(limit)}."
    if limit.decays:
        sentence += " They come back with time."
    asks = facts.due if limit.cause is Cause.DEPLOYMENT_LIMIT and facts.due and facts.due > facts.now else None
    since = limit.since if limit.since is not None else _since(facts)
    return Explanation(limit.cause, sentence, True, since, asks, limit)


def _holders(limit: FullLimit) -> str:
    if not limit.holders:
        return ""
    shown = [f"{holder.name or str(holder.id)!r} since {_at(holder.since)}" for holder in limit.holders[:SHOWN]]
    more = len(limit.holders) - SHOWN
    return f", by {', '.join(shown)}{f' and {more} more' if more > 0 else ''}"


def _nobody(facts: Facts) -> list[Explanation]:
    if facts.pool is not None or facts.deployment_polled or facts.lease is not None:
        return []
    if facts.deployment is None:
        sentence = "It belongs to no deployment, so that only the code that made it starts it."
    else:
        paused = " The deployment is paused." if facts.deployment_paused else ""
        sentence = (
            f"Deployment {facts.deployment!r} has no work pool, and no process that serves it has asked for its runs of"
            f" late.{paused}"
        )
    return [Explanation(Cause.NOBODY_STARTS_IT, sentence, True, _since(facts))]


def _due(facts: Facts) -> Explanation:
    since = _since(facts)
    by = "whoever serves its deployment" if facts.pool is None else f"a worker of work pool {facts.pool.name!r}"
    if facts.lease is not None:
        by = f"its process ({facts.lease.holder})"
    late = since is not None and facts.now - since > PATIENCE
    slow = " Nothing that the record knows of holds it up." if late else ""
    return Explanation(Cause.DUE, f"It is due since {_at(since)}; {by} takes it next time it asks.{slow}", True, since)


def _since(facts: Facts) -> int | None:
    """Since when it waits: since it was due, where it had a time."""
    return facts.due if facts.due is not None and facts.due <= facts.now else _entered(facts)


def _entered(facts: Facts) -> int | None:
    return None if facts.state is None else facts.state.moment


def _at(moment: int | None) -> str:
    if moment is None:
        return "an unknown time"
    when: datetime = to_datetime(moment)
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


_WAITS = (_lost, _not_due, _deployment_limit, _pauses, _no_worker, _limits, _nobody)
_LOOKS: dict[StateType, Sequence[Callable[[Facts], list[Explanation]]]] = {
    StateType.SCHEDULED: _WAITS,
    StateType.PENDING: (_lost, _slots, _starting),
    StateType.RUNNING: (_lost, _slots, _task_retry, _running),
    StateType.PAUSED: (_paused,),
    StateType.CANCELLING: (_lost, _cancelling),
    StateType.COMPLETED: (_ended,),
    StateType.FAILED: (_ended,),
    StateType.CRASHED: (_ended,),
    StateType.CANCELLED: (_ended,),
}
