"""From a filter to a condition: the one grammar that the API, the pages and the command line share.

A filter is a mapping as the API has it: fields by name, each with operators (`any_`, `like_`, `before_`, ...), and
`operator` saying whether all must hold or one is enough. What a table's fields are is said once, in `filters.py`; what
the operators mean, here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, false, func, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean

from prefect.core.search import split_query

Condition = ColumnElement[bool]
Given = Mapping[str, Any]
FieldFilter = Callable[[Given], Condition]
"""From what a filter says of one field to a condition."""

_WILDCARDS = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


def contains_pattern(text: str) -> str:
    """The pattern of whatever has `text` in it."""
    return f"%{text.translate(_WILDCARDS)}%"


LONGEST_PATTERN = 10_000
"""Characters in a pattern of SQLite's LIKE, which takes 50,000 bytes."""


def like(column: ColumnElement[Any], text: str) -> Condition:
    """Whether a column has a text in it, in either case."""
    if len(text) > LONGEST_PATTERN:
        return func.replace(func.lower(column), func.lower(text), "") != func.lower(column)
    return Like(column, contains_pattern(text))


class Like(ColumnElement[bool]):
    """Whether a text is like a pattern, in either case. SQLite's LIKE knows no cases as it is."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], pattern: str) -> None:
        self.column = column
        self.pattern: ColumnElement[str] = bindparam(None, pattern)

    _traverse_internals = [  # noqa: RUF012 - how SQLAlchemy compares and caches constructs
        ("column", InternalTraversal.dp_clauseelement),
        ("pattern", InternalTraversal.dp_clauseelement),
    ]


@compiles(Like)
def _like(element: Like, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern = compiler.process(element.column, **options), compiler.process(element.pattern, **options)
    return rf"{column} LIKE {pattern} ESCAPE '\'"


@compiles(Like, "postgresql")
def _ilike(element: Like, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern = compiler.process(element.column, **options), compiler.process(element.pattern, **options)
    return rf"{column} ILIKE {pattern} ESCAPE '\'"


OPERATORS: dict[str, Callable[[ColumnElement[Any], Any], Condition]] = {
    "any_": lambda column, values: column.in_(list(values)),
    "not_any_": lambda column, values: or_(column.not_in(list(values)), column.is_(None)),
    "like_": like,
    "before_": lambda column, moment: column <= moment,
    "after_": lambda column, moment: column >= moment,
    "ge_": lambda column, number: column >= number,
    "le_": lambda column, number: column <= number,
    "eq_": lambda column, value: column == value,
    "is_null_": lambda column, wanted: column.is_(None) if wanted else column.is_not(None),
    "exists_": lambda column, wanted: column.is_not(None) if wanted else column.is_(None),
    "startswith_": lambda column, starts: or_(
        *(column.ilike(start.translate(_WILDCARDS) + "%", escape="\\") for start in starts)
    ),
}


def begun(table: Table) -> ColumnElement[Any]:
    """When a run began, or is to begin, as an index has it."""
    return func.coalesce(table.c.start_time, table.c.expected_start_time)


def began(table: Table) -> FieldFilter:
    """When a run began; within bounds, the index of `begun` is enough to find it."""
    own = plain(table.c.start_time)

    def field(given: Given) -> Condition:
        bounds = {name: given[name] for name in ("before_", "after_") if given.get(name) is not None}
        return and_(own(given), *(OPERATORS[name](begun(table), moment) for name, moment in bounds.items()))

    return field


def combined(given: Given, conditions: Sequence[Condition]) -> Condition:
    """All of the conditions, or one of them, as the filter's `operator` says; no condition holds for every row."""
    if not conditions:
        return true()
    return or_(*conditions) if given.get("operator") == "or_" else and_(*conditions)


def plain(column: ColumnElement[Any]) -> FieldFilter:
    """A field that is a column, with the operators of `OPERATORS`."""

    def field(given: Given) -> Condition:
        stated = [(name, value) for name, value in given.items() if name != "operator" and value is not None]
        return combined(given, [OPERATORS[name](column, value) for name, value in stated])

    return field


def where(fields: Mapping[str, FieldFilter], given: Given | None) -> Condition:
    """The condition that a whole filter amounts to."""
    if not given:
        return true()
    stated = [(name, value) for name, value in given.items() if name != "operator" and value is not None]
    return combined(given, [fields[name](value) for name, value in stated])


def nested(fields: Mapping[str, FieldFilter]) -> FieldFilter:
    """A field that is a filter itself."""
    return lambda given: where(fields, given)


# --- tags


class TagsContain(ColumnElement[bool]):
    """Whether a column of tags has a tag among them."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], tag: str) -> None:
        self.column = column
        self.tag: ColumnElement[str] = bindparam(None, tag)
        self.document: ColumnElement[str] = bindparam(None, json.dumps([tag]))
        self.written: ColumnElement[str] | None = None
        if (
            tag.isascii() and tag.isprintable()
        ):  # it can only be written in one way, and is looked for sooner than parsed
            self.written = bindparam(None, json.dumps(tag))

    _traverse_internals = [  # noqa: RUF012 - how SQLAlchemy compares and caches constructs
        ("column", InternalTraversal.dp_clauseelement),
        ("tag", InternalTraversal.dp_clauseelement),
        ("document", InternalTraversal.dp_clauseelement),
        ("written", InternalTraversal.dp_clauseelement),
    ]


@compiles(TagsContain)
def _in_sqlite(element: TagsContain, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    tag = compiler.process(element.tag, **options)
    found = f"EXISTS (SELECT 1 FROM json_each({column}) AS one_tag WHERE one_tag.value = {tag})"
    if element.written is None:
        return found
    return f"(instr({column}, {compiler.process(element.written, **options)}) > 0 AND {found})"


@compiles(TagsContain, "postgresql")
def _in_postgresql(element: TagsContain, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"{column} @> CAST({compiler.process(element.document, **options)} AS JSONB)"


def tags(column: ColumnElement[Any]) -> FieldFilter:
    """A field that is a list of tags: `all_` of them, `any_` of them, or none at all."""

    def field(given: Given) -> Condition:
        conditions: list[Condition] = []
        if given.get("all_") is not None:
            conditions.append(and_(true(), *(TagsContain(column, tag) for tag in given["all_"])))
        if given.get("any_") is not None:
            conditions.append(or_(false(), *(TagsContain(column, tag) for tag in given["any_"])))
        if given.get("is_null_") is not None:
            empty = or_(column.is_(None), column == [])
            conditions.append(empty if given["is_null_"] else ~empty)
        return combined(given, conditions)

    return field


def text(*columns: ColumnElement[Any]) -> FieldFilter:
    """A search in texts: words that must be there, `-word` or `!word` that must not, `"several words"` as one, `+word`."""

    def field(given: Given) -> Condition:
        return searched(given["query"], columns)

    return field


def searched(query: str, columns: Sequence[ColumnElement[Any]]) -> Condition:
    """The condition of a search query; an empty one holds for every row."""
    included, required, excluded = split_query(query)
    anywhere = [_somewhere(word, columns) for word in included]
    conditions = [or_(*anywhere)] if anywhere else []
    conditions += [_somewhere(word, columns) for word in required]
    conditions += [~_somewhere(word, columns) for word in excluded]
    return and_(true(), *conditions)


def _somewhere(word: str, columns: Sequence[ColumnElement[Any]]) -> Condition:
    return or_(*(func.coalesce(column, "").ilike(contains_pattern(word), escape="\\") for column in columns))
