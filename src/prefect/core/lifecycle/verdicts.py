"""What can become of a proposed state."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a proposal."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    WAIT = "WAIT"
    ABORT = "ABORT"
