"""Kills a flow with SIGKILL at random instants and resumes it, again and again: `python -m tests.faults.kill9 --kills 1000`.

A task notes that it ran in a file of its own, so that what really happened does not rest on the record. After each
kill the record says which tasks have completed; none of these may run again. Once the flow has completed, everything
must have run, and the record must not contradict itself.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from uuid import UUID

from tests.faults.processes import start
from tests.faults.record import Record

TASKS = 50
RESULT = 470


class Story:
    """One flow from its beginning to its completion, with kills in between."""

    def __init__(self, home: Path, chance: random.Random) -> None:
        self.home = home
        self.chance = chance
        self.notes = home.with_name(f"{home.name}.notes")
        self.record = Record(home)
        self.kills = 0
        self.finished_before: Counter[str] = Counter()

    def until_completed(self, most_kills: int, longest: float = 1.2) -> None:
        """Begin, kill, resume, kill, resume, ... and in the end let it finish."""
        while True:
            run_id = self.record.main_run()
            process = self._begin(run_id)
            if self.kills >= most_kills:
                self._let_finish(process)
                return
            if self.kills == 0:
                self._wait_for_tasks(self.chance.randint(0, TASKS // 2), process)
            else:
                time.sleep(self.chance.uniform(0.1, longest))
            if process.poll() is None:
                process.kill()
                self.kills += 1
            output, _ = process.communicate()
            if process.returncode == 0:
                self._check_end(output)
                return
            assert process.returncode == -9, f"ended by itself with {process.returncode}:\n{output}"

    def _wait_for_tasks(self, count: int, process: subprocess.Popen[str]) -> None:
        """Return when `count` task bodies have run: however fast the machine, the flow is then in the middle."""
        while self.noted().total() < count and process.poll() is None:
            time.sleep(0.002)

    def _begin(self, run_id: UUID | None) -> subprocess.Popen[str]:
        self._remember()
        if run_id is None:
            return start("pipeline", str(self.notes), "begin", home=self.home)
        return start("pipeline", str(self.notes), "resume", str(run_id), home=self.home)

    def _let_finish(self, process: subprocess.Popen[str]) -> None:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, f"ended by itself with {process.returncode}:\n{output}"
        self._check_end(output)

    def noted(self) -> Counter[str]:
        """How often each task's body ran."""
        return Counter(self.notes.read_text().split()) if self.notes.exists() else Counter()

    def _remember(self) -> None:
        """Note how often the tasks had run whose completion is on record: they may not run again."""
        if self.record.main_run() is None:
            return
        noted = self.noted()
        for name in self.completed():
            known = self.finished_before.setdefault(name, noted[name])
            assert noted[name] == known, f"{name} had completed on record and ran again"

    def completed(self) -> set[str]:
        """Names of the task calls whose completion is committed."""
        sql = "SELECT name FROM task_run WHERE state_type = 'COMPLETED' AND task_name = 'work'"
        return {name for (name,) in self.record.rows(sql)}

    def _check_end(self, output: str) -> None:
        assert "result " in output, output
        assert "Traceback" not in output, output
        self._remember()
        noted = self.noted()
        assert len(noted) == TASKS, f"{TASKS - len(noted)} tasks never ran"
        assert self.record.contradictions() == []
        unfinished = self.record.rows(
            "SELECT hex(id), state_type FROM flow_run WHERE state_type NOT IN ('COMPLETED', 'CRASHED')"
        )
        assert unfinished == []
        assert self.record.one("SELECT state_type FROM flow_run WHERE parent_task_run_id IS NULL") == "COMPLETED"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--each", type=int, default=6, help="most kills of one flow")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")
    chance, kills, flows = random.Random(seed), 0, 0
    while kills < options.kills:
        folder = Path(tempfile.mkdtemp(prefix="headrace-kill9-"))
        story = Story(folder / "home", chance)
        story.until_completed(min(options.each, options.kills - kills))
        kills, flows = kills + story.kills, flows + 1
        print(f"{kills} kills, {flows} flows completed; task bodies run {sum(story.noted().values())} of {TASKS}")
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
