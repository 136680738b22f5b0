"""API keys: shown once, kept by digest, confined and ended as their maker says."""

from __future__ import annotations

from prefect.core.times import to_micros
from prefect.server.access import deciding
from prefect.server.access.credentials import PREFIX_LENGTH, digest_of, new_key
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import Call
from prefect.server.http.errors import invalid, not_found
from prefect.server.http.paging import limit_of
from prefect.server.http.routing import Role, Route
from prefect.server.routes.access.accounts import PAGE, PREFIX
from prefect.server.views.access import key_json, key_row_json
from prefect.storage.aggregates import access as listed
from prefect.storage.keyed.access.credentials import ApiKey
from prefect.wire.requests.access import Key, KeyCreate, NewKey

MISSING = not_found("API key")


def create(call: Call[KeyCreate]) -> Deciding[str | None]:
    """Make a key; the answer is the only place it ever stands in."""
    given, clock, access = call.body, call.world.clock, call.world.access
    now, secret = clock.now(), new_key()
    expires = None if given.expires is None else to_micros(given.expires)
    if expires is not None and expires <= now:
        raise invalid(("body", "expires"), "Input should be a moment to come")
    scopes = given.scopes.model_dump(mode="json", exclude_none=True)
    if scopes and given.role in ("editor", "admin"):
        raise invalid(("body", "role"), "A key that is confined can have the role viewer or runner")
    key = ApiKey(
        clock.new_id(), given.name, secret[:PREFIX_LENGTH], given.role, scopes, expires, None, None, given.account_id
    )

    def answer(owner: str | None) -> Answer:
        access.gate.forget()
        return answers.json({**key_json(key, owner, now), "key": secret}, 201)

    call.head.notes["key"] = key.prefix
    return Deciding(lambda tx: deciding.add_key(tx, key, digest_of(secret), now, access.administered), answer)


def page(call: Call[None]) -> Answer:
    """Keys, newest first."""
    rows = listed.keys(call.world.reading, limit_of(call, call.query("limit")), call.query("offset"))
    return answers.json([key_row_json(row) for row in rows])


def read(call: Call[None]) -> Answer:
    """A key by id."""
    row = listed.key(call.world.reading, call.id())
    if row is None:
        raise MISSING
    return answers.json(key_row_json(row))


def revoke(call: Call[None]) -> Deciding[bool]:
    """Have a key open nothing any more; it stays listed."""
    key_id, now, access = call.id(), call.world.clock.now(), call.world.access

    def answer(found: bool) -> Answer:
        if not found:
            raise MISSING
        access.gate.forget()
        return NO_CONTENT

    return Deciding(lambda tx: deciding.revoke_key(tx, key_id, now, access.administered), answer)


ROUTES = (
    Route("POST", f"{PREFIX}/keys", create, Role.ADMIN, KeyCreate, returns=NewKey, status=201, inline=True),
    Route("GET", f"{PREFIX}/keys", page, Role.ADMIN, returns=list[Key], query=PAGE),
    Route("GET", f"{PREFIX}/keys/{{id}}", read, Role.ADMIN, returns=Key),
    Route("DELETE", f"{PREFIX}/keys/{{id}}", revoke, Role.ADMIN, status=204, inline=True),
)
