"""What an exception makes of a run: its message, and a fingerprint by which like failures are found."""

from __future__ import annotations

import json
import re
import sys
import traceback

from prefect.core.lifecycle.outcome import HeldResult
from prefect.core.lifecycle.states import State, StateType
from prefect.engine.calls.shapes import AnyState
from prefect.engine.logs.masking import mask
from prefect.exceptions import TerminationSignal

_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


def describe(error: BaseException) -> str:
    """`ValueError: boom`."""
    return f"{type(error).__name__}: {error}"


def crashed_state(error: BaseException, moment: int) -> AnyState:
    """The state of a run that was ended from outside of its code."""
    return State.at(moment, StateType.CRASHED, "Crashed", crash_message(error), HeldResult(error))


def cancelled_state(moment: int) -> AnyState:
    """The state of a run whose process was told to stop it."""
    return State.at(moment, StateType.CANCELLED, "Cancelled", "Its process stopped it, as it was told to.")


def crash_message(error: BaseException) -> str:
    """Why a run crashed, in a sentence."""
    if "asyncio" in sys.modules and isinstance(error, sys.modules["asyncio"].CancelledError):
        return "Execution was cancelled by the runtime environment."
    if isinstance(error, KeyboardInterrupt):
        return "Execution was aborted by an interrupt signal."
    if isinstance(error, TerminationSignal):
        return "Execution was aborted by a termination signal."
    if isinstance(error, SystemExit):
        return "Execution was aborted by Python system exit call."
    return f"Execution was interrupted by an unexpected exception: {describe(error)}"


def fingerprint_json(error: BaseException) -> str:
    """Exception type, message without its numbers, and the innermost frame of the user's code, as JSON text."""
    frame = next(
        (frame for frame in reversed(traceback.extract_tb(error.__traceback__)) if _is_users(frame.filename)),
        None,
    )
    where = None if frame is None else f"{frame.filename}:{frame.lineno} in {frame.name}"
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return json.dumps({"type": kind, "message": _NUMBERS.sub("#", mask(str(error)))[:500], "frame": where})


def _is_users(filename: str) -> bool:
    return "site-packages" not in filename and "/prefect/" not in filename and not filename.startswith("<")
