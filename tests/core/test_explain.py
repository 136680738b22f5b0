"""From the facts of a run to a cause, a sentence and the next moment."""

from __future__ import annotations

from uuid import UUID

import pytest

from prefect.core.explain import Cause, Explanation, Facts, FullLimit, Holder, Lease, Pool, explain
from prefect.core.lifecycle.states import State, StateDetails, StateType
from prefect.core.times import SECOND, to_datetime
from prefect.utilities.records import evolve

NOW = 1_800_000_000 * SECOND
MINUTE = 60 * SECOND
POOL = Pool("pool", "queue", workers_online=1)
LEASE = Lease("process 7 on host", NOW + MINUTE)


def a_state(kind: StateType, name: str | None = None, message: str | None = None, **details: object) -> State[object]:
    return State.at(NOW - MINUTE, kind, name or kind.value.capitalize(), message, details=StateDetails(**details))


def full(cause: Cause, **more: object) -> FullLimit:
    holder = Holder(UUID(int=1), "flow_run", "other", NOW - 2 * MINUTE)
    return evolve(FullLimit(cause, "it", 1, 1, [holder]), **more)


def first(state: State[object] | None, **facts: object) -> Explanation:
    return explain(Facts(now=NOW, state=state, **facts))[0]  # type: ignore[arg-type]


SCHEDULED = a_state(StateType.SCHEDULED)
RUNNING = a_state(StateType.RUNNING)


@pytest.mark.parametrize(
    ("state", "facts", "cause"),
    [
        (None, {}, Cause.NO_STATE),
        (SCHEDULED, {"due": NOW + MINUTE}, Cause.NOT_YET_DUE),
        (SCHEDULED, {"due": NOW - MINUTE, "pool": POOL}, Cause.DUE),
        (SCHEDULED, {"pool": evolve(POOL, workers_online=0)}, Cause.NO_WORKER),
        (SCHEDULED, {"pool": evolve(POOL, workers_online=0, polling=True)}, Cause.DUE),
        (SCHEDULED, {"pool": evolve(POOL, pool_paused=True)}, Cause.POOL_PAUSED),
        (SCHEDULED, {"pool": evolve(POOL, queue_paused=True)}, Cause.QUEUE_PAUSED),
        (SCHEDULED, {"pool": POOL, "full": [full(Cause.POOL_LIMIT)]}, Cause.POOL_LIMIT),
        (SCHEDULED, {"pool": POOL, "full": [full(Cause.QUEUE_LIMIT)]}, Cause.QUEUE_LIMIT),
        (SCHEDULED, {"pool": POOL, "full": [full(Cause.DEPLOYMENT_LIMIT)]}, Cause.DEPLOYMENT_LIMIT),
        (SCHEDULED, {}, Cause.NOBODY_STARTS_IT),
        (SCHEDULED, {"deployment": "d"}, Cause.NOBODY_STARTS_IT),
        (SCHEDULED, {"deployment": "d", "deployment_polled": True}, Cause.DUE),
        (a_state(StateType.SCHEDULED, "AwaitingRetry"), {"due": NOW + MINUTE, "lease": LEASE}, Cause.AWAITING_RETRY),
        (a_state(StateType.SCHEDULED, "AwaitingRetry"), {"due": NOW, "lease": LEASE}, Cause.DUE),
        (a_state(StateType.PENDING), {}, Cause.STARTING),
        (RUNNING, {}, Cause.RUNNING),
        (RUNNING, {"lease": LEASE}, Cause.RUNNING),
        (RUNNING, {"lease": evolve(LEASE, lost=True)}, Cause.PROCESS_LOST),
        (RUNNING, {"full": [full(Cause.TAG_LIMIT, waiting="t")]}, Cause.TAG_LIMIT),
        (RUNNING, {"full": [full(Cause.GLOBAL_LIMIT)]}, Cause.GLOBAL_LIMIT),
        (RUNNING, {"task_retry": ("t", NOW + MINUTE)}, Cause.TASK_RETRY),
        (RUNNING, {"task_retry": ("t", NOW - MINUTE)}, Cause.RUNNING),
        (a_state(StateType.PAUSED), {}, Cause.PAUSED),
        (a_state(StateType.PAUSED, pause_reschedule=True), {}, Cause.SUSPENDED),
        (a_state(StateType.CANCELLING), {}, Cause.CANCELLING),
        *((a_state(kind), {}, Cause.ENDED) for kind in (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED)),
    ],
)
def test_the_cause(state: State[object] | None, facts: dict[str, object], cause: Cause) -> None:
    found = first(state, **facts)
    assert found.cause is cause
    assert found.sentence.endswith((".", "'"))
    assert found.waiting is (cause not in (Cause.RUNNING, Cause.ENDED))


