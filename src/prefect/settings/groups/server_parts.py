"""`server.concurrency.*`, `server.events.*`, `server.tasks.*`, ...: the smaller subjects of the server."""

from __future__ import annotations

from datetime import timedelta

from prefect.settings.schema.fields import Field, Group, Section
from prefect.settings.schema.kinds import BOOL, DURATION, TEXT, integer, number, optional

POSITIVE = integer(above=0)


class ServerConcurrencySettings(Group, path="server.concurrency"):
    """Concurrency limits."""

    lease_storage = Field(
        TEXT,
        "prefect.server.concurrency.lease_storage.memory",
        "Has no effect: slots and their leases are rows of the database.",
    )
    initial_deployment_lease_duration = Field(
        number(at_least=30.0, at_most=3600.0), 300.0, "Seconds for which a deployment's slot is first taken."
    )
    maximum_concurrency_slot_wait_seconds = Field(
        number(at_least=0), 30.0, "Longest delay, in seconds, that a client is told before it asks again."
    )


class ServerDeploymentsSettings(Group, path="server.deployments"):
    """Deployments on the server."""

    concurrency_slot_wait_seconds = Field(
        number(at_least=0.0),
        30.0,
        "Seconds before a run that found its deployment's limit used up asks again.",
        aliases=("PREFECT_DEPLOYMENT_CONCURRENCY_SLOT_WAIT_SECONDS",),
    )


class ServerDocketSettings(Group, path="server.docket"):
    """The incumbent's queue of background work."""

    name = Field(TEXT, "prefect-server", "Has no effect: background duties need no queue.")
    url = Field(TEXT, "memory://", "Has no effect: background duties need no queue.")


class ServerEphemeralSettings(Group, path="server.ephemeral"):
    """Running without a server."""

    enabled = Field(
        BOOL,
        False,
        "Run against the embedded database where no API address is set.",
        aliases=("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE",),
    )
    startup_timeout_seconds = Field(integer(), 20, "Has no effect: without a server nothing needs starting.")


class ServerEventsSettings(Group, path="server.events"):
    """Events on the server."""

    stream_out_enabled = Field(
        BOOL,
        True,
        "Let clients follow events as they come.",
        aliases=("PREFECT_API_EVENTS_STREAM_OUT_ENABLED",),
    )
    related_resource_cache_ttl = Field(
        DURATION,
        timedelta(minutes=5),
        "How long an event's related resources are remembered.",
        aliases=("PREFECT_API_EVENTS_RELATED_RESOURCE_CACHE_TTL",),
    )
    maximum_labels_per_resource = Field(
        integer(),
        500,
        "Labels that a resource may have.",
        aliases=("PREFECT_EVENTS_MAXIMUM_LABELS_PER_RESOURCE",),
    )
    maximum_related_resources = Field(
        integer(),
        100,
        "Related resources that an event may have.",
        aliases=("PREFECT_EVENTS_MAXIMUM_RELATED_RESOURCES",),
    )
    maximum_size_bytes = Field(
        integer(), 1_500_000, "Bytes that an event may take.", aliases=("PREFECT_EVENTS_MAXIMUM_SIZE_BYTES",)
    )
    expired_bucket_buffer = Field(
        DURATION,
        timedelta(seconds=60),
        "How long the counts of an automation are kept after they expired.",
        aliases=("PREFECT_EVENTS_EXPIRED_BUCKET_BUFFER",),
    )
    proactive_granularity = Field(
        DURATION,
        timedelta(seconds=5),
        "How often automations look for what did not happen.",
        aliases=("PREFECT_EVENTS_PROACTIVE_GRANULARITY",),
    )
    retention_period = Field(
        DURATION, timedelta(days=7), "How long events are kept.", aliases=("PREFECT_EVENTS_RETENTION_PERIOD",)
    )
    maximum_websocket_backfill = Field(
        DURATION,
        timedelta(minutes=15),
        "How far back a new follower of events may ask.",
        aliases=("PREFECT_EVENTS_MAXIMUM_WEBSOCKET_BACKFILL",),
    )
    websocket_backfill_page_size = Field(
        POSITIVE,
        250,
        "Past events sent to a new follower at once.",
        aliases=("PREFECT_EVENTS_WEBSOCKET_BACKFILL_PAGE_SIZE",),
    )
    messaging_broker = Field(
        TEXT,
        "prefect.server.utilities.messaging.memory",
        "Has no effect: the database is the only thing that servers share.",
        aliases=("PREFECT_MESSAGING_BROKER",),
    )
    messaging_cache = Field(
        TEXT,
        "prefect.server.utilities.messaging.memory",
        "Has no effect: the database is the only thing that servers share.",
        aliases=("PREFECT_MESSAGING_CACHE",),
    )
    causal_ordering = Field(
        TEXT,
        "prefect.server.events.ordering.memory",
        "Has no effect: the database is the only thing that servers share.",
    )
    maximum_event_name_length = Field(POSITIVE, 1024, "Characters that the name of an event may have.")


