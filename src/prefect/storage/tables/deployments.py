"""Deployments, their schedules, and the pools and workers that run them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from prefect.storage.tables.base import index_in, metadata
from prefect.storage.types import Flag, Id, Json, Moment, Tags

deployment = Table(
    "deployment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("flow_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text),
    Column("description", Text),
    Column("paused", Flag, nullable=False),
    Column("status", Text, nullable=False),
    Column("tags", Tags, nullable=False),
    Column("labels", Json, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("parameter_openapi_schema", Json),
    Column("enforce_parameter_schema", Flag, nullable=False),
    Column("job_variables", Json, nullable=False),
    Column("pull_steps", Json),
    Column("entrypoint", Text),
    Column("path", Text),
    Column("work_pool_name", Text),
    Column("work_queue_name", Text),
    Column("work_queue_id", Id),
    Column("concurrency_limit_id", Id),
    Column("concurrency_options", Json),
    Column("policy", Json),
    Column("version_info", Json),
    Column("storage_document_id", Id),
    Column("infrastructure_document_id", Id),
    Column("created_by", Json),
    Column("updated_by", Json),
    Column("last_polled", Moment),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("flow_id", "name"),
    Index("deployment_by_created", "created"),
    Index("deployment_by_work_queue", "work_queue_id"),
    index_in("postgresql", "deployment_by_tags", "tags", postgresql_using="gin"),
)

deployment_schedule = Table(
    "deployment_schedule",
    metadata,
    Column("id", Id, primary_key=True),
    Column("deployment_id", Id, nullable=False, index=True),
    Column("slug", Text),
    Column("schedule", Json, nullable=False),
    Column("active", Flag, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("catchup", Text, nullable=False),
    Column("max_lateness", BigInteger),
    Column("max_scheduled_runs", Integer),
    Column("next_fire_time", Moment, index=True),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("deployment_id", "slug"),
)

work_pool = Table(
    "work_pool",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("description", Text),
    Column("type", Text, nullable=False),
    Column("base_job_template", Json, nullable=False),
    Column("storage_configuration", Json, nullable=False),
    Column("paused", Flag, nullable=False),
    Column("concurrency_limit", Integer),
    Column("default_queue_id", Id),
    Column("status", Text),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
)

work_queue = Table(
    "work_queue",
    metadata,
    Column("id", Id, primary_key=True),
    Column("work_pool_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("paused", Flag, nullable=False),
    Column("concurrency_limit", Integer),
    Column("priority", Integer, nullable=False),
    Column("filter", Json),
    Column("status", Text),
    Column("last_polled", Moment),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("work_pool_id", "name"),
    Index("work_queue_by_priority", "work_pool_id", "priority"),
)

worker = Table(
    "worker",
    metadata,
    Column("id", Id, primary_key=True),
    Column("work_pool_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("last_heartbeat", Moment),
    Column("heartbeat_interval", Integer),
    Column("metadata", Json),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    UniqueConstraint("work_pool_id", "name"),
    Index("worker_by_heartbeat", "work_pool_id", "last_heartbeat"),
)

task_worker = Table(
    "task_worker",
    metadata,
    Column("name", Text, primary_key=True),
    Column("task_keys", Json, nullable=False),
    Column("seen", Moment, nullable=False),
)
