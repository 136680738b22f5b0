"""`server.services.*`: the background duties, how often they run and how much they take at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeAlias

from prefect.settings.fields import Field, From, Group, Section
from prefect.settings.groups.logging import read_words
from prefect.settings.kinds import (
    BOOL,
    DURATION,
    FALSE_WORDS,
    TRUE_WORDS,
    Kind,
    format_duration,
    integer,
    number,
    parse_duration,
    read_bool,
    read_json,
    write_json,
)

POSITIVE = integer(above=0)
POSITIVE_SECONDS = number(above=0)

VacuumTargets: TypeAlias = set[str] | bool | None
Retentions: TypeAlias = dict[str, timedelta]


def read_vacuum_targets(raw: object) -> VacuumTargets:
    """Yes or no for all, or the names of what is to be cut by age."""
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().lower() in ("", *TRUE_WORDS, *FALSE_WORDS):
        return bool(raw.strip()) and read_bool(raw)
    return set(read_words(raw))


def write_vacuum_targets(targets: VacuumTargets) -> str:
    """The targets as text that reads as the same."""
    return ",".join(sorted(targets)) if isinstance(targets, set) else str(targets)


def read_retentions(raw: object) -> Retentions:
    """Durations by name, from a mapping or a JSON object."""
    table = read_json(raw) if isinstance(raw, str) else raw
    if not isinstance(table, Mapping):
        raise ValueError(raw)
    return {str(name): parse_duration(duration) for name, duration in table.items()}


def read_long_duration(raw: object) -> timedelta:
    """A duration above one hour: less would cut what is still being written."""
    duration = parse_duration(raw)
    if duration <= timedelta(hours=1):
        raise ValueError(raw)
    return duration


VACUUM_TARGETS: Kind[VacuumTargets] = Kind(
    "set[str] | bool | None",
    "true, false, or names such as events,flow_runs",
    read_vacuum_targets,
    write_vacuum_targets,
)
RETENTIONS: Kind[Retentions] = Kind(
    "dict[str, timedelta]",
    'a JSON object of durations, such as {"prefect.flow-run.heartbeat": "P7D"}',
    read_retentions,
    lambda table: write_json({name: format_duration(duration) for name, duration in table.items()}),
)
LONG_DURATION: Kind[timedelta] = Kind("timedelta", "a duration above 1 hour", read_long_duration, format_duration)


def former(name: str) -> tuple[str, ...]:
    """The name that a service's setting had before the server's settings got their own prefix."""
    return (f"PREFECT_API_SERVICES_{name}",)


class ServerServicesCancellationCleanupSettings(Group, path="server.services.cancellation_cleanup"):
    """Ends what a cancelled run left running."""

    enabled = Field(BOOL, True, "Run this service.", aliases=former("CANCELLATION_CLEANUP_ENABLED"))
    loop_seconds = Field(
        POSITIVE_SECONDS, 20.0, "Seconds between two passes.", aliases=former("CANCELLATION_CLEANUP_LOOP_SECONDS")
    )
    cancelling_timeout_seconds = Field(
        POSITIVE_SECONDS, 300.0, "Seconds after which a run that is being cancelled counts as cancelled."
    )


class ServerServicesCleanupReconcilerSettings(Group, path="server.services.cleanup_reconciler"):
    """Sees to it that clean-up work reaches a worker."""

    enabled = Field(BOOL, True, "Run this service.")
    loop_seconds = Field(POSITIVE_SECONDS, 5.0, "Seconds between two passes.")
    batch_size = Field(POSITIVE, 100, "Runs looked at in one pass.")


class ServerServicesDBVacuumSettings(Group, path="server.services.db_vacuum"):
    """Cuts the record by age."""

    enabled = Field(VACUUM_TARGETS, From((), lambda: {"events"}), "What to cut: true for all, or names.")
    loop_seconds = Field(POSITIVE_SECONDS, 3600.0, "Seconds between two passes.")
    orphan_cleanup_loop_seconds = Field(
        POSITIVE_SECONDS, 86_400.0, "Seconds between two searches for rows whose run is gone."
    )
    retention_period = Field(LONG_DURATION, timedelta(days=90), "How long finished runs are kept.")
    batch_size = Field(POSITIVE, 200, "Rows deleted in one transaction.")
    event_retention_overrides = Field(
        RETENTIONS,
        From((), lambda: {"prefect.flow-run.heartbeat": timedelta(days=7)}),
        "How long events of certain names are kept, where it differs.",
    )
    history_retention_period = Field(
        DURATION, timedelta(days=180), "How long the states that runs have been in are kept; 0 means for ever."
    )
    audit_retention_period = Field(DURATION, timedelta(days=365), "How long the audit log is kept; 0 means for ever.")


class ServerServicesEventLoggerSettings(Group, path="server.services.event_logger"):
    """Writes events to the server's log."""

    enabled = Field(BOOL, False, "Run this service.", aliases=former("EVENT_LOGGER_ENABLED"))


