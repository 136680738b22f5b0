"""Every snippet of the README and of docs/ runs, and prints what the page says it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs import pages
from tests.support.source import ROOT

PAGES = [path for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))] if pages.read(path)]


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_page_is_true(page: Path, tmp_path: Path) -> None:
    report, folder = tmp_path / "report.json", tmp_path / "here"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.docs.driver", str(page), str(report)],
        cwd=folder,
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for part in json.loads(report.read_text()):
        place = f"{page.relative_to(ROOT)}:{part['line']}"
        assert not part["error"], f"{place} raised\n{part['error']}\n{part['stderr']}"
        odd = pages.mismatch(part["promised"], part["stdout"], part["stderr"]) if part["promised"] else None
        assert odd is None, f"{place} and its output differ in:\n{odd}\n{part['stdout']}\n{part['stderr']}"


def environment(home: Path) -> dict[str, str]:
    """A shell in which `python` and `prefect` are those of these tests, with a record of its own."""
    return {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "COLUMNS": "120",
    }


def test_steps_are_read(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nprint(1)\n```\n\nprints\n\n```text\n1\n```\n\n```sh\nrm -rf /\n```\n"
        "```python file=a.py\nx = 1\n```\n\n"
        "1. indented\n\n   ```console\n   $ ls\n   a.py\n   $ pwd\n   ```\n"
    )
    python, file, console = pages.read(page)
    assert (python.text, python.output, python.line) == ("print(1)\n", "1\n", 1)
    assert (file.name, file.text) == ("a.py", "x = 1\n")
    assert console.commands == [("ls", "a.py\n"), ("pwd", "")]


@pytest.mark.parametrize(
    ("promised", "stdout", "stderr", "odd"),
    [
        ("12:00:01.5 | Flow run 'gold-ant'", "", "09:30:00.123 | Flow run 'red-bee'", None),
        ("12:00:01.5 | Task run 'a-1fc'", "", "09:30:00.123 | Task run 'a-bee'", None),
        ("12:00:01.5 | Task run 'a-1fc'", "", "09:30:00.123 | Task run 'b-1fc'", "TIME Task run 'a XXX'"),
        ("10:00:00 | INFO | a\nhello", "hello", "noise\n11:00:00 | INFO | a", None),
        ("10:00:00 | a\n10:00:00 | b", "", "11:00:00 | b\n11:00:00 | a", None),
        ("10:00:00 | a\n10:00:00 | a", "", "11:00:00 | a\n11:00:00 | b", "TIME a"),
        ("a\nb", "b\na", "", "a"),
        ("a\nc", "a\nb\nc", "", "c"),
        ("a\n...\nc", "a\nb\nc", "", None),
        ("a\n...", "a\nb\nc", "", None),
        ("a", "a\na", "", "a"),
        ("a", "a", "noise", None),
        ("...\nValueError: no", "", "Traceback\nValueError: no", None),
        ("took 1.5 s", "took 12 ms", "", None),
        ("total 3", "total 4", "", "total 3"),
        ("│ x │", "| x |", "", None),
    ],
)
def test_output_is_compared_loosely(promised: str, stdout: str, stderr: str, odd: str | None) -> None:
    assert pages.mismatch(promised, stdout, stderr) == odd


def test_a_block_that_is_never_closed_is_named() -> None:
    with pytest.raises(ValueError, match="line 3: this block is never closed"):
        list(pages.fences("a\n\n```python\nx"))
