"""A server's options follow the settings."""

from __future__ import annotations

import pytest

from prefect.server.main import options_from
from prefect.settings import Settings
from prefect.settings.errors import InvalidSettings


def test_duties_are_as_often_as_their_settings_say_and_otherwise_as_is_usual() -> None:
    usual = options_from(Settings())
    assert (dict(usual.intervals), usual.disabled_services) == ({}, frozenset())
    services = {"foreman": {"loop_seconds": 2}, "late_runs": {"loop_seconds": 0.5}, "repossessor": {"enabled": False}}
    chosen = options_from(Settings(server={"services": services}))
    assert chosen.intervals == {"work_readiness": 2, "late_runs": 0.5}
    assert chosen.disabled_services == {"slot_expiry"}


def test_no_duty_goes_on_without_a_break() -> None:
    with pytest.raises(InvalidSettings, match="LOOP_SECONDS"):
        options_from(Settings(server={"services": {"late_runs": {"loop_seconds": 0}}}))
