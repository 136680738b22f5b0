"""A record made comparable: without times and chance, ids replaced by what they stand for."""

from __future__ import annotations

import difflib
import json
import re
from typing import Any

from tests.compat.clients.differences import KNOWN, LOST_DEFINITIONS, NAMED_ONCE, NOTHING, one_number

UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
RANDOM_END = re.compile(r"<id>[0-9a-f]+")
LONG_HEX = re.compile(r"\b[0-9a-f]{33,}\b")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
SLUG = re.compile(r"\b[a-z]+-[a-z]+\b")
SUFFIX = re.compile(r"-[0-9a-f]{3}\b")
NUMBERS = frozenset({"total_run_time", "estimated_run_time", "estimated_start_time_delta"})
UNORDERED = frozenset(
    {"tags", "nodes", "root_node_ids", "children", "parents", "artifacts", "encapsulating", "active_slots"}
)
KEPT_SLUGS = frozenset({"compat-secret", "compat-inner", "compat-outer", "compat-slots", "compat-rate", "compat-tag"})
NAMED_KINDS = ("flows", "deployments", "variables", "blocks", "block_types", "work_pools", "automations", "limits")


class Masks:
    """The ids of one record and what they stand for."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.names: dict[str, str] = {}
        self.slugs = {run["name"] for run in found["flow_runs"] if SLUG.fullmatch(run["name"])} - KEPT_SLUGS
        """Names of flow runs by chance: their second word may look like the suffix of a task run's name (`jolly-bee`)."""

        for kind in NAMED_KINDS:
            for item in found.get(kind, ()):
                self._know(item["id"], f"{kind}: {item['name']}")
        for run in found["flow_runs"]:
            self._know(run["id"], f"flow run of {self.names.get(_bare(run['flow_id']), 'a flow')}")
        for run in found["task_runs"]:
            self._know(run["id"], f"task run {self._text(run['name'], 'name')}")
        for kind in ("flow_run", "task_run"):
            for run, states in zip(found[f"{kind}s"], found[f"{kind}_states"], strict=True):
                for number, state in enumerate(states):
                    self._know(state["id"], f"state {number} of {self.names[_bare(run['id'])]}")

    def _know(self, id: str, name: str) -> None:
        self.names.setdefault(_bare(id), name)

    def plain(self, value: Any, key: str = "") -> Any:
        """A JSON value that two servers can tell alike."""
        value = NOTHING.get(key) if value is None else value
        if isinstance(value, dict):
            value = {name: inner for name, inner in value.items() if LOST_DEFINITIONS.get(name, name) != inner}
            return {self._text(name): self.plain(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            value = _each_once(value) if key in NAMED_ONCE else value
            inner = [self.plain(item, key) for item in value]
            return sorted(inner, key=_json_order) if key in UNORDERED else inner
        if key in NUMBERS or (key == "infrastructure_pid" and value is not None):
            return "<number>"
        if isinstance(value, float):
            return one_number(value)
        return self._text(value, key) if isinstance(value, str) else value

    def _text(self, text: str, key: str = "") -> str:
        text = LONG_HEX.sub("<hex>", text)
        text = UUID.sub(lambda found: f"<{self.names.get(_bare(found.group()), 'id')}>", text)
        text = TIME.sub("<time>", RANDOM_END.sub("<id>", text))
        if key in ("name", "label", "message"):
            for slug in self.slugs:
                text = text.replace(slug, "<slug>")
            text = SUFFIX.sub("-<suffix>", text)
            text = SLUG.sub(lambda found: found.group() if found.group() in KEPT_SLUGS else "<slug>", text)
        return text


def _bare(id: str | None) -> str:
    return str(id).replace("-", "")


def _each_once(value: list[Any]) -> list[Any]:
    return list({_json_order(item): item for item in value}.values())


def _json_order(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def comparable(found: dict[str, Any]) -> dict[str, list[str]]:
    """Each thing on record as JSON text, those of a kind in an order of their own."""
    masks = Masks(found)
    return {
        kind: sorted(
            KNOWN.forget(kind, json.dumps(masks.plain(_named(kind, item)), indent=1, sort_keys=True))
            for item in _items(content)
        )
        for kind, content in found.items()
    }


def _items(content: Any) -> list[Any]:
    return content if isinstance(content, list) else [content]


def _named(kind: str, item: Any) -> Any:
    """An artifact's id stands for nothing else; ours may be its state's."""
    return {**item, "id": "<artifact>"} if kind in ("artifacts", "latest_artifacts") else item


def differences(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Lines that say where two records differ, apart from what is known."""
    found: list[str] = []
    their_text, our_text = comparable(theirs), comparable(ours)
    for kind, left in their_text.items():
        if left != our_text[kind]:
            found.extend(
                difflib.unified_diff(
                    "\n".join(left).splitlines(),
                    "\n".join(our_text[kind]).splitlines(),
                    f"{kind} of Prefect's server",
                    f"{kind} of ours",
                    lineterm="",
                    n=4,
                )
            )
    return found
