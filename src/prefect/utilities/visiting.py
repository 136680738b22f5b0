"""Visiting everything inside a value: lists, dicts, dataclasses, models, however deep.

The visitor sees a value before what is inside it. With `return_data` the value it returns takes the place of
the one it saw, and that one is then looked into; what has not changed comes back as the same object, nothing
is copied in vain. Generators, iterators and unknown objects are never looked into. A value that contains
itself is entered once.
"""

from __future__ import annotations

import copy
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from operator import is_
from typing import Any, TypeVar

from prefect.utilities.annotations import BaseAnnotation

Context = dict[str, Any]
C = TypeVar("C")

_LEAVES = frozenset({type(None), bool, int, float, complex, str, bytes, bytearray, range, type})


class StopVisiting(BaseException):
    """Raised by a visitor: this value stays as it is and is not looked into."""


def visit_collection(
    expr: C,
    visit_fn: Callable[..., object],
    *,
    return_data: bool = False,
    max_depth: int = -1,
    context: Context | None = None,
    remove_annotations: bool = False,
) -> C | None:
    """Call a function on a value and everything inside it.

    Args:
        expr: where to begin.
        visit_fn: takes a value, and the context as second argument if there is one.
        return_data: whether to return the value rebuilt from what the visitor returned; else None.
        max_depth: how deep to look: 0 visits `expr` alone, 1 its items too, below 0 everything.
        context: handed to the visitor, a copy for each branch; inside an annotation its `"annotation"` is
            that one.
        remove_annotations: whether marks such as `unmapped(x)` are replaced by what they hold.
    """
    visitor = _Visitor(visit_fn, return_data, remove_annotations)
    found = visitor.visit(expr, max_depth, None if context is None else context.copy())
    return found if return_data else None


class _Visitor:
    """One walk: what does not change while it goes on."""

    __slots__ = ("rebuild", "remove_annotations", "seen", "visit_fn")

    def __init__(self, visit_fn: Callable[..., object], rebuild: bool, remove_annotations: bool) -> None:
        self.visit_fn = visit_fn
        self.rebuild = rebuild
        self.remove_annotations = remove_annotations
        self.seen: dict[int, tuple[Any, Any]] = {}

    def visit(self, expr: object, depth: int, context: Context | None) -> Any:
        """What takes the place of `expr`."""
        try:
            result = self.visit_fn(expr) if context is None else self.visit_fn(expr, context)
        except StopVisiting:
            return expr
        if self.rebuild:
            expr = result
        return expr if depth == 0 or type(expr) in _LEAVES else self.enter(expr, depth, context)

    def enter(self, expr: object, depth: int, context: Context | None) -> Any:
        """What takes the place of a value that has been visited, once what is inside it has been too."""
        known = self.seen.get(id(expr))
        if known is not None:
            return known[1]
        way = _way_into(expr)
        if way is None:
            return expr
        self.seen[id(expr)] = expr, expr  # held, so that its id stays its own for the whole walk
        found = way(self, expr, depth - 1, context)
        self.seen[id(expr)] = expr, found
        return found

    def items(self, values: Iterable[object], depth: int, context: Context | None) -> list[Any]:
        """What takes the place of each value."""
        if context is not None:
            return [self.visit(value, depth, context.copy()) for value in values]
        visit = self.visit
        return [visit(value, depth, None) for value in values]


_Way = Callable[[_Visitor, Any, int, Context | None], Any]


def _same(old: Iterable[object], new: Iterable[object]) -> bool:
    return all(map(is_, old, new))


def _into_sequence(visitor: _Visitor, expr: Any, depth: int, context: Context | None) -> Any:
    old = list(expr)
    new = visitor.items(old, depth, context)
    if _same(old, new):
        return expr
    kind = type(expr)
    return kind(*new) if hasattr(kind, "_fields") else kind(new)


def _into_dict(visitor: _Visitor, expr: Any, depth: int, context: Context | None) -> Any:
    old = [part for item in expr.items() for part in item]
    new = visitor.items(old, depth, context)
    if _same(old, new):
        return expr
    pairs = zip(new[::2], new[1::2], strict=True)
    if isinstance(expr, defaultdict):
        return type(expr)(expr.default_factory, pairs)
    return type(expr)(dict(pairs))


def _into_annotation(visitor: _Visitor, expr: Any, depth: int, context: Context | None) -> Any:
    inner = None if context is None else {**context, "annotation": expr}
    value = visitor.visit(expr.unwrap(), depth, inner)
    if visitor.remove_annotations:
        return value
    return expr if value is expr.unwrap() else expr.rewrap(value)


def _into_dataclass(visitor: _Visitor, expr: Any, depth: int, context: Context | None) -> Any:
    from dataclasses import fields

    old = {each.name: getattr(expr, each.name) for each in fields(expr) if hasattr(expr, each.name)}
    changed = _changed(visitor, old, depth, context)
    if not changed:
        return expr
    new = copy.copy(expr)
    for name, value in changed.items():
        object.__setattr__(new, name, value)  # also in frozen ones
    return new


def _into_model(visitor: _Visitor, expr: Any, depth: int, context: Context | None) -> Any:
    changed = _changed(visitor, {**expr.__dict__, **(expr.__pydantic_extra__ or {})}, depth, context)
    private = _changed(visitor, expr.__pydantic_private__ or {}, depth, context)
    if not changed and not private:
        return expr
    new = expr.model_copy(update=changed)
    for name, value in private.items():
        setattr(new, name, value)
    return new


def _changed(visitor: _Visitor, old: Mapping[str, object], depth: int, context: Context | None) -> dict[str, object]:
    new = visitor.items(old.values(), depth, context)
    return {name: value for name, value in zip(old, new, strict=True) if value is not old[name]}


_WAYS: dict[type, _Way] = {
    list: _into_sequence,
    tuple: _into_sequence,
    set: _into_sequence,
    dict: _into_dict,
}


def _way_into(expr: object) -> _Way | None:
    """How to look into a value; None if it is not looked into."""
    way = _WAYS.get(type(expr))
    if way is not None or isinstance(expr, type):
        return way
    if isinstance(expr, BaseAnnotation):
        return _into_annotation
    if isinstance(expr, (list, tuple, set)):
        return _into_sequence
    if isinstance(expr, dict):
        return _into_dict
    if hasattr(type(expr), "__dataclass_fields__"):
        return _into_dataclass
    return _into_model if is_model(expr) else None


def is_model(value: object) -> bool:
    """Whether a value is a pydantic model, told without importing pydantic."""
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(value, pydantic.BaseModel)
