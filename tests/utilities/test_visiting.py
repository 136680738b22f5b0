from __future__ import annotations

import collections
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, PrivateAttr

from prefect.utilities.annotations import allow_failure, quote, unmapped
from prefect.utilities.visiting import StopVisiting, visit_collection


@dataclass
class Box:
    value: Any
    other: Any = None
    shared: ClassVar[int] = 7


@dataclass(frozen=True, slots=True)
class FrozenBox:
    value: Any
    late: Any = field(default="late", init=False)


class Model(BaseModel):
    x: Any = 1
    _private: Any = PrivateAttr(default="private")


class OpenModel(BaseModel, extra="allow"):
    x: int = 1


class Pair(NamedTuple):
    a: Any
    b: Any


def add_one(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else value


def rebuilt(value: Any, **options: Any) -> Any:
    return visit_collection(value, add_one, return_data=True, **options)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1, 2),
        ([1, (2, {3})], [2, (3, {4})]),
        ({"a": 1, 2: 3}, {"a": 2, 3: 4}),
        (Box(1, [2]), Box(2, [3])),
        (FrozenBox(1), FrozenBox(2)),
        (Pair(1, [2]), Pair(2, [3])),
        (Model(x=[1]), Model(x=[2])),
        (unmapped(1), unmapped(2)),
        (quote([1]), quote([2])),
        (collections.OrderedDict(a=1), collections.OrderedDict(a=2)),
        (collections.defaultdict(int, a=1), collections.defaultdict(int, a=2)),
        ({"k": Box([1])}, {"k": Box([2])}),
    ],
)
def test_values_inside_are_replaced(before: Any, after: Any) -> None:
    found = rebuilt(before)
    assert found == after
    assert type(found) is type(after)


@pytest.mark.parametrize("value", ["ab", b"ab", range(3), frozenset({1}), collections.deque([1]), int])
def test_other_values_stay(value: Any) -> None:
    assert rebuilt(value) is value


def test_generators_are_left_alone() -> None:
    def numbers() -> Iterator[int]:
        yield 1

    generator = numbers()
    assert rebuilt([generator])[0] is generator
    assert list(generator) == [1]


@pytest.mark.parametrize(
    "value", [[1], {"a": [1]}, (1,), Box(1), FrozenBox(1), Model(), {1}, unmapped(1), Pair(1, 2), OpenModel(y=2)]
)
def test_what_has_not_changed_is_not_copied(value: Any) -> None:
    assert visit_collection(value, lambda each: each, return_data=True) is value


def test_the_original_is_not_changed() -> None:
    box, model = Box([1]), Model(x=[1])
    rebuilt([box, model])
    assert (box, model.x) == (Box([1]), [1])


def test_late_fields_private_attributes_and_extras() -> None:
    assert rebuilt(FrozenBox([1])).late == "late"
    model = Model(x=0)
    model._private = [10]
    assert (rebuilt(model).x, rebuilt(model)._private, model._private) == (1, [11], [10])
    assert rebuilt(OpenModel(y=5)).model_extra == {"y": 6}


def test_the_value_is_seen_before_its_parts() -> None:
    seen: list[Any] = []
    assert visit_collection([1, [2, {"a": 3}]], seen.append) is None
    assert seen == [[1, [2, {"a": 3}]], 1, [2, {"a": 3}], 2, {"a": 3}, "a", 3]


@pytest.mark.parametrize(("depth", "visits"), [(0, 1), (1, 3), (2, 5), (3, 6), (-1, 6)])
def test_depth_is_bounded(depth: int, visits: int) -> None:
    seen: list[Any] = []
    visit_collection([1, [2, [3]]], seen.append, max_depth=depth)
    assert len(seen) == visits


def test_what_the_visitor_returns_is_looked_into() -> None:
    found = visit_collection(["x"], lambda each: [1] if each == "x" else add_one(each), return_data=True)
    assert found == [[2]]


def test_marks_can_be_taken_off() -> None:
    assert rebuilt([unmapped(1), allow_failure([3])], remove_annotations=True) == [2, [4]]


def test_a_visitor_may_stop() -> None:
    seen: list[Any] = []

    def visit(value: Any) -> Any:
        seen.append(value)
        if value == [2]:
            raise StopVisiting
        return value

    assert visit_collection([1, [2], 3], visit, return_data=True) == [1, [2], 3]
    assert seen == [[1, [2], 3], 1, [2], 3]


def test_the_context_is_each_branchs_own() -> None:
    seen: list[Any] = []

    def visit(value: Any, context: dict[str, Any]) -> Any:
        if isinstance(value, int):
            seen.append((value, context.get("mark"), type(context.get("annotation")).__name__))
            context["mark"] = value
        return value

    visit_collection([1, unmapped(2), [3]], visit, context={"mark": 0}, return_data=True)
    assert seen == [(1, 0, "NoneType"), (2, 0, "unmapped"), (3, 0, "NoneType")]


def test_cycles_end() -> None:
    cycle: list[Any] = [1]
    cycle.append(cycle)
    found = rebuilt(cycle)
    assert found[0] == 2
    assert visit_collection(cycle, add_one) is None


def test_shared_parts_are_replaced_everywhere() -> None:
    shared = [1]
    assert rebuilt([shared, shared]) == [[2], [2]]


def test_replacements_that_vanish_do_not_confuse() -> None:
    """A list made by the visitor, and replaced, leaves its address to the next one."""

    def visit(value: Any) -> Any:
        return [str(value)] if isinstance(value, int) else f"{value}!" if isinstance(value, str) else value

    assert visit_collection(list(range(500)), visit, return_data=True) == [[f"{each}!"] for each in range(500)]


nested = st.recursive(
    st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=10,
)


@settings(max_examples=40)
@given(nested)
def test_identity_gives_the_same(value: Any) -> None:
    assert visit_collection(value, lambda each: each, return_data=True) is value


@settings(max_examples=40)
@given(nested)
def test_every_leaf_is_seen(value: Any) -> None:
    leaves: list[Any] = []
    visit_collection(value, lambda each: leaves.append(each) if isinstance(each, int) else None)
    assert len(leaves) == _count(value)


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_count, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(_count, value))
    return isinstance(value, int)


def test_many_items_are_visited_quickly() -> None:
    start = time.perf_counter()
    visit_collection([{"a": n, "b": (n, n)} for n in range(20_000)], lambda each: each, return_data=True)
    assert time.perf_counter() - start < 5
