"""What ran in a flow run, as pictures of it are drawn from: nodes that know their neighbours.

A task run that stands for a subflow is shown as that subflow's run. Unlike with Prefect a neighbour is named once, however
many parameters led to it, and an input that stands for a subflow leads to its run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from prefect.server.http.answers import Json
from prefect.server.views.states import current_state_json, estimated_seconds, seconds

Row = Mapping[str, Any]
CALLERS = "__parents__"
"""Where a task run names the one that called it, among its inputs."""


# --- the graph of nodes


def graph_json(
    flow_run: Row, tasks: Sequence[Row], subflows: Sequence[Row], artifacts: Sequence[Row], states: Iterable[Row],
    since: datetime,
) -> Json:  # fmt: skip
    """The graph of a flow run, with the nodes that had not ended by `since`."""
    links = _Links(tasks, subflows)
    runs = {row["parent_task_run_id"]: row for row in subflows}
    made = _by_task_run(artifacts)
    shown = (_node(task, runs.get(task["id"]), links, made) for task in tasks)
    begun = [node for node in shown if node["start_time"] is not None and node["state_type"] is not None]
    recent = [node for node in begun if node["end_time"] is None or node["end_time"] >= since]
    recent.sort(key=lambda node: (node["start_time"], str(node["id"])))
    return {
        "start_time": _began(flow_run),
        "end_time": flow_run["end_time"],
        "root_node_ids": [node["id"] for node in recent if not node["parents"]],
        "nodes": [(node["id"], node) for node in recent],
        "artifacts": made.get(None, []),
        "states": [{name: row[name] for name in ("id", "timestamp", "type", "name")} for row in states],
    }


def _by_task_run(artifacts: Iterable[Row]) -> dict[object, list[Json]]:
    """Artifacts by the task run that made them; those of the flow run itself under None."""
    made: dict[object, list[Json]] = {}
    for row in artifacts:
        shown = {name: row[name] for name in ("id", "created", "key", "type", "is_latest", "data")}
        made.setdefault(row["task_run_id"], []).append(shown)
    return made


class _Links:
    """Which nodes lead to which."""

    def __init__(self, tasks: Sequence[Row], subflows: Sequence[Row]) -> None:
        self._shown_as = {str(task["id"]): str(task["id"]) for task in tasks}
        self._shown_as.update((str(row["id"]), str(row["id"])) for row in subflows)
        self._shown_as.update((str(row["parent_task_run_id"]), str(row["id"])) for row in subflows)
        self.parents = {str(task["id"]): self._nodes(_inputs_of(task)) for task in tasks}
        self.around = {str(task["id"]): self._nodes(_callers_of(task)) for task in tasks}
        self.children: dict[str, dict[str, None]] = {}
        for task in sorted(tasks, key=lambda row: (_began(row) is None, _began(row), str(row["id"]))):
            for parent in self.parents[str(task["id"])]:
                self.children.setdefault(parent, {})[self._shown_as[str(task["id"])]] = None

    def _nodes(self, ids: Iterable[str]) -> dict[str, None]:
        """The nodes that runs are shown as, each once; runs from elsewhere are none."""
        return dict.fromkeys(self._shown_as[run] for run in ids if run in self._shown_as)


def _node(task: Row, subflow: Row | None, links: _Links, artifacts: Mapping[object, list[Json]]) -> Json:
    shown = task if subflow is None else subflow
    identity = str(task["id"])
    return {
        "kind": "task-run" if subflow is None else "flow-run",
        "id": shown["id"],
        "label": task["name"] if subflow is None else f"{subflow['flow_name']} / {subflow['name']}",
        "state_type": shown["state_type"],
        "start_time": _began(shown),
        "end_time": shown["end_time"],
        "parents": _edges(links.parents[identity]),
        "children": _edges(links.children.get(str(shown["id"]), ())),
        "encapsulating": _edges(links.around[identity]),
        "artifacts": artifacts.get(task["id"], []) if subflow is None else [],
    }


def _began(row: Row) -> datetime | None:
    began: datetime | None = row["start_time"] or row["expected_start_time"]
    return began


def _edges(ids: Iterable[str]) -> list[Json]:
    return [{"id": identity} for identity in ids]


def _inputs_of(task: Row) -> Iterator[str]:
    """Ids of the runs whose results a task run took."""
    for name, entries in (task["task_inputs"] or {}).items():
        if name != CALLERS:
            yield from _ids(entries)


def _callers_of(task: Row) -> Iterator[str]:
    """Id of the task run that called it, if one did."""
    yield from _ids((task["task_inputs"] or {}).get(CALLERS, ()))
    if task["parent_task_run_id"] is not None:
        yield str(task["parent_task_run_id"])


def _ids(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (str(entry["id"]) for entry in entries if entry.get("id") is not None)


# --- the list of dependencies


def dependencies_json(tasks: Sequence[Row], now: datetime) -> list[Json]:
    """Each task run with those whose results it took, the last made first."""
    return [_dependency(task, now) for task in sorted(tasks, key=lambda row: str(row["id"]), reverse=True)]


def _dependency(task: Row, now: datetime) -> Json:
    state = current_state_json(task, task["flow_run_id"], task["id"])
    upstream = dict.fromkeys((*_inputs_of(task), *_callers_of(task)))
    return {
        "id": task["id"],
        "name": task["name"],
        "upstream_dependencies": [{"input_type": "task_run", "id": run} for run in upstream],
        "state": state,
        "expected_start_time": task["expected_start_time"],
        "start_time": task["start_time"],
        "end_time": task["end_time"],
        "total_run_time": seconds(task),
        "estimated_run_time": estimated_seconds(task, now),
        "untrackable_result": bool(state and state["state_details"]["untrackable_result"]),
    }
