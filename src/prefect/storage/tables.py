"""The tables of the record: the one source of the schema for both dialects.

`sql/schema.<dialect>.sql` is generated from here (`python -m prefect.storage.snapshot`) and creates a fresh database
in one step; a test keeps them equal. `VERSION` counts schema changes and is stored in the database.

Rows that the engine writes while user code runs (`task_run`, `task_run_state`, `log`, `artifact`) have few indexes.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from prefect.storage.types import Id, Json, Moment

VERSION = 1

metadata = MetaData()


def _state_columns() -> list[Column[object]]:
    """The current state, held in the run's own row."""
    return [
        Column("sequence", Integer, nullable=False),
        Column("state_id", Id),
        Column("state_type", Text),
        Column("state_name", Text),
        Column("state_timestamp", Moment),
        Column("state_message", Text),
        Column("state_details", Json),
        Column("state_data", Json),
    ]


def _history_columns(run: str) -> list[Column[object]]:
    return [
        Column(run, Id, nullable=False),
        Column("sequence", Integer, nullable=False),
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
    Column("tags", Json, nullable=False),
    Column("labels", Json, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)

deployment = Table(
    "deployment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("flow_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text),
    Column("description", Text),
    Column("paused", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("tags", Json, nullable=False),
    Column("labels", Json, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("parameter_openapi_schema", Json),
    Column("enforce_parameter_schema", Boolean, nullable=False),
    Column("job_variables", Json, nullable=False),
    Column("pull_steps", Json),
    Column("entrypoint", Text),
    Column("path", Text),
    Column("work_pool_name", Text),
    Column("work_queue_name", Text),
    Column("concurrency_limit", Integer),
    Column("concurrency_options", Json),
    Column("policy", Json),
    Column("last_polled", Moment),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("flow_id", "name"),
)

deployment_schedule = Table(
    "deployment_schedule",
    metadata,
    Column("id", Id, primary_key=True),
    Column("deployment_id", Id, nullable=False, index=True),
    Column("slug", Text),
    Column("schedule", Json, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("catchup", Text, nullable=False),
    Column("max_lateness", BigInteger),
    Column("next_fire_time", Moment, index=True),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("deployment_id", "slug"),
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
    Column("parameters", Json, nullable=False),
    Column("context", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("labels", Json, nullable=False),
    Column("job_variables", Json, nullable=False),
    Column("environment", Json, nullable=False),
    Column("entrypoint", Text),
    Column("idempotency_key", Text),
    Column("created_by", Text),
    Column("parent_task_run_id", Id),
    Column("parent_flow_run_id", Id),
    Column("root_flow_run_id", Id),
    Column("auto_scheduled", Boolean, nullable=False),
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
    Index("flow_run_by_state", "state_type", "expected_start_time"),
    Index("flow_run_by_start", "expected_start_time"),
    Index("flow_run_by_flow", "flow_id", "expected_start_time"),
    Index("flow_run_by_parent", "parent_task_run_id"),
    Index("flow_run_by_name", "name"),
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
    Column("tags", Json),
    Column("labels", Json),
    Column("task_inputs", Json),
    Column("policy", Json),
    Column("created", Moment, nullable=False),
    Column("preview", Text),
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
    sqlite_with_rowid=False,
)

flow_run_state = Table(
    "flow_run_state",
    metadata,
    *_history_columns("flow_run_id"),
    Column("reason", Text),
    PrimaryKeyConstraint("flow_run_id", "sequence"),
    Index("flow_run_state_by_id", "id"),
    sqlite_with_rowid=False,
)

task_run_state = Table(
    "task_run_state",
    metadata,
    *_history_columns("task_run_id"),
    PrimaryKeyConstraint("task_run_id", "sequence"),
    sqlite_with_rowid=False,
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

variable = Table(
    "variable",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("value", Json),
    Column("tags", Json, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
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

concurrency_limit = Table(
    "concurrency_limit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("slot_decay_per_second", Float, nullable=False),
    Column("rate_level", Float, nullable=False),
    Column("rate_moment", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("kind", "name"),
)

concurrency_slot = Table(
    "concurrency_slot",
    metadata,
    Column("limit_id", Id, nullable=False),
    Column("holder", Id, nullable=False),
    Column("run_id", Id),
    Column("attempt", Integer),
    Column("process", Text),
    Column("occupy", Integer, nullable=False),
    Column("acquired", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    PrimaryKeyConstraint("limit_id", "holder"),
    Index("concurrency_slot_by_holder", "holder"),
    Index("concurrency_slot_by_run", "run_id"),
    sqlite_with_rowid=False,
)

slot_waiter = Table(
    "slot_waiter",
    metadata,
    Column("limit_id", Id, nullable=False),
    Column("holder", Id, nullable=False),
    Column("run_id", Id),
    Column("process", Text),
    Column("occupy", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    PrimaryKeyConstraint("limit_id", "holder"),
    sqlite_with_rowid=False,
)

slot_history = Table(
    "slot_history",
    metadata,
    Column("limit_id", Id, nullable=False),
    Column("holder", Id, nullable=False),
    Column("run_id", Id),
    Column("occupy", Integer, nullable=False),
    Column("waited_since", Moment),
    Column("acquired", Moment, nullable=False),
    Column("released", Moment),
    PrimaryKeyConstraint("limit_id", "holder"),
    sqlite_with_rowid=False,
)
