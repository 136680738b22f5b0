"""What a retry would do: each recorded call with `reuse` or `run`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from prefect.cli.output import say, show_json, show_table
from prefect.cli.record import deciding, task_runs
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.ports import RecordedCall
from prefect.engine.calls.replay import Replay

REUSE, RUN = "reuse", "run"


class Planned(NamedTuple):
    """A recorded call and what becomes of it."""

    id: UUID
    name: str
    state: str
    action: str


def show_plan(run: FlowRun, again_from: UUID | None, as_json: bool) -> None:
    """Print the plan of a retry."""
    planned = plan(run, again_from)
    if as_json:
        return show_json([{**call._asdict(), "flow_run_id": run.id} for call in planned])
    rows = [(call.id, call.name, call.state, call.action) for call in planned]
    show_table(f"Retry of flow run {run.name!r}", ("Task run", "Name", "State", "Retry"), rows)
    reused = sum(call.action == REUSE for call in planned)
    return say(f"{reused} would be reused, {len(planned) - reused} run again; calls not reached before run anew.")


def plan(run: FlowRun, again_from: UUID | None) -> list[Planned]:
    """Every recorded call in the order they were made. Raises ObjectNotFound if `again_from` is none of them."""
    recorded = deciding().recorded_calls(run.id)
    replay = Replay.of(recorded, again_from)
    reusable = {call.run_id for call in replay.calls.values() if is_reusable(call)}
    replaced = _superseded(replay, recorded)
    return [
        Planned(task_id, str(task["name"]), str(task["state_name"]), REUSE if task_id in reusable else RUN)
        for task in task_runs().of_flow_run(run.id)
        if (task_id := UUID(str(task["id"]))) not in replaced
    ]


def is_reusable(call: RecordedCall) -> bool:
    """Whether a call finished and its result was kept."""
    return call.state_type == "COMPLETED" and call.result_kind is not None and call.result is not None


def _superseded(replay: Replay, recorded: Sequence[RecordedCall]) -> set[UUID]:
    """Calls of earlier attempts that a later one has made again."""
    standing = {call.run_id for call in replay.calls.values()}
    return {call.run_id for call in recorded} - standing
