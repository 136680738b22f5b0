"""Every setting of Prefect 3.8.8 is here, where it was, with its default and its former names."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

import prefect.settings
from prefect.settings import get_current_settings
from prefect.settings.root import INDEX

OUR_OWN = {
    "PREFECT_FLOWS_REPLAY_ON_RESUME": ("flows.replay_on_resume", True),
    "PREFECT_RESULTS_INLINE_LIMIT": ("results.inline_limit", 8192),
    "PREFECT_RESULTS_ALLOW_UNTAGGED": ("results.allow_untagged", False),
    "PREFECT_SERVER_DATABASE_BUSY_TIMEOUT": ("server.database.busy_timeout", 120.0),
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
    assert {fact.name for fact in FACTS} | set(OUR_OWN) == {
        field.name for field in INDEX.by_accessor.values()
    }


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_setting(fact: Fact, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setting = getattr(prefect.settings, fact.name)
    assert setting.accessor == fact.accessor
    assert set(fact.former) <= set(INDEX.by_accessor[fact.accessor].aliases)
    for former in fact.former:
        assert getattr(prefect.settings, former) == setting
        assert getattr(prefect.settings, former).name == former
    assert setting.help.endswith(".")
    if fact.name in ("PREFECT_HOME", "PREFECT_SERVER_EPHEMERAL_ENABLED"):
        return
    field = INDEX.by_accessor[fact.accessor]
    value = get_current_settings().value_at(fact.accessor)
    text = "null" if value is None else field.kind.write(value)
    assert text == fact.default.replace("$PREFECT_HOME", str(home))


@pytest.mark.parametrize("name", OUR_OWN)
def test_our_own(name: str) -> None:
    accessor, default = OUR_OWN[name]
    setting = getattr(prefect.settings, name)
    assert (setting.accessor, setting.default(), setting.value()) == (accessor, default, default)
