"""The states that runs have been in: all of a run, and one by id.

A task run's states, written all the time, have no index by id. A state's id is derived from its run's id and its number,
so the run is found from it; where only events told of a state, its id is that of the event, which names the run.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select

from prefect.core.ids import uuid_from_int
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import event, flow_run, flow_run_state, task_run, task_run_state

MOST_STATES = 100
"""Number of states of a task run that are found by their derived ids."""

TASK_RUN = "prefect.task-run."


def of_flow_run(reading: Reading, run_id: UUID) -> list[Record]:
    """Every state of a flow run, in order, each with the run's `parent_task_run_id`."""
    history = _of_flow_runs().where(flow_run_state.c.flow_run_id == run_id)
    return reading.rows(history.order_by(flow_run_state.c.sequence))


def flow_run_state_by_id(reading: Reading, state_id: UUID) -> Record | None:
    """A state of a flow run, with the run's `parent_task_run_id`; None if there is none of that id."""
    return reading.one(_of_flow_runs().where(flow_run_state.c.id == state_id))


def _of_flow_runs() -> Select[*tuple[object, ...]]:
    joined = flow_run_state.outerjoin(flow_run, flow_run.c.id == flow_run_state.c.flow_run_id)
    return select(flow_run_state, flow_run.c.parent_task_run_id).select_from(joined)


def of_task_run(reading: Reading, run_id: UUID) -> list[Record]:
    """Every state of a task run, in order, each with its `flow_run_id`."""
    history = _of_tasks().where(task_run_state.c.task_run_id == run_id)
    return reading.rows(history.order_by(task_run_state.c.sequence))


def task_run_state_by_id(reading: Reading, state_id: UUID) -> Record | None:
    """A state of a task run, with its `flow_run_id`; None if there is none of that id."""
    runs = [uuid_from_int(state_id.int ^ number) for number in range(1, MOST_STATES + 1)]
    teller = reading.one(select(event.c.resource_id).where(event.c.id == state_id))
    told = str(teller["resource_id"]).removeprefix(TASK_RUN) if teller else ""
    if _is_uuid(told):
        runs.append(UUID(told))
    found = _of_tasks().where(task_run_state.c.task_run_id.in_(runs), task_run_state.c.id == state_id)
    return reading.one(found)


def _of_tasks() -> Select[*tuple[object, ...]]:
    joined = task_run_state.outerjoin(task_run, task_run.c.id == task_run_state.c.task_run_id)
    return select(task_run_state, task_run.c.flow_run_id).select_from(joined)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
