"""`record.Logs` on a server."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from prefect.cli.api import Json, any_of, api
from prefect.cli.record import Record
from prefect.cli.remote import shapes


def page(flow_run_id: UUID | None, task_run_id: UUID | None, limit: int | None, newest_first: bool) -> list[Record]:
    """Lines from the first, or from the last."""
    whose = {"flow_run_id": flow_run_id, "task_run_id": task_run_id}
    wanted = {name: any_of([str(run)]) for name, run in whose.items() if run is not None}
    return _lines(wanted, limit, newest_first)


def _lines(wanted: Json, limit: int | None, newest_first: bool = False) -> list[Record]:
    body = {"logs": wanted, "sort": "TIMESTAMP_DESC" if newest_first else "TIMESTAMP_ASC"}
    return [{"attempt": None, **shapes.typed(line)} for line in api().pages("/logs/filter", body, limit)]


def since(flow_run_id: UUID, last: Record | None) -> list[Record]:
    """Lines after one that was seen."""
    wanted: Json = {"flow_run_id": any_of([str(flow_run_id)])}
    if last is None:
        return _lines(wanted, None)
    moment = last["timestamp"]
    assert isinstance(moment, datetime)
    wanted["timestamp"] = {"after_": moment.isoformat()}
    return [line for line in _lines(wanted, None) if (line["timestamp"], str(line["id"])) > (moment, str(last["id"]))]
