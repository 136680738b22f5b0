"""User code keeps its types: mypy and pyright agree with all of the corpus, and see every mistake in it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT

CORPUS = Path(__file__).parent / "corpus"
WRONG = CORPUS / "wrong.py"
RIGHT = sorted(path for path in CORPUS.glob("*.py") if path != WRONG)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def mypy(files: list[Path], cache: Path) -> list[tuple[str, int, str]]:
    """File, line and message of each error that `mypy --strict` finds in these files."""
    done = run(
        "mypy",
        "--strict",
        "--follow-imports=silent",
        "--cache-dir",
        str(cache),
        "--config-file=",
        *map(str, files),
    )
    found = re.findall(r"^(.+?):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    assert found or done.returncode == 0, done.stdout + done.stderr
    return [(Path(file).name, int(line), message) for file, line, message in found]


def pyright(files: list[Path], folder: Path) -> list[tuple[str, int, str]]:
    """The same for pyright in strict mode."""
    settings = {
        "extraPaths": [str(ROOT / "src")],
        "include": [str(file) for file in files],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
        "reportUnusedFunction": False,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    done = run("basedpyright", "--project", str(folder), "--pythonpath", sys.executable, "--outputjson")
    report = json.loads(done.stdout)
    errors = [item for item in report["generalDiagnostics"] if item["severity"] == "error"]
    return [(Path(e["file"]).name, e["range"]["start"]["line"] + 1, e["message"]) for e in errors]


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / tool), *arguments]
    environment = {**os.environ, "MYPYPATH": str(ROOT / "src")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)


def test_mypy_knows_the_types(tmp_path: Path) -> None:
    assert mypy(RIGHT, tmp_path) == []


def test_pyright_knows_the_types(tmp_path: Path) -> None:
    assert pyright(RIGHT, tmp_path) == []


def test_mypy_sees_the_mistakes(tmp_path: Path) -> None:
    assert {line for _, line, _ in mypy([WRONG], tmp_path)} == marked()


def test_pyright_sees_the_mistakes(tmp_path: Path) -> None:
    assert {line for _, line, _ in pyright([WRONG], tmp_path)} == marked()


def marked() -> set[int]:
    return {number for number, text in enumerate(WRONG.read_text().splitlines(), start=1) if text.endswith("# wrong")}
