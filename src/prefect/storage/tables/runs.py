"""Flows, their runs, and what is recorded while these run.

Rows that the engine writes while user code runs (`task_run`, `task_run_state`, `log`, `artifact`) have few indexes.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from prefect.storage.tables.base import index_in, metadata
from prefect.storage.tables.timelines import BEGUN, LISTED, SUMMED, index_where_set, timeline
from prefect.storage.types import Flag, Id, Json, Moment, Tags

SEQUENCE = Integer().with_variant(BigInteger(), "postgresql")
"""A state's number; where nobody counts a run's states, the moment of each."""


def _state_columns() -> list[Column[object]]:
    """The current state, held in the run's own row."""
    return [
        Column("sequence", SEQUENCE, nullable=False),
        Column("state_id", Id),
        Column("state_type", Text),
        Column("state_name", Text),
        Column("state_timestamp", Moment),
        Column("state_message", Text),
        Column("state_details", Json),
        Column("state_data", Json),
        Column("answered_transition", Id),
    ]


def _history_columns(run: str) -> list[Column[object]]:
    return [
        Column(run, Id, nullable=False),
        Column("sequence", SEQUENCE, nullable=False),
        Column("id", Id, nullable=False),
        Column("attempt", Integer),
        Column("type", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("timestamp", Moment, nullable=False),
        Column("message", Text),
        Column("details", Json),
        Column("data", Json),
    ]


flow = Table(
    "flow",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("tags", Tags, nullable=False),
    Column("labels", Json, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Index("flow_by_created", "created"),
    index_in("postgresql", "flow_by_tags", "tags", postgresql_using="gin"),
)

flow_run = Table(
    "flow_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("flow_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("flow_version", Text),
    Column("deployment_id", Id),
    Column("deployment_version", Text),
    Column("schedule_id", Id),
    Column("fire_time", Moment),
    Column("work_pool_name", Text),
    Column("work_queue_name", Text),
    Column("work_queue_id", Id),
    Column("parameters", Json, nullable=False),
    Column("context", Json, nullable=False),
    Column("tags", Tags, nullable=False),
    Column("labels", Json, nullable=False),
    Column("job_variables", Json, nullable=False),
    Column("environment", Json, nullable=False),
    Column("entrypoint", Text),
    Column("idempotency_key", Text),
    Column("created_by", Json),
    Column("empirical_policy", Json),
    Column("infrastructure_document_id", Id),
    Column("parent_task_run_id", Id),
    Column("parent_flow_run_id", Id),
    Column("root_flow_run_id", Id),
    Column("auto_scheduled", Flag, nullable=False),
    Column("infrastructure_pid", Text),
    Column("retries", Integer, nullable=False),
    Column("retry_delay", Float, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("run_count", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    *_state_columns(),
    Column("expected_start_time", Moment),
    Column("next_scheduled_start_time", Moment),
    Column("start_time", Moment),
    Column("end_time", Moment),
    Column("run_time", BigInteger, nullable=False),
    Column("failure", Json),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("flow_id", "idempotency_key"),
    UniqueConstraint("deployment_id", "schedule_id", "fire_time"),
    *timeline("flow_run_timeline", "expected_start_time", (*SUMMED, *LISTED), ("state_name", "name", "tags")),
    *timeline("flow_run_begun", BEGUN, LISTED, ("state_name", "name", "tags")),
    Index("flow_run_by_flow", "flow_id", "expected_start_time"),
    *index_where_set("flow_run_by_parent_task_run", "parent_task_run_id"),
    Index("flow_run_by_name", "name"),
    Index("flow_run_by_end", "end_time"),
    Index("flow_run_by_updated", "updated"),
    Index("flow_run_by_deployment", "deployment_id", "expected_start_time"),
    Index("flow_run_by_work_queue", "work_queue_id", "next_scheduled_start_time"),
    Index("flow_run_by_due", "state_type", "next_scheduled_start_time"),
    index_in("postgresql", "flow_run_by_tags", "tags", postgresql_using="gin"),
)

task_run = Table(
    "task_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("flow_run_id", Id),
    Column("parent_task_run_id", Id),
    Column("task_name", Text, nullable=False),
    Column("task_key", Text, nullable=False),
    Column("dynamic_key", Text, nullable=False),
    Column("map_index", Integer),
    Column("call_key", LargeBinary),
    Column("task_version", Text),
    Column("tags", Tags),
    Column("labels", Json),
    Column("task_inputs", Json),
    Column("policy", Json),
    Column("created", Moment, nullable=False),
    Column("preview", Text),
    Column("flow_run_run_count", Integer),
    Column("name", Text, nullable=False),
    Column("cache_key", Text),
    Column("cache_expiration", Moment),
    Column("attempt", Integer, nullable=False),
    Column("run_count", Integer, nullable=False),
    *_state_columns(),
    Column("expected_start_time", Moment),
    Column("submitted_time", Moment),
    Column("start_time", Moment),
    Column("end_time", Moment),
    Column("run_time", BigInteger, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("result_kind", Text),
    Column("result", LargeBinary),
    Column("reused_from", Id),
    Column("failure", Json),
    Index("task_run_by_flow_run", "flow_run_id", "expected_start_time"),
    *timeline("task_run_timeline", "expected_start_time", (*SUMMED, "flow_run_id"), ("state_name",)),
    Index("task_run_begun", "start_time", "state_type", "flow_run_id"),
    sqlite_with_rowid=False,
)

flow_run_state = Table(
    "flow_run_state",
    metadata,
    *_history_columns("flow_run_id"),
    Column("reason", Text),
    PrimaryKeyConstraint("flow_run_id", "sequence"),
    Index("flow_run_state_by_id", "id"),
    postgresql_partition_by="RANGE (flow_run_id)",
    sqlite_with_rowid=False,
)

task_run_state = Table(
    "task_run_state",
    metadata,
    *_history_columns("task_run_id"),
    PrimaryKeyConstraint("task_run_id", "sequence"),
    postgresql_partition_by="RANGE (task_run_id)",
    sqlite_with_rowid=False,
)

task_run_cache = Table(
    "task_run_cache",
    metadata,
    Column("task_run_id", Id, nullable=False),
    Column("sequence", SEQUENCE, nullable=False),
    Column("cache_key", Text, nullable=False),
    Column("expires", Moment),
    Column("created", Moment, nullable=False),
    PrimaryKeyConstraint("task_run_id", "sequence"),
    Index("task_run_cache_by_key", "cache_key", "created"),
)

log = Table(
    "log",
    metadata,
    Column("id", Id, primary_key=True),
    Column("flow_run_id", Id),
    Column("task_run_id", Id),
    Column("attempt", Integer),
    Column("position", Integer),
    Column("name", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("timestamp", Moment, nullable=False),
    Index("log_by_flow_run", "flow_run_id", "timestamp"),
    Index("log_by_task_run", "task_run_id"),
    postgresql_partition_by="RANGE (id)",
    sqlite_with_rowid=False,
)

artifact = Table(
    "artifact",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text),
    Column("type", Text),
    Column("data", Json),
    Column("description", Text),
    Column("metadata", Json),
    Column("flow_run_id", Id),
    Column("task_run_id", Id),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Index("artifact_by_key", "key", "updated"),
    Index("artifact_by_flow_run", "flow_run_id"),
)

run_attempt = Table(
    "run_attempt",
    metadata,
    Column("run_id", Id, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("started", Moment, nullable=False),
    Column("renewed", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("ended", Moment),
    PrimaryKeyConstraint("run_id", "attempt"),
    Index("run_attempt_live", "ended", "expires"),
    sqlite_with_rowid=False,
)

flow_run_input = Table(
    "flow_run_input",
    metadata,
    Column("id", Id, primary_key=True),
    Column("flow_run_id", Id, nullable=False),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("sender", Text),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("flow_run_id", "key"),
)

saved_search = Table(
    "saved_search",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("filters", Json, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)
