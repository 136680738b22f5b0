"""Templates of automations: what is wrong with one, found without running any of it.

A template is only parsed. Compiling it would compute what is constant in it, such as `9 ** 9 ** 9`, and that has no bound.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from jinja2 import TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LARGEST = 100_000
"""Characters of a template."""


class Problem(NamedTuple):
    """What is wrong with a template, and in which line."""

    line: int
    message: str


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """How templates are read: nothing of the server is within their reach."""
    return ImmutableSandboxedEnvironment(autoescape=False)


def problem_of(template: str) -> Problem | None:
    """What is wrong with a template; None if nothing is."""
    if len(template) > LARGEST:
        return Problem(1, f"The template is longer than {LARGEST} characters.")
    try:
        return _unknown_in(environment().parse(template))
    except TemplateSyntaxError as error:
        return Problem(error.lineno, error.message or "The template cannot be read.")
    except (TemplateError, RecursionError, ValueError, OverflowError, MemoryError) as error:
        return Problem(1, f"The template cannot be read: {type(error).__name__}.")


def _unknown_in(template: nodes.Template) -> Problem | None:
    """The first filter or test that does not exist."""
    for node in template.find_all((nodes.Filter, nodes.Test)):
        kind, known = (
            ("filter", environment().filters) if isinstance(node, nodes.Filter) else ("test", environment().tests)
        )
        if node.name not in known:
            return Problem(node.lineno, f"No {kind} named {node.name!r}.")
    return None
