"""Values that PostgreSQL can never hold are refused as such: nobody waits for it, and nothing else is held up."""

from __future__ import annotations

import os
from typing import Any

import pytest
from sqlalchemy import select

from prefect.exceptions import ValueNotStorable
from prefect.storage.aggregates.reading import Reading
from prefect.storage.tables import configuration
from tests.storage.support import artifact_row

pytestmark = pytest.mark.postgres
LONG = os.urandom(6000).hex()


def test_a_decision_is_told_what_does_not_fit(place: Any) -> None:
    store = place.store()
    values: dict[str, object] = {"key": LONG, "value": "1", "created": 1, "updated": 1}
    with pytest.raises(ValueNotStorable, match="cannot hold a value") as raised:
        store.transact(lambda tx: tx.insert("configuration", values))
    assert LONG[:10] not in str(raised.value)
    assert store.transact(lambda tx: tx.insert("configuration", {**values, "key": "short"})) == 1


def test_so_is_a_reader(place: Any) -> None:
    reading = Reading(place.store())
    with pytest.raises(ValueNotStorable):
        reading.one(select(configuration).where(configuration.c.key == "planted\0"))
    reading.close()


def test_the_journal_leaves_it_out_and_goes_on(place: Any) -> None:
    store = place.store()
    store.append("artifact", artifact_row(1, 1, key=LONG))
    store.append("artifact", artifact_row(2, 1, key="short"))
    store.flush(10)
    assert place.rows("SELECT key FROM artifact") == [("short",)]
