"""CSRF tokens, as Prefect's clients ask for them."""

from __future__ import annotations

from prefect.server.access.csrf import LONGEST_CLIENT
from prefect.server.http import answers
from prefect.server.http.answers import Deciding
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal, invalid
from prefect.server.http.routing import Query, Route
from prefect.server.views.access import csrf_json
from prefect.storage.keyed.access.csrf import CsrfToken as Kept
from prefect.wire.objects.keeping import CsrfToken


def issue(call: Call[None]) -> Deciding[Kept]:
    """A token for a client; the one it had is no good any more."""
    guard, client = call.world.access.csrf, call.query("client")
    if not guard.is_asked_of(call.head):
        raise Refusal(422, "CSRF protection is disabled.")
    if len(client) > LONGEST_CLIENT:
        raise invalid(("query", "client"), f"String should have at most {LONGEST_CLIENT} characters", "string_too_long")
    return Deciding(lambda tx: guard.issue(tx, call.head, client), lambda token: answers.json(csrf_json(token)))


ROUTES = (
    Route("GET", "/csrf-token", issue, returns=CsrfToken, query=(Query("client", str, required=True),), inline=True),
)