class ServerServicesEventPersisterSettings(Group, path="server.services.event_persister"):
    """Writes events to the database."""

    enabled = Field(BOOL, True, "Run this service.", aliases=former("EVENT_PERSISTER_ENABLED"))
    batch_size = Field(POSITIVE, 20, "Events written in one transaction.", aliases=former("EVENT_PERSISTER_BATCH_SIZE"))
    read_batch_size = Field(
        POSITIVE, 1, "Events taken from the queue at once.", aliases=former("EVENT_PERSISTER_READ_BATCH_SIZE")
    )
    flush_interval = Field(
        POSITIVE_SECONDS,
        5.0,
        "Seconds after which an incomplete batch is written.",
        aliases=former("EVENT_PERSISTER_FLUSH_INTERVAL"),
    )
    queue_max_size = Field(POSITIVE, 50_000, "Events that may wait to be written.")
    max_flush_retries = Field(POSITIVE, 5, "How often writing a batch is tried again.")


class ServerServicesForemanSettings(Group, path="server.services.foreman"):
    """Watches over workers, work pools and deployments."""

    enabled = Field(BOOL, True, "Run this service.", aliases=former("FOREMAN_ENABLED"))
    loop_seconds = Field(POSITIVE_SECONDS, 15.0, "Seconds between two passes.", aliases=former("FOREMAN_LOOP_SECONDS"))
    inactivity_heartbeat_multiple = Field(
        integer(),
        3,
        "Missed signs of life after which a worker counts as offline.",
        aliases=former("FOREMAN_INACTIVITY_HEARTBEAT_MULTIPLE"),
    )
    fallback_heartbeat_interval_seconds = Field(
        integer(),
        30,
        "Seconds between signs of life of workers that don't say.",
        aliases=former("FOREMAN_FALLBACK_HEARTBEAT_INTERVAL_SECONDS"),
    )
    deployment_last_polled_timeout_seconds = Field(
        integer(),
        60,
        "Seconds without a poll after which a deployment is not ready.",
        aliases=former("FOREMAN_DEPLOYMENT_LAST_POLLED_TIMEOUT_SECONDS"),
    )
    work_queue_last_polled_timeout_seconds = Field(
        integer(),
        60,
        "Seconds without a poll after which a work queue is not ready.",
        aliases=former("FOREMAN_WORK_QUEUE_LAST_POLLED_TIMEOUT_SECONDS"),
    )


class ServerServicesLateRunsSettings(Group, path="server.services.late_runs"):
    """Marks runs that should have started."""

    enabled = Field(BOOL, True, "Run this service.", aliases=former("LATE_RUNS_ENABLED"))
    loop_seconds = Field(POSITIVE_SECONDS, 5.0, "Seconds between two passes.", aliases=former("LATE_RUNS_LOOP_SECONDS"))
    after_seconds = Field(
        DURATION,
        timedelta(seconds=15),
        "How long after its time a run that hasn't started is late.",
        aliases=former("LATE_RUNS_AFTER_SECONDS"),
    )


