"""`events.*`, `experiments.*`, `plugins.*`, `telemetry.*` and `testing.*`: small groups."""

from __future__ import annotations

from prefect.settings.fields import Field, From, Group
from prefect.settings.groups.logging import WORD_SET
from prefect.settings.kinds import BOOL, Kind, integer, number


class EventsSettings(Group, path="events"):
    """Events that this process emits."""

    worker_max_queue_size = Field(
        integer(at_least=0),
        0,
        "Events that may wait to be sent before emitting waits too; 0 means any number.",
    )


class ExperimentsSettings(Group, path="experiments"):
    """Features that may still change."""

    warn = Field(BOOL, True, "Warn when an experimental feature is used.", aliases=("PREFECT_EXPERIMENTAL_WARN",))


class PluginsSettings(Group, path="plugins"):
    """Code of other packages that runs when Headrace starts."""

    enabled = Field(BOOL, False, "Load plugins.", aliases=("PREFECT_EXPERIMENTS_PLUGINS_ENABLED",))
    allow = Field(
        WORD_SET,
        From((), lambda: set()),
        "Plugins that may be loaded; empty means all.",
        aliases=("PREFECT_EXPERIMENTS_PLUGINS_ALLOW",),
    )
    deny = Field(
        WORD_SET,
        From((), lambda: set()),
        "Plugins that are never loaded.",
        aliases=("PREFECT_EXPERIMENTS_PLUGINS_DENY",),
    )
    setup_timeout_seconds = Field(
        number(),
        20.0,
        "Seconds that a plugin may take to start.",
        aliases=("PREFECT_EXPERIMENTS_PLUGINS_SETUP_TIMEOUT_SECONDS",),
    )
    strict = Field(BOOL, False, "Stop when a plugin fails to start.", aliases=("PREFECT_EXPERIMENTS_PLUGINS_STRICT",))
    safe_mode = Field(
        BOOL, False, "Find plugins but don't run them.", aliases=("PREFECT_EXPERIMENTS_PLUGINS_SAFE_MODE",)
    )


class TelemetrySettings(Group, path="telemetry"):
    """Measurements that a run takes of itself."""

    enable_resource_metrics = Field(BOOL, True, "Measure processor and memory use of flow runs.")
    resource_metrics_interval_seconds = Field(integer(at_least=1), 10, "Seconds between two measurements.")


class TestingSettings(Group, path="testing"):
    """Switches for tests."""

    test_mode = Field(BOOL, False, "Behave for tests: log everything.", aliases=("PREFECT_TEST_MODE",))
    unit_test_mode = Field(BOOL, False, "Behave for Headrace's own unit tests.", aliases=("PREFECT_UNIT_TEST_MODE",))
    unit_test_loop_debug = Field(
        BOOL, True, "Run event loops of unit tests in debug mode.", aliases=("PREFECT_UNIT_TEST_LOOP_DEBUG",)
    )
    test_setting: Field[object] = Field(
        Kind[object]("Any", "anything", lambda raw: raw),
        "FOO",
        "Has no effect; for trying settings out.",
        aliases=("PREFECT_TEST_SETTING",),
    )
