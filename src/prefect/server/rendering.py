"""Templates in parameters, rendered within bounds: a small language without assignments, calls or nested loops.

Jinja's sandbox keeps a template away from the server's inside, but not from its time and memory (`"x" * 10**9`). So what
can multiply is left out before anything runs, and what is left costs no more than the template is long, times
`MOST_REPEATS` for what stands in a loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import SandboxedEnvironment

LONGEST = 10_000
"""Characters of a template."""

MOST_REPEATS = 1000
"""Rounds of a loop."""

FILTERS = frozenset({
    "abs", "capitalize", "count", "d", "default", "e", "escape", "first", "float", "int", "last", "length", "list",
    "lower", "max", "min", "round", "safe", "sort", "string", "sum", "title", "tojson", "trim", "upper",
})  # fmt: skip
REFUSED = frozenset({
    "Assign", "AssignBlock", "Block", "CallBlock", "EvalContextModifier", "Extends", "FilterBlock", "FromImport",
    "Import", "Include", "Macro", "Mod", "Mul", "Pow", "ScopedEvalContextModifier", "With",
})  # fmt: skip
"""Kinds of nodes that can multiply time or memory, or reach beyond the template."""


class TemplateProblem(ValueError):
    """A template that cannot be read or rendered."""


def rendered(text: str, values: Mapping[str, object] | None = None) -> str:
    """What a template comes to; what it names and nobody gave is empty. Raises TemplateProblem."""
    check(text)
    try:
        return _environment().from_string(text).render(values or {})
    except Exception as error:  # whatever somebody's template makes a filter raise
        raise TemplateProblem(
            f"Failed to render template due to the following error: {type(error).__name__}({str(error)[:200]!r})"
        ) from None


def check(text: str) -> None:
    """Raise TemplateProblem unless the template can be read, and rendered in bounded time."""
    from jinja2 import TemplateSyntaxError

    if len(text) > LONGEST:
        raise TemplateProblem(f"A template has {LONGEST} characters at most.")
    try:
        tree = _environment().parse(text)  # not compiled before it is known to be harmless: that computes constants
    except TemplateSyntaxError as error:
        raise TemplateProblem(error.message or "It cannot be read.") from None
    except (RecursionError, ValueError, OverflowError):
        raise TemplateProblem("It cannot be read.") from None
    problem = next(_problems(tree), None)
    if problem is not None:
        raise TemplateProblem(problem)


def _problems(tree: nodes.Template) -> Iterator[str]:
    from jinja2 import nodes

    for node in tree.find_all(nodes.Node):
        kind = type(node).__name__
        if kind in REFUSED:
            yield f"{kind} cannot be used here."
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield f"No filter named {node.name!r}."
        elif isinstance(node, nodes.Call) and not (isinstance(node.node, nodes.Name) and node.node.name == "range"):
            yield "Nothing but range() can be called here."
        elif isinstance(node, nodes.For) and node.find(nodes.For) is not None:
            yield "Loops cannot be nested here."


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import ChainableUndefined
    from jinja2.sandbox import SandboxedEnvironment

    made = SandboxedEnvironment(undefined=ChainableUndefined, autoescape=False)
    made.globals = {"range": _range}
    made.filters = {name: made.filters[name] for name in FILTERS}
    return made


def _range(*bounds: Any) -> range:
    made = range(*bounds)
    if len(made) > MOST_REPEATS:
        raise OverflowError(f"a loop has {MOST_REPEATS} rounds at most")
    return made
