"""The line that shows a person how far long maps have come."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import textwrap
from pathlib import Path

PROGRAM = """
from prefect import flow, task

@task
def work(number):
    if number == 7:
        raise ValueError("seven")

@flow
def main():
    work.map(range({count})).wait()

main(return_state=True)
"""


def shown(tmp_path: Path, count: int, **settings: str) -> str:
    """What a terminal of 120 columns shows of a map over `count` numbers."""
    script = tmp_path / "main.py"
    script.write_text(textwrap.dedent(PROGRAM.format(count=count)))
    ours, theirs = pty.openpty()
    given = {"PREFECT_HOME": str(tmp_path / "home"), "TERM": "xterm", "COLUMNS": "120", **settings}
    with os.fdopen(ours, "rb", buffering=0) as screen:
        process = subprocess.Popen([sys.executable, str(script)], stderr=theirs, env={**os.environ, **given})
        os.close(theirs)
        seen = b""
        try:
            while piece := screen.read(65536):
                seen += piece
        except OSError:  # Linux says so when the other side is gone
            pass
        assert process.wait(30) == 0
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen.decode())


def completed(text: str) -> int:
    """How many lines tell that a task has completed."""
    return len(re.findall(r"Task run '\S+' - Finished in state Completed", text))


def test_a_long_map_is_one_line(tmp_path: Path) -> None:
    text = shown(tmp_path, 300)
    assert "work" in text
    assert "300/300" in text
    assert "1 failed" in text
    assert "/s" in text
    assert completed(text) < 150
    assert text.count("ValueError: seven") >= 1


def test_a_short_map_has_none(tmp_path: Path) -> None:
    text = shown(tmp_path, 50)
    assert "50/50" not in text
    assert completed(text) == 49


def test_nobody_is_shown_one_without_colours(tmp_path: Path) -> None:
    text = shown(tmp_path, 150, PREFECT_LOGGING_COLORS="false")
    assert "150/150" not in text
    assert completed(text) == 149


def test_a_stream_that_is_no_terminal_gets_lines(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(PROGRAM.format(count=150))
    given = {**os.environ, "PREFECT_HOME": str(tmp_path / "home")}
    done = subprocess.run([sys.executable, str(script)], env=given, capture_output=True, text=True, check=True)
    assert "150/150" not in done.stderr
    assert completed(done.stderr) == 149
