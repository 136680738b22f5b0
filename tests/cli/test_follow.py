"""`flow-run logs --follow` and `flow-run watch` while the run goes on in another process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from threading import Timer

import pytest

from tests.cli.conftest import Prefect, eventually
from tests.cli.scripts import TALKER, start


@pytest.fixture
def talking(tmp_path: Path, home: Path) -> Iterator[Popen[bytes]]:
    """A process that logs 200 words in four seconds."""
    script = tmp_path / "talker.py"
    script.write_text(TALKER)
    process = start(script, home)
    try:
        eventually((tmp_path / "started").exists)
        yield process
    finally:
        process.kill()
        process.wait()


def test_follow_shows_every_line_once_and_ends_with_the_run(prefect: Prefect, talking: Popen[bytes]) -> None:
    [run] = prefect("flow-run", "ls", "-o", "json").json
    said = prefect("flow-run", "logs", run["id"], "-f")
    assert said.code == 0
    words = [line.rpartition(" ")[2] for line in said.out.splitlines() if " - word " in line]
    assert words == [str(number) for number in range(200)]


def test_follow_and_watch_end_when_the_process_is_killed(prefect: Prefect, talking: Popen[bytes]) -> None:
    [run] = prefect("flow-run", "ls", "-o", "json").json
    assert "still 'Running' after 0 s" in prefect("flow-run", "watch", run["id"], "--timeout", 0).err
    Timer(0.5, talking.kill).start()
    said = prefect("flow-run", "watch", run["id"])
    assert said.code == 1
    assert "Crashed" in said.out
    assert prefect("flow-run", "logs", run["id"], "-f").code == 0
