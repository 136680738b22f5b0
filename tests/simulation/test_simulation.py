"""Seeds of the simulated world; `python -m tests.simulation.test_simulation FIRST COUNT` runs more of them."""

from __future__ import annotations

import sys
import time
from collections import Counter

import pytest

from tests.simulation.promise import violations
from tests.simulation.world import World

STEPS = 120
SEEDS = 200


def live(seed: int) -> World:
    """Let a world run its course; raises AssertionError, naming seed and step, where the promise is broken."""
    world = World(seed)
    for step in range(STEPS):
        world.step()
        found = violations(world)
        assert found == [], f"seed {seed}, step {step}"
    return world


@pytest.mark.parametrize("batch", range(10))
def test_the_promise_holds(batch: int) -> None:
    for seed in range(batch * SEEDS // 10, (batch + 1) * SEEDS // 10):
        live(seed).database.close()


def test_when_all_processes_are_gone_every_run_that_began_has_ended() -> None:
    for seed in range(20):
        world = live(seed)
        for process in world.processes:
            process.alive = False
        world.clock.advance(30)
        world.detect()
        running = world.rows("SELECT hex(id), state_type FROM flow_run WHERE state_type IN ('RUNNING', 'CANCELLING')"
                             " AND attempt > 0 AND run_count > 0")  # fmt: skip
        assert running == [], f"seed {seed}"
        assert violations(world) == []
        world.database.close()


def test_a_seed_replays() -> None:
    histories = []
    for _ in range(2):
        world = live(7)
        histories.append(world.rows("SELECT * FROM flow_run_state ORDER BY 1, 2"))
        world.database.close()
    assert histories[0] == histories[1]


def test_the_world_is_rich_enough() -> None:
    seen: Counter[str] = Counter()
    for seed in range(40):
        world = live(seed)
        seen.update(dict(world.rows("SELECT type, count(*) FROM flow_run_state GROUP BY 1")))
        seen["second attempts"] += len(world.rows("SELECT 1 FROM run_attempt WHERE attempt > 1"))
        seen["given up"] += len(world.rows("SELECT 1 FROM flow_run_state WHERE message LIKE '%not been heard%'"))
        world.database.close()
    wanted = "SCHEDULED PENDING RUNNING COMPLETED FAILED CRASHED CANCELLED CANCELLING PAUSED"
    assert all(seen[name] > 10 for name in (*wanted.split(), "second attempts", "given up")), seen


def main() -> None:
    first, count = int(sys.argv[1]), int(sys.argv[2])
    began = time.monotonic()
    for seed in range(first, first + count):
        live(seed).database.close()
    print(f"{count} seeds, no violation, {count / (time.monotonic() - began) * 60:.0f} seeds/min")


if __name__ == "__main__":
    main()