class ServerFlowRunGraphSettings(Group, path="server.flow_run_graph"):
    """The graph of a flow run."""

    max_nodes = Field(
        integer(), 10_000, "Nodes that the graph shows.", aliases=("PREFECT_API_MAX_FLOW_RUN_GRAPH_NODES",)
    )
    max_artifacts = Field(
        integer(),
        10_000,
        "Artifacts that the graph shows.",
        aliases=("PREFECT_API_MAX_FLOW_RUN_GRAPH_ARTIFACTS",),
    )


class ServerLogsSettings(Group, path="server.logs"):
    """Logs on the server."""

    stream_out_enabled = Field(BOOL, False, "Let clients follow logs as they come.")
    stream_publishing_enabled = Field(BOOL, False, "Pass logs on to those who follow them.")


class ServerTasksSchedulingSettings(Group, path="server.tasks.scheduling"):
    """Tasks waiting for a task worker."""

    max_scheduled_queue_size = Field(
        integer(),
        1000,
        "Task runs of one kind that may wait.",
        aliases=("PREFECT_TASK_SCHEDULING_MAX_SCHEDULED_QUEUE_SIZE",),
    )
    max_retry_queue_size = Field(
        integer(),
        100,
        "Task runs of one kind that may wait to be tried again.",
        aliases=("PREFECT_TASK_SCHEDULING_MAX_RETRY_QUEUE_SIZE",),
    )
    pending_task_timeout = Field(
        DURATION,
        timedelta(0),
        "How long a task run that was taken may take to start; 0 means any time.",
        aliases=("PREFECT_TASK_SCHEDULING_PENDING_TASK_TIMEOUT",),
    )


class ServerTasksSettings(Group, path="server.tasks"):
    """Task runs on the server."""

    tag_concurrency_slot_wait_seconds = Field(
        number(at_least=0),
        10.0,
        "Seconds before a task run that found its tag's limit used up asks again.",
        aliases=("PREFECT_TASK_RUN_TAG_CONCURRENCY_SLOT_WAIT_SECONDS",),
    )
    max_cache_key_length = Field(
        integer(),
        2000,
        "Characters that a cache key may have.",
        aliases=("PREFECT_API_TASK_CACHE_KEY_MAX_LENGTH",),
    )
    scheduling = Section(ServerTasksSchedulingSettings)


class ServerWorkerChannelSettings(Group, path="server.worker_channel"):
    """What the server asks of workers."""

    cleanup_queue_storage = Field(
        TEXT,
        "prefect.server.worker_communication.cleanup_queue.memory",
        "Has no effect: clean-up work is rows of the database.",
    )
    cleanup_lease_seconds = Field(
        number(above=0.0),
        30.0,
        "Seconds that a worker has for one piece of clean-up work before another gets it.",
    )
    cleanup_max_delivery_attempts = Field(
        integer(at_least=1), 3, "How often a piece of clean-up work is handed out before it is given up."
    )
    cleanup_completed_idempotency_retention_seconds = Field(
        optional(number(at_least=0.0)), None, "Seconds for which finished clean-up work is remembered."
    )
