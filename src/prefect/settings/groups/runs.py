"""`flows.*`, `tasks.*` and `results.*`: defaults for running user code and for keeping what it returns."""

from __future__ import annotations

from typing import TypeAlias

from prefect.settings.fields import Field, Group, Section, path_field
from prefect.settings.kinds import (
    BOOL,
    OPTIONAL_BOOL,
    OPTIONAL_TEXT,
    TEXT,
    Kind,
    integer,
    number,
    optional,
    write_json,
)

RetryDelay: TypeAlias = int | float | list[float]

_SECONDS = number(at_least=0)


def read_retry_delay(raw: object) -> RetryDelay:
    """Seconds as a number, or a list of them: "1.5", "1,2,5" or "[1, 2, 5]"."""
    if isinstance(raw, str) and ("," in raw or raw.strip().startswith("[")):
        raw = raw.strip().strip("[]").split(",")
    if isinstance(raw, list | tuple):
        return [_SECONDS.read(delay) for delay in raw]
    seconds = _SECONDS.read(raw)
    return int(seconds) if str(raw).strip().isdecimal() else seconds


def read_optional_retry_delay(raw: object) -> RetryDelay | None:
    """The same, where None or an empty text leaves the delay to the task."""
    return None if raw is None or raw == "" else read_retry_delay(raw)


def write_retry_delay(delay: RetryDelay | None) -> str:
    """The delay as text that reads as the same."""
    return write_json(delay) if delay is not None else ""


_DELAYS = "seconds, 0 or more, or several separated by commas"
RETRY_DELAY: Kind[RetryDelay] = Kind("int | float | list[float]", _DELAYS, read_retry_delay, write_retry_delay)
OPTIONAL_RETRY_DELAY: Kind[RetryDelay | None] = Kind(
    "int | float | list[float] | None", _DELAYS, read_optional_retry_delay, write_retry_delay
)


class FlowsSettings(Group, path="flows"):
    """Defaults of flows."""

    heartbeat_frequency = Field(
        optional(integer(at_least=30)),
        180,
        "Seconds between signs of life of a flow run.",
        aliases=("PREFECT_RUNNER_HEARTBEAT_FREQUENCY",),
    )
    default_retries = Field(
        integer(at_least=0),
        0,
        "How often a failed flow is tried again.",
        aliases=("PREFECT_FLOW_DEFAULT_RETRIES",),
    )
    default_retry_delay_seconds = Field(
        RETRY_DELAY,
        0,
        "Seconds before a flow is tried again.",
        aliases=("PREFECT_FLOW_DEFAULT_RETRY_DELAY_SECONDS",),
    )
    replay_on_resume = Field(
        BOOL, True, "A run resumed from outside takes the results of finished calls from the record."
    )


class TasksRunnerSettings(Group, path="tasks.runner"):
    """Defaults of task runners."""

    thread_pool_max_workers = Field(
        optional(integer(above=0)),
        None,
        "Threads of a thread pool at most; default: as the runner decides.",
        aliases=("PREFECT_TASK_RUNNER_THREAD_POOL_MAX_WORKERS",),
    )
    process_pool_max_workers = Field(
        optional(integer(above=0)),
        None,
        "Processes of a process pool at most; default: one for each processor.",
    )


class TasksSchedulingSettings(Group, path="tasks.scheduling"):
    """Tasks handed to task workers."""

    default_storage_block = Field(
        OPTIONAL_TEXT,
        None,
        "Block `type/name` that stores the parameters of tasks run elsewhere.",
        aliases=("PREFECT_TASK_SCHEDULING_DEFAULT_STORAGE_BLOCK",),
    )
    delete_failed_submissions = Field(
        BOOL,
        True,
        "Delete a task run that could not be handed over.",
        aliases=("PREFECT_TASK_SCHEDULING_DELETE_FAILED_SUBMISSIONS",),
    )


class TasksSettings(Group, path="tasks"):
    """Defaults of tasks."""

    refresh_cache = Field(BOOL, False, "Compute anew although a cached result is there.")
    default_no_cache = Field(BOOL, False, "Tasks that name no cache policy cache nothing.")
    disable_caching = Field(BOOL, False, "Cache nothing, whatever tasks ask for.")
    default_retries = Field(
        integer(at_least=0),
        0,
        "How often a failed task is tried again.",
        aliases=("PREFECT_TASK_DEFAULT_RETRIES",),
    )
    default_retry_delay_seconds = Field(
        OPTIONAL_RETRY_DELAY,
        0,
        "Seconds before a task is tried again; several for the first, second, ... retry.",
        aliases=("PREFECT_TASK_DEFAULT_RETRY_DELAY_SECONDS",),
    )
    default_persist_result = Field(
        OPTIONAL_BOOL, None, "Tasks keep their results unless they say otherwise; default: as for flows."
    )
    runner = Section(TasksRunnerSettings)
    scheduling = Section(TasksSchedulingSettings)


class ResultsSettings(Group, path="results"):
    """Where and how results are kept."""

    default_serializer = Field(TEXT, "pickle", "Serializer of results: pickle, json, compressed/pickle, ...")
    persist_by_default = Field(BOOL, False, "Keep the results of flows and tasks that don't say.")
    default_storage_block = Field(
        OPTIONAL_TEXT,
        None,
        "Block `type/name` that stores results; default: the local directory.",
        aliases=("PREFECT_DEFAULT_RESULT_STORAGE_BLOCK",),
    )
    local_storage_path = path_field("storage", "Directory of results stored locally.", "PREFECT_LOCAL_STORAGE_PATH")
    inline_limit = Field(
        integer(at_least=0),
        8192,
        "Results up to this many bytes are recorded with the state instead of stored.",
    )
    allow_untagged = Field(
        BOOL, False, "Read pickled results without an authentication tag. Unsafe: they may run code."
    )
