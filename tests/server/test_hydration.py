"""Parameters that say how they are made."""

from __future__ import annotations

from typing import Any

from prefect.server.hydration import Problem, Unknown, hydrated, problems_in

KIND = "__prefect_kind"


def made(value: Any, render: bool = True) -> Any:
    variables = {"known": {"value": [1]}}
    return hydrated({"x": value}, variables.get, render).get("x", "nothing")


def test_values_are_made_wherever_they_stand() -> None:
    number = {KIND: "json", "value": "3"}
    assert made({"a": [number, {"b": number}], "c": None}) == {"a": [3, {"b": 3}], "c": None}
    assert made({KIND: "none", "value": number}) == 3
    assert made({KIND: "workspace_variable", "variable_name": "known"}) == [1]
    assert made({KIND: "jinja", "template": "{{ 1 }}"}) == "1"
    assert made({KIND: 3, "value": 1}) == {KIND: 3, "value": 1}


def test_what_lacks_its_source_is_left_out() -> None:
    for kind in ("json", "jinja", "workspace_variable", "none"):
        assert made({KIND: kind}) == "nothing"


def test_templates_may_only_be_read() -> None:
    assert isinstance(made({KIND: "jinja", "template": "{{ 1 }}"}, render=False), Unknown)
    assert isinstance(made({KIND: "jinja", "template": "{{"}, render=False), Problem)


def test_problems_are_found_wherever_they_stand() -> None:
    deep = "[" * 5000 + "]" * 5000
    bad = [{KIND: "json", "value": text} for text in ("{", "NaN", deep)]
    bad.append({KIND: "workspace_variable", "variable_name": "unknown"})
    assert len(problems_in(made({"a": bad}))) == 4