class ServerServicesSchedulerSettings(Group, path="server.services.scheduler"):
    """Creates the runs of schedules ahead of time."""

    enabled = Field(BOOL, True, "Run this service.", aliases=former("SCHEDULER_ENABLED"))
    loop_seconds = Field(number(), 60.0, "Seconds between two passes.", aliases=former("SCHEDULER_LOOP_SECONDS"))
    deployment_batch_size = Field(
        integer(), 100, "Deployments looked at at once.", aliases=former("SCHEDULER_DEPLOYMENT_BATCH_SIZE")
    )
    max_runs = Field(
        integer(), 100, "Runs created ahead for one schedule at most.", aliases=former("SCHEDULER_MAX_RUNS")
    )
    min_runs = Field(
        integer(), 3, "Runs created ahead for one schedule at least.", aliases=former("SCHEDULER_MIN_RUNS")
    )
    max_scheduled_time = Field(
        DURATION,
        timedelta(days=100),
        "How far ahead runs are created at most.",
        aliases=former("SCHEDULER_MAX_SCHEDULED_TIME"),
    )
    min_scheduled_time = Field(
        DURATION,
        timedelta(hours=1),
        "How far ahead runs are created at least.",
        aliases=former("SCHEDULER_MIN_SCHEDULED_TIME"),
    )
    insert_batch_size = Field(
        integer(), 500, "Runs written in one transaction.", aliases=former("SCHEDULER_INSERT_BATCH_SIZE")
    )
    recent_deployments_loop_seconds = Field(
        number(), 5.0, "Seconds between two looks for deployments that changed just now."
    )


class ServerServicesPauseExpirationsSettings(Group, path="server.services.pause_expirations"):
    """Fails runs whose pause lasted too long."""

    enabled = Field(BOOL, True, "Run this service.", aliases=former("PAUSE_EXPIRATIONS_ENABLED"))
    loop_seconds = Field(
        POSITIVE_SECONDS, 5.0, "Seconds between two passes.", aliases=former("PAUSE_EXPIRATIONS_LOOP_SECONDS")
    )


class ServerServicesRepossessorSettings(Group, path="server.services.repossessor"):
    """Takes back slots whose holder is gone."""

    enabled = Field(BOOL, True, "Run this service.")
    loop_seconds = Field(POSITIVE_SECONDS, 15.0, "Seconds between two passes.")


class ServerServicesTaskRunRecorderSettings(Group, path="server.services.task_run_recorder"):
    """Writes the states of task runs to the database."""

    enabled = Field(BOOL, True, "Run this service.", aliases=former("TASK_RUN_RECORDER_ENABLED"))
    read_batch_size = Field(POSITIVE, 1, "Entries taken from the queue at once.")
    batch_size = Field(POSITIVE, 1, "Entries written in one transaction.")
    flush_interval = Field(POSITIVE_SECONDS, 5.0, "Seconds after which an incomplete batch is written.")


class ServerServicesTriggersSettings(Group, path="server.services.triggers"):
    """Evaluates the triggers of automations."""

    enabled = Field(BOOL, True, "Run this service.", aliases=former("TRIGGERS_ENABLED"))
    read_batch_size = Field(POSITIVE, 1, "Events taken from the queue at once.")
    pg_notify_reconnect_interval_seconds = Field(
        integer(), 10, "Seconds before a lost connection for notifications is opened again."
    )
    pg_notify_heartbeat_interval_seconds = Field(
        integer(), 5, "Seconds between two checks of the connection for notifications."
    )


class ServerServicesSettings(Group, path="server.services"):
    """Background duties."""

    cancellation_cleanup = Section(ServerServicesCancellationCleanupSettings)
    cleanup_reconciler = Section(ServerServicesCleanupReconcilerSettings)
    db_vacuum = Section(ServerServicesDBVacuumSettings)
    event_logger = Section(ServerServicesEventLoggerSettings)
    event_persister = Section(ServerServicesEventPersisterSettings)
    foreman = Section(ServerServicesForemanSettings)
    late_runs = Section(ServerServicesLateRunsSettings)
    pause_expirations = Section(ServerServicesPauseExpirationsSettings)
    repossessor = Section(ServerServicesRepossessorSettings)
    scheduler = Section(ServerServicesSchedulerSettings)
    task_run_recorder = Section(ServerServicesTaskRunRecorderSettings)
    triggers = Section(ServerServicesTriggersSettings)
