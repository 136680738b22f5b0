"""The generated pages of `docs/reference` are up to date, and nothing they should name is missing."""

from __future__ import annotations

import runpy
from collections.abc import Callable

import pytest

from prefect import exceptions
from prefect.settings.root import INDEX
from tests.support.source import PACKAGE, ROOT

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


def test_the_plan_of_the_house_names_every_room() -> None:
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = plan.split("src/prefect/\n", 1)[1].split("```", 1)[0]
    rooms = {path.name + ("/" if path.is_dir() else "") for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    assert not {room for room in rooms if room not in tree} - {"py.typed"}
