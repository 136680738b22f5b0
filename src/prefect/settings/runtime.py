"""What the environment says about the run of a process: which it is, and what tests put in place of its facts."""

from __future__ import annotations

import os

PREFIX = "PREFECT__RUNTIME__"


def runtime_override(namespace: str, attribute: str) -> str | None:
    """`PREFECT__RUNTIME__<NAMESPACE>__<ATTRIBUTE>` as it is set, None if it is not."""
    return os.environ.get(f"{PREFIX}{namespace}__{attribute}".upper())


def announced_flow_run() -> str | None:
    """Id of the flow run that this process was started for; None if it was not started for one."""
    return os.environ.get("PREFECT__FLOW_RUN_ID") or None


def environment_text() -> dict[str, str]:
    """All environment variables, to be filled into a user's own file."""
    return dict(os.environ)
