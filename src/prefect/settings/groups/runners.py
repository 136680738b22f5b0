"""`runner.*`, `worker.*` and `deployments.*`: processes that start flow runs."""

from __future__ import annotations

from prefect.settings.fields import Field, Group, Section
from prefect.settings.kinds import BOOL, LEVEL, OPTIONAL_TEXT, PORT, TEXT, integer, number


class RunnerServerSettings(Group, path="runner.server"):
    """The runner's own web server."""

    enable = Field(BOOL, False, "Serve the runner's health and control pages.")
    host = Field(TEXT, "localhost", "Host name or address on which the runner serves.")
    port = Field(PORT, 8080, "Port on which the runner serves.")
    log_level = Field(LEVEL, "ERROR", "Lowest level that the runner's web server logs.")
    missed_polls_tolerance = Field(integer(), 2, "Polls that may be missed before the runner counts as unhealthy.")


class RunnerSettings(Group, path="runner"):
    """`serve`: one process that runs deployments of its own."""

    process_limit = Field(integer(), 5, "Flow runs that a runner executes at the same time.")
    poll_frequency = Field(integer(), 10, "Seconds between two looks for scheduled runs.")
    crash_on_cancellation_failure = Field(BOOL, False, "Stop a run that can't be watched for cancellation.")
    auto_install_dependencies = Field(BOOL, False, "Install what a deployment's code needs before running it.")
    server = Section(RunnerServerSettings)


class WorkerWebserverSettings(Group, path="worker.webserver"):
    """The worker's own web server."""

    host = Field(TEXT, "0.0.0.0", "Address on which the worker serves its health check.")
    port = Field(PORT, 8080, "Port on which the worker serves its health check.")


class WorkerSettings(Group, path="worker"):
    """Workers, which start the runs of a work pool."""

    debug_mode = Field(BOOL, False, "Let workers log at level DEBUG.")
    heartbeat_seconds = Field(number(), 30.0, "Seconds between signs of life of a worker.")
    query_seconds = Field(number(), 10.0, "Seconds between two questions for work.")
    prefetch_seconds = Field(number(), 10.0, "Seconds before its time that a run is taken and prepared.")
    enable_cancellation = Field(BOOL, False, "Let workers stop the processes of cancelled runs themselves.")
    cancellation_poll_seconds = Field(number(), 120.0, "Seconds between two looks for cancelled runs.")
    webserver = Section(WorkerWebserverSettings)


class DeploymentsSettings(Group, path="deployments"):
    """Defaults of deployments."""

    default_work_pool_name = Field(
        OPTIONAL_TEXT,
        None,
        "Work pool of deployments that name none.",
        aliases=("PREFECT_DEFAULT_WORK_POOL_NAME",),
    )
    default_docker_build_namespace = Field(
        OPTIONAL_TEXT,
        None,
        "Registry and namespace under which images of deployments are built.",
        aliases=("PREFECT_DEFAULT_DOCKER_BUILD_NAMESPACE",),
    )
