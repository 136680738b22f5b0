"""The tables of the record: the one source of the schema for both dialects.

`sql/schema.<dialect>.sql` is generated from here (`python -m prefect.storage.snapshot`) and creates a fresh database
in one step; a test keeps them equal. `VERSION` counts schema changes and is stored in the database.
"""

from prefect.storage.tables.access import api_key, audit, configuration, csrf_token, service, session, user
from prefect.storage.tables.base import VERSION, metadata
from prefect.storage.tables.blocks import (
    block_document,
    block_document_reference,
    block_schema,
    block_schema_reference,
    block_type,
)
from prefect.storage.tables.deployments import (
    deployment,
    deployment_schedule,
    task_worker,
    work_pool,
    work_queue,
    worker,
)
from prefect.storage.tables.events import automation, automation_resource, event, event_resource
from prefect.storage.tables.limits import concurrency_limit, concurrency_slot, slot_history, slot_waiter
from prefect.storage.tables.runs import (
    artifact,
    flow,
    flow_run,
    flow_run_input,
    flow_run_state,
    log,
    run_attempt,
    saved_search,
    task_run,
    task_run_cache,
    task_run_state,
)
from prefect.storage.tables.variables import variable

__all__ = [
    "VERSION",
    "metadata",
    "api_key",
    "artifact",
    "audit",
    "automation",
    "automation_resource",
    "block_document",
    "block_document_reference",
    "block_schema",
    "block_schema_reference",
    "block_type",
    "concurrency_limit",
    "concurrency_slot",
    "configuration",
    "csrf_token",
    "deployment",
    "deployment_schedule",
    "event",
    "event_resource",
    "flow",
    "flow_run",
    "flow_run_input",
    "flow_run_state",
    "log",
    "run_attempt",
    "saved_search",
    "service",
    "session",
    "slot_history",
    "slot_waiter",
    "task_run",
    "task_run_cache",
    "task_run_state",
    "task_worker",
    "user",
    "variable",
    "work_pool",
    "work_queue",
    "worker",
]
