"""Every setting of Prefect 3.8.8 is here, where it was, with its default and its former names."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

import prefect.settings
from prefect.settings import Settings
from prefect.settings.root import INDEX

OUR_OWN = {
    "PREFECT_CLIENT_OUTAGE_PATIENCE_SECONDS": ("client.outage_patience_seconds", 600.0),
    "PREFECT_CLIENT_START_PATIENCE_SECONDS": ("client.start_patience_seconds", 15.0),
    "PREFECT_FLOWS_REPLAY_ON_RESUME": ("flows.replay_on_resume", True),
    "PREFECT_RESULTS_INLINE_LIMIT": ("results.inline_limit", 8192),
    "PREFECT_RESULTS_ALLOW_UNTAGGED": ("results.allow_untagged", False),
    "PREFECT_SERVER_API_ALLOWED_HOSTS": ("server.api.allowed_hosts", None),
    "PREFECT_SERVER_API_INSECURE": ("server.api.insecure", False),
    "PREFECT_SERVER_DATABASE_BUSY_TIMEOUT": ("server.database.busy_timeout", 120.0),
    "PREFECT_SERVER_ENCRYPTION_KEY": ("server.encryption_key", None),
    "PREFECT_SERVER_LOGGING_JSON": ("server.logging_json", False),
    "PREFECT_SERVER_LOGS_RETENTION_PERIOD": ("server.logs.retention_period", timedelta(days=90)),
    "PREFECT_SERVER_SERVICES_DB_VACUUM_AUDIT_RETENTION_PERIOD": (
        "server.services.db_vacuum.audit_retention_period",
        timedelta(days=365),
    ),
    "PREFECT_SERVER_SERVICES_DB_VACUUM_HISTORY_RETENTION_PERIOD": (
        "server.services.db_vacuum.history_retention_period",
        timedelta(days=180),
    ),
    "PREFECT_SERVER_TRACING_ENABLED": ("server.tracing_enabled", False),
}


class Fact(NamedTuple):
    name: str
    accessor: str
    default: str
    former: tuple[str, ...]


def facts() -> list[Fact]:
    lines = (Path(__file__).parent / "prefect_3_8_8.txt").read_text().splitlines()[1:]
    rows = [[part.strip() for part in line.split("|")] for line in lines]
    return [Fact(name, accessor, default, tuple(former.split())) for name, accessor, default, former in rows]


FACTS = facts()


def test_nothing_is_missing_and_nothing_undeclared_is_added() -> None:
    assert {fact.name for fact in FACTS} | set(OUR_OWN) == {field.name for field in INDEX.by_accessor.values()}


def test_places_and_former_names() -> None:
    for fact in FACTS:
        setting = getattr(prefect.settings, fact.name)
        assert (setting.name, setting.accessor) == (fact.name, fact.accessor)
        for former in fact.former:
            assert getattr(prefect.settings, former) == setting
            assert getattr(prefect.settings, former).name == former


def test_defaults(home: Path) -> None:
    settings = Settings().copy_with_update(restore_defaults=["server.ephemeral.enabled"])
    written = settings.to_environment_variables()
    expected = {fact.name: fact.default.replace("$PREFECT_HOME", str(home)) for fact in FACTS}
    actual = {fact.name: written.get(fact.name, "null") for fact in FACTS}
    assert actual == {**expected, "PREFECT_HOME": str(home)}


def test_every_setting_says_what_it_means() -> None:
    for field in INDEX.by_accessor.values():
        assert field.help.endswith((".", "?")), field.name
        assert field.kind.accepts, field.name


@pytest.mark.parametrize("name", OUR_OWN)
@pytest.mark.usefixtures("home")
def test_our_own(name: str) -> None:
    accessor, default = OUR_OWN[name]
    setting = getattr(prefect.settings, name)
    assert (setting.accessor, setting.default(), setting.value()) == (accessor, default, default)
