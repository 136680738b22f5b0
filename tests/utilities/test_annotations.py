from __future__ import annotations

import pickle

import pytest

from prefect.utilities.annotations import (
    BaseAnnotation,
    NotSet,
    Quote,
    allow_failure,
    freeze,
    opaque,
    quote,
    unmapped,
)

KINDS = (unmapped, allow_failure, quote, opaque, freeze)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mark_holds_its_value(kind: type[BaseAnnotation[int]]) -> None:
    mark = kind(1)
    assert (mark.value, mark.unwrap(), repr(mark)) == (1, 1, f"{kind.__name__}(1)")
    assert type(mark.rewrap(2)) is kind
    assert mark.rewrap(2).value == 2


@pytest.mark.parametrize("kind", KINDS)
def test_marks_are_equal_within_their_kind(kind: type[BaseAnnotation[int]]) -> None:
    others = [other(1) for other in KINDS if other is not kind]
    assert kind(1) == kind(1) != kind(2)
    assert all(kind(1) != other for other in others)


@pytest.mark.parametrize("kind", KINDS)
def test_marks_travel_between_processes(kind: type[BaseAnnotation[int]]) -> None:
    assert pickle.loads(pickle.dumps(kind(1))) == kind(1)


def test_marks_are_not_hashable() -> None:
    with pytest.raises(TypeError):
        hash(unmapped(1))


def test_unmapped_is_the_same_at_every_position() -> None:
    assert unmapped(5)[0] == unmapped(5)[99] == 5
    assert unmapped([1])[0] == [1]


def test_quote_by_both_names() -> None:
    assert quote(1).unquote() == 1
    with pytest.warns(DeprecationWarning, match="Use `quote` instead"):
        old = Quote(1)
    assert old.unquote() == 1
    assert isinstance(old, quote)


def test_freeze_takes_only_what_json_holds() -> None:
    assert freeze({"a": [1]}).unfreeze() == {"a": [1]}
    with pytest.raises(ValueError, match="JSON serializable"):
        freeze(object())


def test_not_set_is_a_mark_by_itself() -> None:
    assert isinstance(NotSet, type)
