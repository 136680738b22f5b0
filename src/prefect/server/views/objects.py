"""Variables, artifacts and saved searches as the API shows them."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

from prefect.server.http.answers import Json
from prefect.storage.documents import Row

COLLECTION = "headrace:artifact-collection:"


def variable_json(row: Row) -> Json:
    """A variable."""
    return {name: row[name] for name in ("id", "created", "updated", "name", "value", "tags")}


def artifact_json(row: Row) -> Json:
    """An artifact."""
    names = ("id", "created", "updated", "key", "type", "description", "data", "flow_run_id", "task_run_id")
    return {**{name: row[name] for name in names}, "metadata_": row["metadata"]}


def collection_json(row: Row) -> Json:
    """The newest artifact of a key, as the collection of all of that key; `row` has `first_created`."""
    shown = artifact_json(row)
    times = {"created": row["first_created"], "updated": row["updated"]}
    return {**shown, **times, "id": collection_id(row), "latest_id": row["id"]}


def collection_id(row: Row) -> UUID:
    """The id of the collection of all artifacts of an artifact's key."""
    return uuid5(NAMESPACE_URL, COLLECTION + str(row["key"]))


def saved_search_json(row: Row) -> Json:
    """A saved search."""
    return {name: row[name] for name in ("id", "created", "updated", "name", "filters")}
