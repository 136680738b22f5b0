"""The ledger's rules and its warehouse, without any flow."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from examples.ledger import rules, source, warehouse

AIRPORTS = frozenset({"EWR", "IAH"})
GOOD = {
    "time_hour": "2013-01-01T10:00:00Z",
    "carrier": "UA",
    "flight": "1545",
    "origin": "EWR",
    "dest": "IAH",
    "tailnum": "N14228",
    "month": "1",
    "dep_time": "517",
    "arr_time": "830",
    "dep_delay": "2",
    "arr_delay": "11",
    "air_time": "227",
    "distance": "1400",
}


def chunk(*changes: dict[str, str | None]) -> pd.DataFrame:
    """Rows that are good but for these changes, with lines counted from 1."""
    rows = [{**GOOD, "flight": str(number), **change} for number, change in enumerate(changes)]
    return pd.DataFrame(rows, index=range(1, len(rows) + 1), dtype="string")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"dep_time": None, "arr_time": None, "air_time": None}, "never departed"),
        ({"arr_time": None, "air_time": None}, "never arrived"),
        ({"air_time": None}, "diverted, no time in the air"),
        ({"dest": "SJU"}, "unknown destination"),
        ({"air_time": "100"}, "impossible speed"),
    ],
)
def test_a_bad_row_is_refused_with_its_first_reason(change: dict[str, str | None], reason: str) -> None:
    checked = rules.check(chunk({}, change, {}), AIRPORTS)
    assert list(checked.good.index) == [1, 3]
    assert checked.rejects[["line", "reason"]].values.tolist() == [[2, reason]]
    assert '"carrier":"UA"' in checked.rejects["row"].iloc[0]


def test_a_good_row_becomes_a_fact() -> None:
    fact = rules.to_facts(chunk({})).iloc[0].to_dict()
    assert fact["scheduled_at"] == "2013-01-01T10:00:00Z"
    assert (fact["destination"], fact["plane"], fact["miles"]) == ("IAH", "N14228", 1400)
    assert (fact["speed"], fact["on_time"]) == (370.0, 1)


def test_a_chunk_without_good_or_bad_rows() -> None:
    assert rules.check(chunk({}), AIRPORTS).rejects.empty
    assert rules.to_facts(rules.check(chunk({"dest": "XXX"}), AIRPORTS).good).empty


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty warehouse with its dimensions filled."""
    address = f"sqlite:///{tmp_path}/warehouse.db"
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres_url")
        warehouse.drop(address)
    warehouse.create(address)
    for name in warehouse.DIMENSIONS:
        warehouse.upsert_dimension(address, name, source.fetch_reference(name, attempt=9))
    return address


def test_booking_twice_changes_nothing(url: str) -> None:
    checked = rules.check(chunk({}, {"dest": "nowhere"}, {"tailnum": "N0NEW"}), AIRPORTS)
    facts = rules.to_facts(checked.good)
    for _ in range(2):
        warehouse.book(url, (1, 3), facts, checked.rejects)
        assert warehouse.counts(url)["flights"] == 2
        assert warehouse.counts(url)["rejects"] == 1
        assert warehouse.counts(url)["planes"] == 3323
    assert warehouse.month_totals(url, 1) == {"flights": 2, "miles": 2800, "on_time": 100.0}
    assert warehouse.month_totals(url, 2) == {"flights": 0, "miles": 0, "on_time": 0.0}


def test_a_row_that_passes_now_is_no_reject_any_more(url: str) -> None:
    refused = rules.check(chunk({"dest": "MIA"}), AIRPORTS)
    warehouse.book(url, (1, 1), rules.to_facts(refused.good), refused.rejects)
    accepted = rules.check(chunk({"dest": "MIA"}), AIRPORTS | {"MIA"})
    warehouse.book(url, (1, 1), rules.to_facts(accepted.good), accepted.rejects)
    assert (warehouse.counts(url)["flights"], warehouse.counts(url)["rejects"]) == (1, 0)


def test_the_export_comes_in_chunks_with_their_lines() -> None:
    chunks = list(source.read_export(chunk_rows=4, limit=10))
    assert [list(frame.index) for frame in chunks] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


def test_the_service_refuses_as_often_as_it_says() -> None:
    with pytest.raises(source.ServiceBusy, match="planes refused on attempt 2"):
        source.fetch_reference("planes", attempt=2)
    assert len(source.fetch_reference("planes", attempt=3)) == 3322
