"""`server.*` but for the database, the services and the smaller subjects of `server_parts`."""

from __future__ import annotations

from datetime import timedelta

from prefect.settings.groups.database import ServerDatabaseSettings
from prefect.settings.groups.paths import path_field
from prefect.settings.groups.server_parts import (
    ServerConcurrencySettings,
    ServerDeploymentsSettings,
    ServerDocketSettings,
    ServerEphemeralSettings,
    ServerEventsSettings,
    ServerFlowRunGraphSettings,
    ServerLogsSettings,
    ServerTasksSettings,
    ServerWorkerChannelSettings,
)
from prefect.settings.groups.services import ServerServicesSettings
from prefect.settings.schema.fields import Field, From, Group, Section
from prefect.settings.schema.kinds import (
    BOOL,
    DURATION,
    LEVEL,
    OPTIONAL_SECRET,
    OPTIONAL_TEXT,
    PORT,
    TEXT,
    integer,
    number,
)


class ServerAPISettings(Group, path="server.api"):
    """The server's API."""

    auth_string = Field(
        OPTIONAL_SECRET, None, "Credentials `user:password` that each request must carry.", secret=True
    )
    host = Field(TEXT, "127.0.0.1", "Address on which the server listens.")
    port = Field(PORT, 4200, "Port on which the server listens.")
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
    websocket_ping_timeout = Field(
        number(), 20.0, "Seconds without an answer after which a WebSocket is closed."
    )
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
    serve_base = Field(
        TEXT, "/", "Path below which the web pages are served.", aliases=("PREFECT_UI_SERVE_BASE",)
    )
    static_directory = Field(
        OPTIONAL_TEXT,
        None,
        "Directory from which the web pages' files are served.",
        aliases=("PREFECT_UI_STATIC_DIRECTORY",),
    )
    show_promotional_content = Field(BOOL, True, "Has no effect: Headrace advertises nothing.")


class ServerSettings(Group, path="server"):
    """The server."""

    logging_level = Field(
        LEVEL, "WARNING", "Lowest level that the server logs.", aliases=("PREFECT_LOGGING_SERVER_LEVEL",)
    )
    analytics_enabled = Field(BOOL, True, "Has no effect: Headrace reports home nothing.")
    metrics_enabled = Field(
        BOOL, False, "Serve the server's metrics for Prometheus.", aliases=("PREFECT_API_ENABLE_METRICS",)
    )
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