def test_every_type_of_state_is_explained() -> None:
    for kind in StateType:
        assert explain(Facts(NOW, a_state(kind)))


def test_the_next_decision_is_the_moment_for_which_it_waits() -> None:
    assert first(SCHEDULED, due=NOW + MINUTE).next_decision == NOW + MINUTE
    limited = a_state(StateType.SCHEDULED, "AwaitingConcurrencySlot")
    assert first(limited, due=NOW + MINUTE, full=[full(Cause.DEPLOYMENT_LIMIT)]).next_decision == NOW + MINUTE
    paused = a_state(StateType.PAUSED, pause_timeout=to_datetime(NOW + MINUTE))
    assert first(paused).next_decision == NOW + MINUTE
    assert first(SCHEDULED, pool=evolve(POOL, workers_online=0)).next_decision is None


def test_since_when_it_waits() -> None:
    assert first(SCHEDULED, due=NOW - 5 * MINUTE, pool=POOL).since == NOW - 5 * MINUTE
    assert first(SCHEDULED, pool=evolve(POOL, workers_online=0, heard_of=NOW - 9 * MINUTE)).since == NOW - 9 * MINUTE
    assert first(RUNNING, full=[full(Cause.TAG_LIMIT, since=NOW - 3)]).since == NOW - 3
    assert first(RUNNING).since == NOW - MINUTE


def test_a_slot_that_came_free_meanwhile_is_asked_for_at_the_next_moment() -> None:
    limited = a_state(StateType.SCHEDULED, "AwaitingConcurrencySlot")
    found = first(limited, due=NOW + MINUTE, deployment="d")
    assert found.cause is Cause.DEPLOYMENT_LIMIT
    assert "asks again" in found.sentence


def test_everything_that_holds_a_run_up_is_listed() -> None:
    pool = evolve(POOL, workers_online=0, pool_paused=True, queue_paused=True)
    limits = [full(Cause.QUEUE_LIMIT), full(Cause.POOL_LIMIT), full(Cause.DEPLOYMENT_LIMIT)]
    found = explain(Facts(NOW, SCHEDULED, due=NOW + MINUTE, pool=pool, full=limits))
    assert [each.cause for each in found] == [
        Cause.NOT_YET_DUE, Cause.DEPLOYMENT_LIMIT, Cause.POOL_PAUSED, Cause.QUEUE_PAUSED, Cause.NO_WORKER,
        Cause.POOL_LIMIT, Cause.QUEUE_LIMIT,
    ]  # fmt: skip


def test_a_sentence_names_the_first_holders_and_counts_the_rest() -> None:
    holders = [Holder(UUID(int=n), "flow_run", f"run {n}" if n else None, NOW) for n in range(5)]
    sentence = first(RUNNING, full=[full(Cause.GLOBAL_LIMIT, holders=holders, slots=5, taken=5, decays=True)]).sentence
    assert "5 of 5 slots are taken" in sentence
    assert "'00000000-0000-0000-0000-000000000000'" in sentence
    assert "'run 2'" in sentence
    assert "run 3" not in sentence
    assert "and 2 more" in sentence
    assert "come back with time" in sentence


def test_an_end_comes_with_its_message_and_reason() -> None:
    failed = a_state(StateType.FAILED, message="no such file")
    assert (
        first(failed, reason="Retries are used up.").sentence
        == "It ended as Failed: no such file (Retries are used up.)"
    )
    assert first(failed, reason="no such file").sentence == "It ended as Failed: no such file"
    assert first(a_state(StateType.COMPLETED)).sentence == "It ended as Completed."
