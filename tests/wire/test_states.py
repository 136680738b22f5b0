"""States in JSON and the state that users hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, ValidationError

from prefect.core.lifecycle.outcome import StoredResult
from prefect.states import Completed, Failed, Scheduled, State, StateDetails, StateType, to_state_create
from prefect.wire.states import OrchestrationResult, StateAcceptDetails, StateCreate, StateWaitDetails

ACCEPTED = {"status": "ACCEPT", "details": {"type": "accept_details"}}


def test_a_state_is_the_class_that_users_hold() -> None:
    run_id, moment = uuid4(), datetime(2030, 1, 1, tzinfo=UTC)
    result = OrchestrationResult.model_validate(
        {
            "state": {
                "id": str(run_id),
                "type": "COMPLETED",
                "name": "Cached",
                "timestamp": "2030-01-01T00:00:00Z",
                "message": "done",
                "data": {"storage_key": "a"},
                "state_details": {"flow_run_id": str(run_id), "cache_key": "k", "unknown": 1},
                "created": None,
            },
            **ACCEPTED,
        }
    )
    state = result.state
    assert type(state) is State
    assert (state.id, state.type, state.name, state.timestamp) == (run_id, StateType.COMPLETED, "Cached", moment)
    assert (state.message, state.data) == ("done", StoredResult({"storage_key": "a"}))
    assert state.state_details == StateDetails(flow_run_id=run_id, cache_key="k", deferred=False)
    assert isinstance(result.details, StateAcceptDetails)


def test_a_state_of_ones_own_passes_as_it_is_and_is_written_whole() -> None:
    state = Failed(message="no")
    result = OrchestrationResult(state=state, status="WAIT", details={"type": "wait_details", "delay_seconds": 3})
    assert result.state is state
    assert isinstance(result.details, StateWaitDetails)
    written = result.model_dump(mode="json")["state"]
    assert (written["type"], written["name"], written["message"]) == ("FAILED", "Failed", "no")
    assert written["state_details"]["deferred"] is None
    assert result.model_dump()["state"]["id"] == state.id
    assert OrchestrationResult.model_validate_json(result.model_dump_json()).state == state


def test_results_that_json_cannot_say_are_left_out() -> None:
    state = Completed(data=object())
    result = OrchestrationResult.model_validate({"state": state, **ACCEPTED})
    assert result.model_dump(mode="json")["state"]["data"] is None


@pytest.mark.parametrize(
    ("state", "place", "message"),
    [
        ({"type": "DONE"}, ("state", "type"), "SCHEDULED"),
        (5, ("state",), "dictionary"),
        ({"type": "FAILED", "data": float("nan")}, ("state", "data"), "NaN"),
        ({"type": "FAILED", "state_details": {"flow_run_id": "x"}}, ("state", "state_details", "flow_run_id"), "UUID"),
    ],
)
def test_bad_states_are_refused_where_they_are_bad(state: object, place: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as refused:
        OrchestrationResult.model_validate({"state": state, **ACCEPTED})
    assert refused.value.errors()[0]["loc"] == place


def test_what_asks_for_a_state() -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    asked = to_state_create(Scheduled(scheduled_time=moment, message="a\0b"))
    assert isinstance(asked, StateCreate)
    sent = StateCreate.model_validate_json(asked.model_dump_json())
    state = sent.to_state()
    assert (state.type, state.name, state.message) == (StateType.SCHEDULED, "Scheduled", "a\N{REPLACEMENT CHARACTER}b")
    assert state.state_details.scheduled_time == moment
    assert state.timestamp is None
    with pytest.raises(ValidationError, match="Extra inputs"):
        StateCreate.model_validate({"type": "RUNNING", "timestamp": "2030-01-01"})


# --- states as models


def test_a_state_is_read_and_written_as_a_model_is() -> None:
    made = State("FAILED", message="boom", state_details={"cache_key": "k"}, timestamp="2026-01-02T03:04:05Z")
    assert State.model_validate(made) is made
    again = State.model_validate(made.model_dump(mode="json") | {"id": str(UUID(int=7))})
    assert (again.type, again.message, again.timestamp, again.id) == (made.type, "boom", made.timestamp, UUID(int=7))
    assert again.state_details == made.state_details
    read = State.model_validate_json('{"type": "COMPLETED", "data": 3}')
    assert (read.name, read.data, read.timestamp is not None) == ("Completed", 3, True)
    assert json.loads(made.model_dump_json())["state_details"]["cache_key"] == "k"
    assert made.model_dump(include={"name", "type"}) == {"name": "Failed", "type": StateType.FAILED}
    assert made.model_dump(mode="json", exclude={"state_details", "timestamp"}, exclude_none=True) == {
        "type": "FAILED", "name": "Failed", "message": "boom",
    }  # fmt: skip
    assert set(made.model_dump(exclude_unset=True)["state_details"]) == {
        "cache_key",
        "untrackable_result",
        "pause_reschedule",
    }  # type: ignore[arg-type]
    assert made.copy() == made
    with pytest.raises(ValidationError, match="type"):
        State.model_validate({"type": "NOPE"})


def test_details_are_read_and_written_as_a_model_is() -> None:
    made = StateDetails.model_validate({"cache_key": "k", "task_run_id": str(UUID(int=1))})
    assert (made.cache_key, made.task_run_id) == ("k", UUID(int=1))
    assert json.loads(made.model_dump_json()) == made.model_dump(mode="json")


def test_a_state_may_be_a_field_of_a_model() -> None:
    class Report(BaseModel):
        state: State[int]
        others: list[State] = []  # type: ignore[type-arg]

    made = Report.model_validate({"state": {"type": "RUNNING"}, "others": [State("PENDING")]})
    assert (made.state.name, made.others[0].name) == ("Running", "Pending")
    assert json.loads(made.model_dump_json())["state"]["type"] == "RUNNING"
    assert "state_details" in State.model_json_schema()["properties"]  # type: ignore[operator]
