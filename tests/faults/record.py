"""The record of a home as a stranger reads it, and what in it would contradict itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

FINAL = "('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')"
NEVER_BEGUN = "(t.state_type = 'PENDING' AND t.state_name = 'NotReady')"

CONTRADICTIONS = {
    "a run's state is not the last of its history": """
        SELECT r.id, r.state_type, s.type FROM {kind} r LEFT JOIN {kind}_state s
          ON s.{kind}_id = r.id AND s.sequence = r.sequence
        WHERE (r.state_type, r.state_name, r.state_timestamp, r.state_id)
          IS NOT (s.type, s.name, s.timestamp, s.id) OR r.state_message IS NOT s.message""",
    "a history goes beyond its run": """
        SELECT s.{kind}_id, s.sequence, r.sequence FROM {kind}_state s LEFT JOIN {kind} r ON s.{kind}_id = r.id
        WHERE r.id IS NULL OR s.sequence > r.sequence""",
    "a history has gaps": """
        SELECT {kind}_id, count(*), max(sequence) FROM {kind}_state GROUP BY {kind}_id
        HAVING count(*) <> max(sequence) + 1 OR min(sequence) <> 0""",
    "a run's count is not how often it ran": """
        SELECT r.id, r.run_count, count(s.id) FROM {kind} r LEFT JOIN {kind}_state s
          ON s.{kind}_id = r.id AND s.type = 'RUNNING' AND NOT EXISTS (SELECT 1 FROM {kind}_state p
            WHERE p.{kind}_id = r.id AND p.sequence = s.sequence - 1 AND p.type = 'PAUSED')
        GROUP BY r.id HAVING r.run_count <> count(s.id)""",
    "an end time does not go with the state": f"""
        SELECT id, state_type, end_time FROM {{kind}} WHERE (end_time IS NOT NULL) <> (state_type IN {FINAL})""",
    "a run has negative times": """
        SELECT id, run_time, start_time, end_time FROM {kind} WHERE run_time < 0 OR end_time < start_time""",
}
BETWEEN = {
    "an attempt is open though its run has ended": f"""
        SELECT r.id, a.attempt FROM flow_run r JOIN run_attempt a ON a.run_id = r.id
        WHERE a.ended IS NULL AND r.state_type IN {FINAL}""",
    "a task is under way though its flow run has ended": f"""
        SELECT t.id, t.state_type FROM task_run t JOIN flow_run r ON t.flow_run_id = r.id
        WHERE r.state_type IN {FINAL} AND t.state_type NOT IN {FINAL} AND NOT {NEVER_BEGUN}""",
    "a slot is held though its run has ended": f"""
        SELECT s.run_id FROM concurrency_slot s JOIN flow_run r ON r.id = s.run_id WHERE r.state_type IN {FINAL}""",
}


class Record:
    """Reads the database of a home with nothing but SQLite."""

    def __init__(self, home: Path) -> None:
        self.path = home / "prefect.db"

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            return connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, *parameters: object) -> Any:
        """The first column of the first row, None without rows."""
        found = self.rows(sql, *parameters)
        return found[0][0] if found else None

    def main_run(self) -> UUID | None:
        """The first flow run that is no subflow."""
        if not self.path.exists() or not self.one("SELECT count(*) FROM sqlite_master WHERE name = 'flow_run'"):
            return None
        found = self.one("SELECT id FROM flow_run WHERE parent_task_run_id IS NULL ORDER BY created")
        return None if found is None else UUID(bytes=found)

    def contradictions(self) -> list[str]:
        """What cannot be true at once; empty for a sound record."""
        return list(self._contradictions())

    def _contradictions(self) -> Iterator[str]:
        damage = self.one("PRAGMA integrity_check")
        if damage != "ok":
            yield f"the file is damaged: {damage}"
        for kind in ("flow_run", "task_run"):
            for problem, sql in CONTRADICTIONS.items():
                yield from (f"{kind}: {problem}: {_shown(row)}" for row in self.rows(sql.format(kind=kind)))
        for problem, sql in BETWEEN.items():
            yield from (f"{problem}: {_shown(row)}" for row in self.rows(sql))


def _shown(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(value.hex() if isinstance(value, bytes) else value for value in row)
