"""`logging.*` and `internal.*`: what is logged, how it looks, and where it goes."""

from __future__ import annotations

from collections.abc import Iterable

from prefect.settings.fields import Field, From, Group, Section, path_field
from prefect.settings.kinds import BOOL, LEVEL, Kind, choice, integer, number, read_text


def read_words(raw: object) -> list[str]:
    """Words from comma separated text, a JSON list or a collection; sorted, each once, none empty."""
    if raw is None:
        return []
    if isinstance(raw, str):
        raw = [part.strip().strip("\"'") for part in raw.strip().strip("[]").split(",")]
    if not isinstance(raw, Iterable):
        raise ValueError(raw)
    return sorted({read_text(word) for word in raw} - {""})


WORDS: Kind[list[str]] = Kind("list[str]", "words separated by commas", read_words, ",".join)
WORD_SET: Kind[set[str]] = Kind(
    "set[str]",
    "words separated by commas",
    lambda raw: set(read_words(raw)),
    lambda words: ",".join(sorted(words)),
)


def check_log_sizes(max_log_size: int, batch_size: int) -> None:
    """A single message must fit into a batch. Raises ValueError if it can't."""
    if max_log_size > batch_size:
        raise ValueError(
            f"PREFECT_LOGGING_TO_API_MAX_LOG_SIZE ({max_log_size}) must not be larger than "
            f"PREFECT_LOGGING_TO_API_BATCH_SIZE ({batch_size})."
        )


CHECKS = (From(("logging.to_api.max_log_size", "logging.to_api.batch_size"), check_log_sizes),)


class LoggingToAPISettings(Group, path="logging.to_api"):
    """Logs of runs, kept on record with them."""

    enabled = Field(BOOL, True, "Keep the logs of flow and task runs on record.")
    batch_interval = Field(number(), 2.0, "Seconds between two batches of logs.")
    batch_size = Field(integer(), 4_000_000, "Bytes of logs in one batch at most.")
    max_log_size = Field(integer(), 1_000_000, "Longest log message in bytes; longer ones are cut.")
    when_missing_flow = Field(
        choice("warn", "error", "ignore"), "warn", "What to do with a log line written outside of any run."
    )


class LoggingSettings(Group, path="logging"):
    """Logging of runs."""

    level = Field(
        LEVEL,
        From(("debug_mode", "testing.test_mode"), lambda debug, test: "DEBUG" if debug or test else "INFO"),
        "Lowest level that the loggers of runs pass on; default: INFO, or DEBUG in debug mode.",
    )
    config_path = path_field(
        "logging.yml", "File with a logging configuration of your own.", "PREFECT_LOGGING_SETTINGS_PATH"
    )
    extra_loggers = Field(WORDS, From((), list), "Names of other libraries' loggers whose lines count as the run's.")
    log_prints = Field(BOOL, False, "Turn what flows and tasks print into log lines.")
    colors = Field(BOOL, True, "Write logs to the console in colour.")
    markup = Field(BOOL, False, "Read [bold]markup[/] in log messages on the console.")
    to_api = Section(LoggingToAPISettings)


class InternalSettings(Group, path="internal"):
    """Headrace's own workings."""

    logging_level = Field(
        LEVEL,
        From(("debug_mode", "testing.test_mode"), lambda debug, test: "DEBUG" if debug or test else "ERROR"),
        "Lowest level at which Headrace logs about its own workings.",
        aliases=("PREFECT_LOGGING_INTERNAL_LEVEL",),
    )
