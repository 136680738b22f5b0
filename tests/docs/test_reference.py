"""The generated pages of `docs/reference` are up to date, and nothing they should name is missing."""

from __future__ import annotations

import runpy
from collections.abc import Callable

import pytest

from prefect import exceptions
from prefect.settings.root import INDEX
from tests.support.source import ROOT

GENERATOR = runpy.run_path(str(ROOT / "docs" / "generate.py"))
PAGES: dict[str, Callable[[], str]] = GENERATOR["PAGES"]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / "reference" / f"{name}.md").read_text(encoding="utf-8")
    assert written == PAGES[name](), "run `make docs`"


def test_every_setting_has_its_lines() -> None:
    page = PAGES["settings"]()
    assert INDEX.by_accessor
    assert not [field.name for field in INDEX.by_accessor.values() if f"### {field.name}\n\n{field.help}" not in page]


def test_every_error_says_what_it_means() -> None:
    page = PAGES["errors"]()
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > 50
    assert not [row[0] for row in rows if len(row) < 3 or not row[2]]
    assert exceptions.PrefectException.__name__ in rows[0][0]
