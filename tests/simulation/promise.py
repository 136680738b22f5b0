"""What must be true of the world after every step."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.world import FOLLOWS, World

FINAL = "('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')"
NEVER = {
    "a run's state is not the last of its history": """
        SELECT hex(r.id), r.state_type, s.type FROM flow_run r LEFT JOIN flow_run_state s
          ON s.flow_run_id = r.id AND s.sequence = r.sequence
        WHERE (r.state_type, r.state_timestamp, r.state_id) IS NOT (s.type, s.timestamp, s.id)""",
    "a history has gaps": """
        SELECT hex(flow_run_id) FROM flow_run_state GROUP BY 1
        HAVING min(sequence) <> 0 OR count(*) <> max(sequence) + 1""",
    "a run's count is not how often it ran": """
        SELECT hex(r.id) FROM flow_run r
        WHERE run_count <> (
          SELECT count(*) FROM flow_run_state s WHERE s.flow_run_id = r.id AND s.type = 'RUNNING' AND NOT EXISTS (
            SELECT 1 FROM flow_run_state p WHERE p.flow_run_id = r.id AND p.sequence = s.sequence - 1 AND p.type = 'PAUSED'))""",
    "an ended run is still held": f"""
        SELECT hex(r.id), a.holder FROM flow_run r JOIN run_attempt a ON a.run_id = r.id
        WHERE a.ended IS NULL AND r.state_type IN {FINAL}""",
    "two processes hold a run": """
        SELECT hex(run_id) FROM run_attempt WHERE ended IS NULL GROUP BY run_id HAVING count(*) > 1""",
    "a run is running and nobody holds it": """
        SELECT hex(r.id) FROM flow_run r WHERE r.state_type = 'RUNNING' AND NOT EXISTS
          (SELECT 1 FROM run_attempt a WHERE a.run_id = r.id AND a.attempt = r.attempt AND a.ended IS NULL)""",
    "an earlier attempt moved a run on": """
        SELECT hex(a.flow_run_id) FROM flow_run_state a JOIN flow_run_state b
          ON a.flow_run_id = b.flow_run_id AND b.sequence = a.sequence + 1 WHERE b.attempt < a.attempt""",
    "an end has no time, or a time no end": f"""
        SELECT hex(id) FROM flow_run WHERE (end_time IS NOT NULL) <> (state_type IN {FINAL})""",
}


def violations(world: World) -> list[str]:
    """What is not as promised."""
    return [*_never(world), *_histories(world), *_schedules(world)]


def _never(world: World) -> Iterator[str]:
    for problem, sql in NEVER.items():
        yield from (f"{problem}: {row}" for row in world.rows(sql))


def _histories(world: World) -> Iterator[str]:
    before: dict[bytes, str] = {}
    for run_id, type in world.rows("SELECT flow_run_id, type FROM flow_run_state ORDER BY flow_run_id, sequence"):
        if type not in FOLLOWS[before.get(run_id)].split():
            yield f"{run_id.hex()}: {type} followed {before.get(run_id)}"
        before[run_id] = type


def _schedules(world: World) -> Iterator[str]:
    """A run that is running before its time, though it had neither ended nor been given another time before."""
    for run_id, due in world.not_before.items():
        if world.clock.moment >= due:
            continue
        rows = world.rows("SELECT type FROM flow_run_state WHERE flow_run_id = ? ORDER BY sequence", run_id.bytes)
        before = [type for (type,) in rows]
        if "RUNNING" in before and set(before[1 : before.index("RUNNING")]) <= {"PENDING"}:
            yield f"{run_id} ran {due - world.clock.moment} us before its time"
