"""`server.*` but for the database and the services, which have their own modules."""

from __future__ import annotations

from datetime import timedelta

from prefect.settings.fields import Field, From, Group, Section, path_field
from prefect.settings.groups.database import ServerDatabaseSettings
from prefect.settings.groups.services import ServerServicesSettings
from prefect.settings.kinds import (
    BOOL,
    DURATION,
    LEVEL,
    OPTIONAL_SECRET,
    OPTIONAL_TEXT,
    PORT,
    TEXT,
    integer,
    number,
    optional,
)

POSITIVE = integer(above=0)


class ServerAPISettings(Group, path="server.api"):
    """The server's API."""

    auth_string = Field(OPTIONAL_SECRET, None, "Credentials `user:password` that each request must carry.", secret=True)
    host = Field(TEXT, "127.0.0.1", "Address on which the server listens.")
    port = Field(PORT, 4200, "Port on which the server listens.")
    allowed_hosts = Field(
        OPTIONAL_TEXT,
        None,
        "Names, separated by commas, by which the server may be called beside this machine's own; `*` for any.",
    )
    insecure = Field(BOOL, False, "Listen beyond this machine although nobody needs credentials.")
    base_path = Field(OPTIONAL_TEXT, None, "Path in front of the API, behind a proxy that adds one.")
    default_limit = Field(
        integer(), 200, "Rows that one request returns at most.", aliases=("PREFECT_API_DEFAULT_LIMIT",)
    )
    keepalive_timeout = Field(integer(), 5, "Seconds for which an idle connection stays open.")
    csrf_protection_enabled = Field(
        BOOL,
        False,
        "Ask browsers and clients for a CSRF token.",
        aliases=("PREFECT_SERVER_CSRF_PROTECTION_ENABLED",),
    )
    csrf_token_expiration = Field(
        DURATION,
        timedelta(hours=1),
        "How long a CSRF token is valid.",
        aliases=("PREFECT_SERVER_CSRF_TOKEN_EXPIRATION",),
    )
    cors_allowed_origins = Field(
        TEXT,
        "*",
        "Origins from which browsers may call the API, separated by commas.",
        aliases=("PREFECT_SERVER_CORS_ALLOWED_ORIGINS",),
    )
    cors_allowed_methods = Field(
        TEXT,
        "*",
        "Methods with which browsers may call the API from there.",
        aliases=("PREFECT_SERVER_CORS_ALLOWED_METHODS",),
    )
    cors_allowed_headers = Field(
        TEXT,
        "*",
        "Headers with which browsers may call the API from there.",
        aliases=("PREFECT_SERVER_CORS_ALLOWED_HEADERS",),
    )
    websocket_ping_interval = Field(number(), 20.0, "Seconds between two pings on a WebSocket.")
    websocket_ping_timeout = Field(number(), 20.0, "Seconds without an answer after which a WebSocket is closed.")
    max_parameter_size = Field(
        integer(at_least=0), 524_288, "Bytes that the parameters of one run may take; 0 means any number."
    )


class ServerUISettings(Group, path="server.ui"):
    """The web pages that the server shows."""

    enabled = Field(BOOL, True, "Serve the web pages.", aliases=("PREFECT_UI_ENABLED",))
    v2_enabled = Field(BOOL, True, "Serve the newer web pages.")
    api_url = Field(
        OPTIONAL_TEXT,
        From(
            ("api.url", "server.api.host", "server.api.port"),
            lambda url, host, port: url or f"http://{host}:{port}/api",
        ),
        "Address at which browsers find the API; default: api.url, else from the server's host and port.",
        aliases=("PREFECT_UI_API_URL",),
    )
    serve_base = Field(TEXT, "/", "Path below which the web pages are served.", aliases=("PREFECT_UI_SERVE_BASE",))
    static_directory = Field(
        OPTIONAL_TEXT,
        None,
        "Directory from which the web pages' files are served.",
        aliases=("PREFECT_UI_STATIC_DIRECTORY",),
    )
    show_promotional_content = Field(BOOL, True, "Has no effect: Headrace advertises nothing.")


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
    retention_period = Field(DURATION, timedelta(days=90), "How long log lines are kept; 0 means for ever.")


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


class ServerSettings(Group, path="server"):
    """The server."""

    logging_level = Field(
        LEVEL, "WARNING", "Lowest level that the server logs.", aliases=("PREFECT_LOGGING_SERVER_LEVEL",)
    )
    analytics_enabled = Field(BOOL, True, "Has no effect: Headrace reports home nothing.")
    encryption_key = Field(
        OPTIONAL_SECRET,
        None,
        "Keys, newest first and separated by commas, that secrets are encrypted with; default: `secrets.key` in PREFECT_HOME.",
        secret=True,
    )
    metrics_enabled = Field(
        BOOL, False, "Serve the server's metrics for Prometheus.", aliases=("PREFECT_API_ENABLE_METRICS",)
    )
    tracing_enabled = Field(
        BOOL, False, "Send a trace of each request by OpenTelemetry, as its OTEL_ variables say; takes headrace[otel]."
    )
    logging_json = Field(BOOL, False, "Write the server's log as one JSON object a line.")
    log_retryable_errors = Field(
        BOOL,
        False,
        "Log errors after which clients try again by themselves.",
        aliases=("PREFECT_API_LOG_RETRYABLE_ERRORS",),
    )
    register_blocks_on_start = Field(
        BOOL,
        True,
        "Register the block types that come with Headrace when the server starts.",
        aliases=("PREFECT_API_BLOCKS_REGISTER_ON_START",),
    )
    memoize_block_auto_registration = Field(
        BOOL,
        True,
        "Skip that registration when nothing has changed.",
        aliases=("PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION",),
    )
    memo_store_path = path_field(
        "memo_store.toml", "File that remembers what was registered.", "PREFECT_MEMO_STORE_PATH"
    )
    deployment_schedule_max_scheduled_runs = Field(
        integer(),
        50,
        "Runs that one schedule creates ahead at most.",
        aliases=("PREFECT_DEPLOYMENT_SCHEDULE_MAX_SCHEDULED_RUNS",),
    )
    api = Section(ServerAPISettings)
    concurrency = Section(ServerConcurrencySettings)
    database = Section(ServerDatabaseSettings)
    deployments = Section(ServerDeploymentsSettings)
    docket = Section(ServerDocketSettings)
    ephemeral = Section(ServerEphemeralSettings)
    events = Section(ServerEventsSettings)
    flow_run_graph = Section(ServerFlowRunGraphSettings)
    logs = Section(ServerLogsSettings)
    services = Section(ServerServicesSettings)
    tasks = Section(ServerTasksSettings)
    ui = Section(ServerUISettings)
    worker_channel = Section(ServerWorkerChannelSettings)
