"""From a filter to a condition: the one grammar that the API, the pages and the command line share.

A filter is a mapping as the API has it: fields by name, each with operators (`any_`, `like_`, `before_`, ...), and
`operator` saying whether all must hold or one is enough. What a table's fields are is said once, in `filters.py`; what
the operators mean, here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, bindparam, false, func, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean

from prefect.core.search import split_query
from prefect.storage.types import Id

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
    # SQLite's LIKE knows no cases as it is.
    return InBoth(r"{0} LIKE {1} ESCAPE '\'", r"{0} ILIKE {1} ESCAPE '\'", column, contains_pattern(text))


class InBoth(ColumnElement[bool]):
    """A condition that each dialect writes in its own way; `{0}`, `{1}` and so on stand for its parts."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, sqlite: str, postgresql: str, *parts: ColumnElement[Any] | str) -> None:
        self.sqlite, self.postgresql = sqlite, postgresql
        self.parts = [bindparam(None, part) if isinstance(part, str) else part for part in parts]

    _traverse_internals = [  # noqa: RUF012 - how SQLAlchemy compares and caches constructs
        ("sqlite", InternalTraversal.dp_string),
        ("postgresql", InternalTraversal.dp_string),
        ("parts", InternalTraversal.dp_clauseelement_list),
    ]


@compiles(InBoth)
def _in_sqlite(element: InBoth, compiler: SQLCompiler, **options: Any) -> str:
    return f"({element.sqlite.format(*(compiler.process(part, **options) for part in element.parts))})"


@compiles(InBoth, "postgresql")
def _in_postgresql(element: InBoth, compiler: SQLCompiler, **options: Any) -> str:
    return f"({element.postgresql.format(*(compiler.process(part, **options) for part in element.parts))})"


MANY = 10_000
"""Values that a statement names one by one; more come as one document, since both databases bound how many."""


def among(column: ColumnElement[Any], values: Sequence[Any]) -> Condition:
    """Whether a column has one of the values."""
    if len(values) <= MANY:
        return column.in_(values)
    if isinstance(column.type, Id):
        document = json.dumps([UUID(str(value)).hex.upper() for value in values])
        return InBoth("hex({0}) IN (SELECT value FROM json_each({1}))", AMONG_IDS, column, document)
    return InBoth("{0} IN (SELECT value FROM json_each({1}))", AMONG_TEXTS, column, json.dumps(list(values)))


AMONG_IDS = "{0} IN (SELECT decode(one.value, 'hex') FROM jsonb_array_elements_text(CAST({1} AS JSONB)) AS one(value))"
AMONG_TEXTS = "{0} IN (SELECT one.value FROM jsonb_array_elements_text(CAST({1} AS JSONB)) AS one(value))"


OPERATORS: dict[str, Callable[[ColumnElement[Any], Any], Condition]] = {
    "any_": among,
    "not_any_": lambda column, values: ~among(column, values),
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
    """When a run began, or is to begin: a run that has not begun yet lies within bounds as well."""

    def field(given: Given) -> Condition:
        stated = [(name, given[name]) for name in ("before_", "after_", "is_null_") if given.get(name) is not None]
        columns = {"is_null_": table.c.start_time}
        return and_(true(), *(OPERATORS[name](columns.get(name, begun(table)), value) for name, value in stated))

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


FEW_TAGS = 20


def has_tag(column: ColumnElement[Any], tag: str) -> Condition:
    """Whether a column of tags has a tag among them."""
    found = "EXISTS (SELECT 1 FROM json_each({0}) AS one_tag WHERE one_tag.value = {1})"
    if tag.isascii() and tag.isprintable():  # so it is written in one way only, which is sooner looked for than parsed
        found = f"instr({{0}}, {{3}}) > 0 AND {found}"
    return InBoth(found, "{0} @> CAST({2} AS JSONB)", column, tag, json.dumps([tag]), json.dumps(tag))


def has_every_tag(column: ColumnElement[Any], wanted: Sequence[str]) -> Condition:
    """Whether a column of tags has all of them."""
    if len(wanted) <= FEW_TAGS:
        return and_(true(), *(has_tag(column, tag) for tag in wanted))
    missing = "SELECT 1 FROM json_each({1}) AS one WHERE one.value NOT IN (SELECT value FROM json_each({0}))"
    return InBoth(f"NOT EXISTS ({missing})", "{0} @> CAST({1} AS JSONB)", column, json.dumps(wanted))


def has_some_tag(column: ColumnElement[Any], wanted: Sequence[str]) -> Condition:
    """Whether a column of tags has one of them."""
    if len(wanted) <= FEW_TAGS:
        return or_(false(), *(has_tag(column, tag) for tag in wanted))
    return InBoth(
        "EXISTS (SELECT 1 FROM json_each({0}) AS one WHERE one.value IN (SELECT value FROM json_each({1})))",
        "EXISTS (SELECT 1 FROM jsonb_array_elements_text(CAST({1} AS JSONB)) AS one(tag) WHERE jsonb_exists({0}, one.tag))",
        column,
        json.dumps(wanted),
    )


def tags(column: ColumnElement[Any]) -> FieldFilter:
    """A field that is a list of tags: `all_` of them, `any_` of them, or none at all."""

    def field(given: Given) -> Condition:
        conditions: list[Condition] = []
        if given.get("all_") is not None:
            conditions.append(has_every_tag(column, given["all_"]))
        if given.get("any_") is not None:
            conditions.append(has_some_tag(column, given["any_"]))
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
