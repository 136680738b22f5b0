"""The power fails after any write: what the server had acknowledged by then is found when it comes back.

Every operation on the database's files is recorded while a server works, with the moment of each answer between them. Then
the files are made again as a disk may hold them that loses its power after one operation, for every one in turn.
"""

from __future__ import annotations

import random
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.faults.power.recording import SYNCED, Disk, Operation, build, compiler, operations
from tests.faults.servers import ServerProcess
from tests.server.listening import an_event

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux" or compiler() is None, reason="needs Linux and a C compiler"),
]

RUNS, CLIENTS = 12, 4


class Acknowledged(NamedTuple):
    """An answer: how long the record was before the request and with the answer, and the rows by table that it vouches for."""

    before: int
    after: int
    rows: Counter[str]


class Working:
    """A server under load, and what it acknowledged.

    Args:
        folder: where its files are.
    """

    def __init__(self, folder: Path) -> None:
        self.record, self.place = folder / "record", folder / "data" / "prefect.db"
        self.place.parent.mkdir()
        self.server = ServerProcess(
            folder / "home",
            f"sqlite:///{self.place}",
            LD_PRELOAD=str(build(folder)),
            HEADRACE_RECORD=str(self.record),
            HEADRACE_RECORD_UNDER=str(self.place.parent),
        )
        self.answers: list[Acknowledged] = []

    def work(self) -> None:
        """Some writes one after another, then as many by several clients at once; then it is killed."""
        self.server.start()
        try:
            for number in range(RUNS // 2):
                self.write(number)
            with ThreadPoolExecutor(CLIENTS) as pool:
                list(pool.map(self.write, range(RUNS // 2, RUNS)))
        finally:
            self.server.kill()

    def write(self, number: int) -> None:
        """What a client does in a short flow."""
        with httpx.Client(base_url=self.server.api, timeout=30) as client:
            flow = self.ask(client, "/flows/", {"name": f"power {number}"}, flow=1)["id"]
            run = {"flow_id": flow, "state": {"type": "PENDING"}}
            run_id = self.ask(client, "/flow_runs/", run, flow_run=1, flow_run_state=1)["id"]
            self.ask(client, f"/flow_runs/{run_id}/set_state", {"state": {"type": "RUNNING"}}, flow_run_state=1)
            line = {"name": "n", "level": 20, "message": "m" * 50, "timestamp": "2026-01-01T00:00:00Z"}
            self.ask(client, "/logs/", [{**line, "flow_run_id": run_id}] * 3, log=3)
            self.ask(client, "/events", [an_event(), an_event()], event=2)
            self.ask(client, "/variables/", {"name": f"v{number}", "value": number}, variable=1)

    def ask(self, client: httpx.Client, path: str, body: Any, **rows: int) -> Any:
        before = self.record.stat().st_size
        answer = client.post(path, json=body)
        assert answer.is_success, answer.text
        self.answers.append(Acknowledged(before, self.record.stat().st_size, Counter(rows)))
        return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def working(tmp_path_factory: pytest.TempPathFactory) -> Working:
    made = Working(tmp_path_factory.mktemp("power"))
    made.work()
    return made


def test_no_answer_comes_before_its_sync(working: Working) -> None:
    synced = [operation.end for operation in operations(working.record) if operation.kind == SYNCED]
    assert len(working.answers) == RUNS * 6
    for answer in working.answers:
        assert any(answer.before < end <= answer.after for end in synced), answer
    groups = {answer.after for answer in working.answers}
    assert len(synced) >= len(groups) >= RUNS * 3


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_after_any_write(working: Working, tmp_path: Path, seed: int | None) -> None:
    """None of what was not synced is on the disk, or any part of it."""
    checked = 0
    for disk, due in _moments(working):
        chance = None if seed is None else random.Random(f"{seed} {checked}")
        checked += 1
        found = _rows(disk.after_failure(chance), working.place, tmp_path / str(checked), due)
        missing = {table: (found[table], count) for table, count in due.items() if found[table] < count}
        assert not missing, f"after operation {checked}, with {seed}: found and acknowledged {missing}"
    assert checked > 200


def _moments(working: Working) -> Iterator[tuple[Disk, Counter[str]]]:
    """The disk after each operation since the server was ready, with what had been acknowledged before the next one."""
    first = min(answer.before for answer in working.answers)
    waiting = sorted(working.answers, key=lambda answer: answer.after)
    disk, due = Disk(), Counter[str]()
    for operation, following in _pairs(list(operations(working.record))):
        disk.apply(operation)
        while waiting and (following is None or waiting[0].after < following.end):
            due.update(waiting.pop(0).rows)
        if operation.end >= first:
            yield disk, due


def _pairs(every: list[Operation]) -> Iterator[tuple[Operation, Operation | None]]:
    return zip(every, [*every[1:], None], strict=True)


def _rows(files: dict[str, bytes], place: Path, folder: Path, tables: Counter[str]) -> Counter[str]:
    """How many rows the tables have in a database that is opened from these files."""
    folder.mkdir()
    for path, content in files.items():
        if Path(path).suffix != ".db-shm":
            (folder / Path(path).name).write_bytes(content)
    with closing(sqlite3.connect(folder / place.name)) as connection:
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        counted = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    for file in folder.iterdir():
        file.unlink()
    return Counter(counted)
