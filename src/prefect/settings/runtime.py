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


def environment_value(name: str) -> str | None:
    """A variable of the environment that is no setting, such as COLUMNS; None if it is not set."""
    return os.environ.get(name)


def choose_profile(name: str) -> None:
    """Have this process, and those it starts, use a profile."""
    os.environ["PREFECT_PROFILE"] = name
