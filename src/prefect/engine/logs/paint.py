"""Colours of console lines, as ANSI codes."""

from __future__ import annotations

import logging

RESET = "\x1b[0m"
_LEVELS = (
    (logging.CRITICAL, "\x1b[1;31m"),
    (logging.ERROR, "\x1b[31m"),
    (logging.WARNING, "\x1b[33m"),
    (logging.INFO, "\x1b[36m"),
)
_STATES = {
    "Completed": "\x1b[32m",
    "Cached": "\x1b[32m",
    "Failed": "\x1b[31m",
    "Crashed": "\x1b[33m",
    "TimedOut": "\x1b[31m",
}


def painted(line: str, level: int) -> str:
    """The line with its level, and the state it may end in, in colour."""
    moment, bar, rest = line.partition(" | ")
    name, bar2, message = rest.partition(" | ")
    code = next((code for threshold, code in _LEVELS if level >= threshold), "\x1b[2m")
    for state, state_code in _STATES.items():
        if f"in state {state}(" in message:
            message = message.replace(f"{state}(", f"{state_code}{state}{RESET}(", 1)
    return f"{moment}{bar}{code}{name}{RESET}{bar2}{message}"
