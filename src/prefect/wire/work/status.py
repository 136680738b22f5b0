"""Whether something reports for work."""

from __future__ import annotations

from enum import StrEnum


class WorkPoolStatus(StrEnum):
    """Whether a work pool has workers that report."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    PAUSED = "PAUSED"


class WorkQueueStatus(StrEnum):
    """Whether a work queue is polled."""

    READY = "READY"
    NOT_READY = "NOT_READY"
    PAUSED = "PAUSED"


class WorkerStatus(StrEnum):
    """Whether a worker reports."""

    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
