"""`record.Limits` on a server, which has routes of its own for limits of tags."""

from __future__ import annotations

from prefect.cli.api import Json, Refused, api, path
from prefect.cli.record import Record
from prefect.cli.remote import shapes
from prefect.storage.keyed.limits import TAG, TAG_PREFIX

TAGS, GLOBALS = "/concurrency_limits/", "/v2/concurrency_limits/"


def _place(kind: str, name: str) -> str:
    return path(TAGS + "tag/{}" if kind == TAG else GLOBALS + "{}", name)


def page(kind: str, limit: int | None = None, offset: int = 0) -> list[Record]:
    """Limits by name."""
    found = api().pages((TAGS if kind == TAG else GLOBALS) + "filter", {})
    own = [item for item in found if kind == TAG or not str(item["name"]).startswith(TAG_PREFIX)]
    ordered = sorted((_limit(kind, item) for item in own), key=lambda item: str(item["name"]))
    return ordered[offset : None if limit is None else offset + limit]


def _limit(kind: str, said: Json) -> Record:
    if kind != TAG:
        return {**shapes.typed(said), "slots": said["limit"], "taken": said["active_slots"]}
    taken = {"slots": said["concurrency_limit"], "taken": len(said["active_slots"])}
    return {**shapes.typed(said), **taken, "name": said["tag"], "active": True, "slot_decay_per_second": 0.0}


def by_name(kind: str, name: str) -> Record | None:
    """The limit of that kind and name."""
    if "/" in name:  # no path leads to it
        return next((limit for limit in page(kind) if limit["name"] == name), None)
    said = api().get(_place(kind, name))
    return None if said is None else _limit(kind, said)


def write(kind: str, name: str, slots: int, active: bool = True, decay: float = 0.0) -> None:
    """Make a limit, or change the one of that name."""
    if kind == TAG:
        api().post(TAGS, {"tag": name, "concurrency_limit": slots})
        return
    content = {"limit": slots, "active": active, "slot_decay_per_second": decay}
    try:
        api().patch(_place(kind, name), content)
    except Refused as error:
        if error.status != 404:
            raise
        api().post(GLOBALS, {"name": name, **content})


def delete(kind: str, name: str) -> bool:
    """Delete it."""
    found = by_name(kind, name)
    return found is not None and api().delete(f"{TAGS if kind == TAG else GLOBALS}{found['id']}")


def reset(kind: str, name: str) -> bool:
    """Free every slot."""
    found = by_name(kind, name)
    if found is None:
        return False
    if kind == TAG and "/" not in name:
        api().post(_place(kind, name) + "/reset")
    else:
        api().patch(f"{GLOBALS}{found['id']}", {"active_slots": 0})
    return True


def holders(limit: Record) -> list[Record]:
    """Who holds slots, as far as the API tells: of a tag, its task runs."""
    held = limit["active_slots"]
    runs = held if isinstance(held, list) else []
    return [{"run_id": run, "holder": run, "occupy": 1, "acquired": None, "process": None} for run in runs]


def waiters(limit: Record) -> list[Record]:
    """The API does not tell."""
    return []
