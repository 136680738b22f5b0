"""Tracebacks as users want them: from their own code on, without the engine's frames above it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

_OURS = str(Path(__file__).parents[2])


def users_part(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the leading frames that belong to this package; whole if all of them do."""
    found = trace
    while found is not None and found.tb_frame.f_code.co_filename.startswith(_OURS):
        found = found.tb_next
    return found or trace
