from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from prefect.core.ids import uuid7
from prefect.core.journal import LOG
from prefect.core.times import SECOND, to_datetime
from prefect.storage.postgres.partitions import AHEAD, BEHIND, KEYS, ensure_partitions, first_id, part_of, parts_before
from tests.storage.support import log_row
from tests.support.databases import Place

WEEK = 7 * 86_400 * SECOND
MONDAY = int(datetime(2031, 3, 3, tzinfo=UTC).timestamp()) * SECOND


def _id(moment: int) -> bytes:
    return uuid7(moment, 5).bytes


@pytest.mark.parametrize("offset", [0, 1, WEEK - 1])
def test_a_part_is_a_week_from_monday(offset: int) -> None:
    part = part_of("log", to_datetime(MONDAY + offset))
    assert part.name == "log_20310303"
    assert first_id(part.begins) <= _id(MONDAY + offset) < first_id(part.ends)


def test_ids_on_the_edges_fall_into_their_own_week() -> None:
    edge = first_id(to_datetime(MONDAY))
    assert _id(MONDAY - 1) < edge <= uuid7(MONDAY, 0).bytes


def _where(place: Place) -> dict[str, int]:
    return dict(place.rows("SELECT tableoid::regclass::text, count(*) FROM log GROUP BY 1"))


def test_parts_are_made_once_and_ahead(place: Place) -> None:
    store = place.store()
    made = store.transact(lambda tx: ensure_partitions(tx, MONDAY))
    assert made == (AHEAD + BEHIND + 1) * len(KEYS)
    assert store.transact(lambda tx: ensure_partitions(tx, MONDAY)) == 0
    assert store.transact(lambda tx: ensure_partitions(tx, MONDAY + WEEK)) == len(KEYS)
    for week in range(-BEHIND, AHEAD + 1):
        store.append(LOG, log_row(1, id=_id(MONDAY + week * WEEK)))
    store.flush()
    assert set(_where(place).values()) == {1}
    assert "log_default" not in _where(place)


def test_what_came_before_its_part_is_moved_into_it(place: Place) -> None:
    store = place.store()
    later = MONDAY + 100 * WEEK
    for number in range(3):
        store.append(LOG, log_row(1, id=_id(later + number * WEEK)))
    store.append(LOG, log_row(1, id=UUID(int=7).bytes))
    store.flush()
    assert _where(place) == {"log_default": 4}
    store.transact(lambda tx: ensure_partitions(tx, later))
    assert _where(place) == {
        "log_default": 1,
        **{part_of("log", to_datetime(later + n * WEEK)).name: 1 for n in range(3)},
    }


def test_parts_before_a_moment_are_whole(place: Place) -> None:
    store = place.store()
    later = MONDAY + 200 * WEEK
    store.transact(lambda tx: ensure_partitions(tx, later))
    names = [part.name for part in store.read(lambda tx: parts_before(tx, "log", later + WEEK))]
    expected = [part_of("log", to_datetime(later + n * WEEK)).name for n in (-1, 0)]
    assert names[-2:] == expected
    names = [part.name for part in store.read(lambda tx: parts_before(tx, "log", later + WEEK - 1))]
    assert names[-1] == expected[0]


def test_a_run_is_found_in_its_part_alone(place: Place) -> None:
    """The planner looks into one part, since the key says which."""
    store = place.store()
    store.transact(lambda tx: ensure_partitions(tx, MONDAY))
    plan = store.read(lambda tx: tx.all("EXPLAIN SELECT * FROM log WHERE id = ?", (_id(MONDAY),)))
    assert "log_20310303" in str(plan)
    assert "log_default" not in str(plan)
