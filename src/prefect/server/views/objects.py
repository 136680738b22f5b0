"""Variables, artifacts and saved searches as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from prefect.server.views.states import Json

COLLECTION = "headrace:artifact-collection:"


def variable_json(row: Mapping[str, Any]) -> Json:
    """A variable."""
    return {name: row[name] for name in ("id", "created", "updated", "name", "value", "tags")}


def artifact_json(row: Mapping[str, Any]) -> Json:
    """An artifact."""
    names = ("id", "created", "updated", "key", "type", "description", "data", "flow_run_id", "task_run_id")
    return {**{name: row[name] for name in names}, "metadata_": row["metadata"]}


def collection_json(row: Mapping[str, Any]) -> Json:
    """The newest artifact of a key, as the collection of all of that key; `row` has `first_created`."""
    shown = artifact_json(row)
    identity = uuid5(NAMESPACE_URL, COLLECTION + str(row["key"]))
    times = {"created": row["first_created"], "updated": row["updated"]}
    return {**shown, **times, "id": identity, "latest_id": row["id"]}


def saved_search_json(row: Mapping[str, Any]) -> Json:
    """A saved search."""
    return {name: row[name] for name in ("id", "created", "updated", "name", "filters")}
