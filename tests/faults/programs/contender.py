"""One of several clients that make flow runs and compete for those there are, for so many seconds; says what it was told.

It writes a JSON object a line into a file: `made`, `claimed` and `finished` runs, `held` slots, and `failed` for what its
client gave up.
"""

import json
import random
import sys
import time
from typing import Any
from uuid import UUID

import httpx

from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterName, FlowRunFilterStateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Pending, Running, Scheduled

SECONDS, MARK = float(sys.argv[1]), sys.argv[2]
LIMIT = f"limit-{MARK}"


@flow
def contended() -> None:
    return None


def say(**facts: object) -> None:
    with open(sys.argv[4], "a") as file:
        file.write(json.dumps(facts, default=str) + "\n")


def propose(client: SyncPrefectClient, run_id: UUID, state: Any) -> bool:
    """Whether a proposal was accepted: now, or when it was made before and the answer was lost."""
    result = client.set_flow_run_state(run_id, state)
    return result.status.value == "ACCEPT" or "already made this state transition" in str(result.details.reason)


def waiting(client: SyncPrefectClient) -> list[UUID]:
    """Runs that nobody has claimed."""
    found = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            name=FlowRunFilterName(like_=MARK), state={"type": FlowRunFilterStateType(any_=["SCHEDULED"])}
        ),
        sort=FlowRunSort.ID_DESC,
        limit=10,
    )
    ids = [run.id for run in found]
    random.shuffle(ids)
    return ids


def take_slot(client: SyncPrefectClient) -> UUID | None:
    """The lease of a slot; None where none is free, or the answer was lost and the slot comes back by itself."""
    try:
        answer = client.increment_concurrency_slots_with_lease([LIMIT], 1, "concurrency", 60.0)
        return UUID(answer.json()["lease_id"])
    except httpx.HTTPStatusError as error:
        if error.response.status_code == 423:
            return None
        raise
    except httpx.TransportError:
        return None


def run_one(client: SyncPrefectClient, run_id: UUID) -> None:
    """Claim a run, if it can be had, and take it to an end from which nobody may claim it again."""
    if not propose(client, run_id, Pending()):
        return
    say(claimed=run_id)
    lease = take_slot(client)
    if propose(client, run_id, Running()) and propose(client, run_id, Cancelled()):
        say(finished=run_id)
    if lease is not None:
        say(held=lease)
        client.release_concurrency_slots_with_lease(lease)


def attempt(what: Any, *arguments: Any) -> Any:
    """Do it; what the client gives up is said."""
    try:
        return what(*arguments)
    except Exception as error:
        answer = getattr(error, "response", None)
        say(failed=repr(error), status=getattr(answer, "status_code", None))
        return None


def make(client: SyncPrefectClient, number: int) -> None:
    run = client.create_flow_run(contended, name=f"{MARK} {sys.argv[3]} {number}", state=Scheduled())
    say(made=run.id)


with get_client(sync_client=True) as client:
    ends, number = time.monotonic() + SECONDS, 0
    while time.monotonic() < ends:
        attempt(make, client, number)
        number += 1
        for run_id in attempt(waiting, client) or []:
            attempt(run_one, client, run_id)
    while left := attempt(waiting, client):  # what is left when nobody makes more
        for run_id in left:
            attempt(run_one, client, run_id)
