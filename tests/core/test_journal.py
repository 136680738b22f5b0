from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prefect.core.journal import (
    ARTIFACT,
    EVENT,
    EVENT_RESOURCE,
    LEDGERS,
    LOG,
    TASK_RUN,
    TASK_RUN_STATE,
    Draft,
    Row,
    fold,
)

RANK = LEDGERS[TASK_RUN].columns.index("sequence")


def _row(key: int, sequence: int, mark: object = None) -> Row:
    row: list[object] = [None] * len(LEDGERS[TASK_RUN].columns)
    row[0], row[RANK], row[-1] = bytes([key]), sequence, mark
    return tuple(row)  # type: ignore[arg-type]


def _never() -> Row:
    raise AssertionError("made")


def test_the_newest_of_a_run_stays() -> None:
    assert fold(TASK_RUN, [_row(1, 0), _row(2, 5), _row(1, 2), _row(1, 1)]) == [_row(1, 2), _row(2, 5)]


def test_of_equally_new_ones_the_first_stays() -> None:
    assert fold(TASK_RUN, [_row(1, 2, "first"), _row(1, 2, "second")]) == [_row(1, 2, "first")]


def test_a_draft_is_made_only_if_it_is_wanted() -> None:
    assert fold(TASK_RUN, [Draft(b"\x01", 1, _never), _row(1, 2)]) == [_row(1, 2)]
    assert fold(TASK_RUN, [_row(1, 2), Draft(b"\x01", 1, _never)]) == [_row(1, 2)]
    assert fold(TASK_RUN, [_row(1, 0), Draft(b"\x01", 1, lambda: _row(1, 1))]) == [_row(1, 1)]


def test_what_is_only_added_is_left_alone() -> None:
    for table in (LOG, TASK_RUN_STATE):
        rows = [(b"1",), (b"1",)]
        assert fold(table, rows) is rows


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6))), st.randoms(use_true_random=False))
def test_folding_does_not_depend_on_order_or_repetition(pairs: list[tuple[int, int]], chance: object) -> None:
    rows = [_row(*pair) for pair in pairs]
    shuffled = [*rows, *rows]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(fold(TASK_RUN, shuffled)) == sorted(fold(TASK_RUN, rows))  # type: ignore[type-var]
    assert fold(TASK_RUN, fold(TASK_RUN, rows)) == fold(TASK_RUN, rows)


def test_every_ledger_is_keyed_by_its_first_columns() -> None:
    for name, ledger in LEDGERS.items():
        assert ledger.table == name
        assert ledger.columns[: len(ledger.key)] == ledger.key
        assert len(set(ledger.columns)) == len(ledger.columns)
        assert ledger.newest_by is None or ledger.newest_by in ledger.updated
    assert set(LEDGERS) == {TASK_RUN, TASK_RUN_STATE, LOG, ARTIFACT, EVENT, EVENT_RESOURCE}
