"""The audit log: read by administrators, changed by nobody."""

from __future__ import annotations

from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Call
from prefect.server.http.paging import limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.routes.access.accounts import PREFIX
from prefect.storage.aggregates import access as listed
from prefect.wire.requests.access import AuditFilterBody, AuditPage


def page(call: Call[AuditFilterBody]) -> Answer:
    """Entries that match a filter, newest first."""
    body, reading = call.body, call.world.reading
    wanted = body.audit.model_dump(exclude_none=True)
    rows = listed.audited(reading, wanted, limit_of(call, body.limit), body.offset)
    return answers.json({"results": rows, "count": listed.audited_count(reading, wanted)})


ROUTES = (
    Route("POST", f"{PREFIX}/audit/filter", page, Role.ADMIN, AuditFilterBody, body_required=False, returns=AuditPage),
)
