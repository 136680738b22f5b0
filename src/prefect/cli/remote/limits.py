"""`record.Limits` on a server. Limits of tags are among the global ones by the names `tag:...`."""

from __future__ import annotations

from prefect.cli.api import Json, Refused, api, path
from prefect.cli.record import Record
from prefect.cli.remote import shapes
from prefect.storage.keyed.limits import TAG, TAG_PREFIX


def page(kind: str, limit: int | None = None, offset: int = 0) -> list[Record]:
    """Limits by name."""
    found = [_of_kind(kind, item) for item in api().pages("/v2/concurrency_limits/filter", {})]
    of_kind = sorted((item for item in found if item is not None), key=lambda item: str(item["name"]))
    return of_kind[offset : None if limit is None else offset + limit]


def _of_kind(kind: str, said: Json) -> Record | None:
    is_tag = str(said["name"]).startswith(TAG_PREFIX)
    if is_tag is not (kind == TAG):
        return None
    name = str(said["name"]).removeprefix(TAG_PREFIX)
    return {**shapes.typed(said), "name": name, "slots": said["limit"], "taken": said["active_slots"]}


def _place(kind: str, name: str) -> str:
    return path("/v2/concurrency_limits/{}", _full(kind, name))


def _full(kind: str, name: str) -> str:
    return TAG_PREFIX + name if kind == TAG else name


def by_name(kind: str, name: str) -> Record | None:
    """The limit of that kind and name."""
    said = api().get(_place(kind, name))
    return None if said is None else _of_kind(kind, said)


def write(kind: str, name: str, slots: int, active: bool = True, decay: float = 0.0) -> None:
    """Make a limit, or change the one of that name."""
    content = {"limit": slots, "active": active, "slot_decay_per_second": decay}
    try:
        api().patch(_place(kind, name), content)
    except Refused as error:
        if error.status != 404:
            raise
        api().post("/v2/concurrency_limits/", {"name": _full(kind, name), **content})


def delete(kind: str, name: str) -> bool:
    """Delete it."""
    return api().delete(_place(kind, name))


def reset(kind: str, name: str) -> bool:
    """Free every slot."""
    if by_name(kind, name) is None:
        return False
    if kind == TAG:
        api().post(path("/concurrency_limits/tag/{}/reset", name))
    else:
        api().patch(_place(kind, name), {"active_slots": 0})
    return True


def holders(limit: Record) -> list[Record]:
    """Who holds slots, as far as the API tells: of a tag, its task runs."""
    said = api().get(path("/concurrency_limits/tag/{}", limit["name"])) or {}
    mine = said.get("active_slots", []) if said.get("id") == str(limit["id"]) else []
    return [{"run_id": run, "holder": run, "occupy": 1, "acquired": None, "process": None} for run in mine]


def waiters(limit: Record) -> list[Record]:
    """The API does not tell."""
    return []
