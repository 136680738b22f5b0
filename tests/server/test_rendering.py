"""Templates in parameters, rendered within bounds."""

from __future__ import annotations

import time

import pytest

from prefect.server.rendering import TemplateProblem, rendered


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a {{ 1 + 1 }} b", "a 2 b"),
        ("{% for n in range(3) %}{{ n }}{% endfor %}", "012"),
        ("{% if x.y %}a{% else %}b{% endif %}{{ x.y.z }}", "b"),
        ("{{ 'a' | upper }}{{ [3, 1] | sort | first }}", "A1"),
    ],
)
def test_what_is_rendered(template: str, text: str) -> None:
    assert rendered(template) == text


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{", "unexpected 'end of template'"),
        ("{{ 9 ** 9 ** 9 }}", "Pow"),
        ("{{ 'x' * 1000000000 }}", "Mul"),
        ("{{ '%1000000000d' % 1 }}", "Mod"),
        ("{{ 'x'.ljust(1000000000) }}", "Nothing but range()"),
        ("{{ 'x' | center(1000000000) }}", "No filter named 'center'"),
        ("{% for a in range(1000) %}{% for b in range(1000) %}x{% endfor %}{% endfor %}", "nested"),
        ("{% for a in range(100000) %}x{% endfor %}", "rounds at most"),
        ("{% set s = 'x' %}{{ s }}", "Assign"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "Nothing but range()"),
        ("{{ 1 / 0 }}", "ZeroDivisionError('division by zero')"),
        ("{{ x }}" * 10_000, "characters at most"),
        ("{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "cannot be read"),
    ],
)
def test_what_is_not(template: str, says: str) -> None:
    begun = time.monotonic()
    with pytest.raises(TemplateProblem) as caught:
        rendered(template)
    assert says in str(caught.value)
    assert time.monotonic() - begun < 5
