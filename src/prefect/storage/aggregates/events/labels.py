"""Conditions on texts that indexes can answer: what a value begins with, and what a label in a document says."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import Boolean, Text

from prefect.storage.aggregates.where import Condition
from prefect.storage.types import Expression

_WILDCARDS = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})
LAST = "\U0010ffff"
"""The character after which no other comes."""


class StartsWith(ColumnElement[bool]):
    """Whether a column begins with a text, letter for letter."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: Expression, text: str) -> None:
        self.column = column
        self.first: ColumnElement[str] = bindparam(None, text)
        self.last: ColumnElement[str] = bindparam(None, text + LAST)
        self.pattern: ColumnElement[str] = bindparam(None, text.translate(_WILDCARDS) + "%")

    _traverse_internals = [  # noqa: RUF012 - how SQLAlchemy compares and caches constructs
        ("column", InternalTraversal.dp_clauseelement),
        ("first", InternalTraversal.dp_clauseelement),
        ("last", InternalTraversal.dp_clauseelement),
        ("pattern", InternalTraversal.dp_clauseelement),
    ]


@compiles(StartsWith)
def _range(element: StartsWith, compiler: SQLCompiler, **options: Any) -> str:
    column, first, last = (compiler.process(part, **options) for part in (element.column, element.first, element.last))
    return f"({column} >= {first} AND {column} < {last})"


@compiles(StartsWith, "postgresql")
def _pattern(element: StartsWith, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern = compiler.process(element.column, **options), compiler.process(element.pattern, **options)
    return rf"{column} LIKE {pattern} ESCAPE '\'"


def starts_with(column: Expression, text: str) -> Condition:
    """Whether a column begins with a text; everything that is there begins with an empty one."""
    return StartsWith(column, text) if text else and_(true(), column.is_not(None))


class LabelOf(ColumnElement[str]):
    """What a document of texts by name has under a name; NULL if it has nothing."""

    inherit_cache = True
    type = Text()

    def __init__(self, column: Expression, label: str) -> None:
        self.column = column
        self.label_name: ColumnElement[str] = bindparam(None, label)

    _traverse_internals = [  # noqa: RUF012 - how SQLAlchemy compares and caches constructs
        ("column", InternalTraversal.dp_clauseelement),
        ("label_name", InternalTraversal.dp_clauseelement),
    ]


@compiles(LabelOf)
def _each(element: LabelOf, compiler: SQLCompiler, **options: Any) -> str:
    column, label = compiler.process(element.column, **options), compiler.process(element.label_name, **options)
    return f"(SELECT one_label.value FROM json_each({column}) AS one_label WHERE one_label.key = {label})"


@compiles(LabelOf, "postgresql")
def _member(element: LabelOf, compiler: SQLCompiler, **options: Any) -> str:
    column, label = compiler.process(element.column, **options), compiler.process(element.label_name, **options)
    return f"(CAST({column} AS JSON) ->> {label})"


def label_of(column: Expression, label: str) -> Expression:
    """What a document has under a name."""
    return LabelOf(column, label)
