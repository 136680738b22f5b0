"""What we write as TOML, the standard library reads as the same."""

from __future__ import annotations

import tomllib

import pytest

from prefect.settings.toml_text import to_toml

DOCUMENTS: list[dict[str, object]] = [
    {"active": "p1", "profiles": {"p1": {"PREFECT_API_URL": "http://x/api"}, "empty": {}}},
    {"profiles": {'two words "quoted"': {"k.with.dots": 'back\\slash "quote"\n\ttab \x7f \x00 é 🙂'}}},
    {"a": True, "b": 1, "c": 1.5, "d": [1, "x", {"y": False}], "e": {"f": {"g": {"h": "deep"}}}},
    {},
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_round_trip(document: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(document)) == document


def test_none_is_left_out_and_the_layout_is_plain() -> None:
    text = to_toml({"active": None, "x": 1, "profiles": {"a": {"K": "v"}, "b": {}}})
    assert text == 'x = 1\n\n[profiles.a]\nK = "v"\n\n[profiles.b]\n'
