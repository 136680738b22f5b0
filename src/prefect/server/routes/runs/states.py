"""The states that runs have been in."""

from __future__ import annotations

from uuid import UUID

from prefect.server.http import answers
from prefect.server.http.answers import Answer, Json
from prefect.server.http.calls import Call
from prefect.server.http.errors import not_found
from prefect.server.http.routing import Query, Route
from prefect.server.views.states import history_json
from prefect.storage.aggregates import states
from prefect.storage.documents import Row
from prefect.wire.states import StateShape

MISSING = not_found("Flow run state")
"""As Prefect says it, of states of task runs too."""


def _of_flow_run(row: Row) -> Json:
    return history_json(row, row["flow_run_id"], row["parent_task_run_id"])


def _of_task_run(row: Row) -> Json:
    return history_json(row, row["flow_run_id"], row["task_run_id"], told=True)


def of_flow_run(call: Call[None]) -> Answer:
    """Every state of a flow run, in order."""
    rows = states.of_flow_run(call.world.reading, call.query("flow_run_id"))
    return answers.json([_of_flow_run(row) for row in rows])


def flow_run_state(call: Call[None]) -> Answer:
    """A state of a flow run by its id."""
    row = states.flow_run_state_by_id(call.world.reading, call.id())
    if row is None:
        raise MISSING
    return answers.json(_of_flow_run(row))


def of_task_run(call: Call[None]) -> Answer:
    """Every state of a task run, in order."""
    rows = states.of_task_run(call.world.reading, call.query("task_run_id"))
    return answers.json([_of_task_run(row) for row in rows])


def task_run_state(call: Call[None]) -> Answer:
    """A state of a task run by its id."""
    row = states.task_run_state_by_id(call.world.reading, call.id())
    if row is None:
        raise MISSING
    return answers.json(_of_task_run(row))


ROUTES = (
    Route("GET", "/flow_run_states/", of_flow_run, returns=list[StateShape],
          query=(Query("flow_run_id", UUID, required=True),)),
    Route("GET", "/flow_run_states/{id}", flow_run_state, returns=StateShape),
    Route("GET", "/task_run_states/", of_task_run, returns=list[StateShape],
          query=(Query("task_run_id", UUID, required=True),)),
    Route("GET", "/task_run_states/{id}", task_run_state, returns=StateShape),
)  # fmt: skip
