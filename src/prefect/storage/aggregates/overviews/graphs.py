"""What ran in a flow run, for pictures of it: its task runs, its subflow runs, its artifacts."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from prefect.storage.aggregates.artifacts import is_newest
from prefect.storage.aggregates.reading import Reading, Record
from prefect.storage.tables import artifact, flow, flow_run, task_run

STATE = ("state_id", "state_type", "state_name", "state_timestamp", "state_message", "state_details", "state_data")
TASK_RUN = ("id", "flow_run_id", "name", "parent_task_run_id", "task_inputs", "expected_start_time", "start_time",
            "end_time", "run_time")  # fmt: skip
FLOW_RUN = ("id", "name", "parent_task_run_id", "state_type", "expected_start_time", "start_time", "end_time")


def flow_run_times(reading: Reading, run_id: UUID) -> Record | None:
    """When a flow run began and ended; None if there is none of that id."""
    return reading.one(select(*(flow_run.c[name] for name in FLOW_RUN)).where(flow_run.c.id == run_id))


def task_runs(reading: Reading, run_id: UUID, whole_states: bool = False) -> list[Record]:
    """The task runs of a flow run, each with the type of its state, or all of it."""
    names = (*TASK_RUN, *(STATE if whole_states else ("state_type",)))
    return reading.rows(select(*(task_run.c[name] for name in names)).where(task_run.c.flow_run_id == run_id))


def subflow_runs(reading: Reading, run_id: UUID) -> list[Record]:
    """The runs that task runs of a flow run stand for, each with its flow's name as `flow_name`."""
    parents = select(task_run.c.id).where(task_run.c.flow_run_id == run_id)
    columns = (*(flow_run.c[name] for name in FLOW_RUN), flow.c.name.label("flow_name"))
    joined = flow_run.join(flow, flow.c.id == flow_run.c.flow_id)
    return reading.rows(select(*columns).select_from(joined).where(flow_run.c.parent_task_run_id.in_(parents)))


def artifacts(reading: Reading, run_id: UUID) -> list[Record]:
    """The artifacts of a flow run in the order they were made, each with whether its key has a later one as `is_latest`.

    Those that results are kept in are none that anybody looks at.
    """
    columns = ("id", "created", "key", "type", "task_run_id")
    chosen = select(*(artifact.c[name] for name in columns))
    own = artifact.c.flow_run_id == run_id
    rows = reading.rows(chosen.where(own, artifact.c.type != "result").order_by(artifact.c.created, artifact.c.id))
    progress = select(artifact.c.id, artifact.c.data).where(own, artifact.c.type == "progress")
    data = {row["id"]: row["data"] for row in reading.rows(progress)}
    latest = {row["id"] for row in reading.rows(select(artifact.c.id).where(own, is_newest()))}
    return [{**row, "data": data.get(row["id"]), "is_latest": row["id"] in latest} for row in rows]
