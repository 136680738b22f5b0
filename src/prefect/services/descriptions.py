"""What each duty of a server is for, and the setting that switches it off."""

from __future__ import annotations

from typing import NamedTuple


class Description(NamedTuple):
    """A duty as people are told of it."""

    text: str
    setting: str | None
    """Switches it off; None for what no server can do without."""


DESCRIPTIONS = {
    "crash_detection": Description("Ends runs whose process is gone as Crashed.", None),
    "slot_expiry": Description("Frees slots whose holder is gone.", "PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED"),
    "late_runs": Description(
        "Marks runs as Late that should have started.", "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED"
    ),
    "work_readiness": Description(
        "Tells that nobody looks after a work pool, a queue or a deployment any more.",
        "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED",
    ),
    "pause_expirations": Description(
        "Fails runs that were paused for longer than they may be.", "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED"
    ),
    "cancellation": Description(
        "Brings cancellations to their end.", "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_ENABLED"
    ),
    "partitions": Description("Makes the tables of the weeks to come, on PostgreSQL.", None),
    "retention": Description("Cuts what is old.", "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"),
}
