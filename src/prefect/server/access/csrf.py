"""CSRF tokens: what a page has to know, beside what its browser sends by itself, to change anything.

Asked for where PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED says so, as Prefect does, and always of those who come by a session
cookie. A session's tokens are its own: what another session was given does not do. The engine's own messages need none
where there is no session: no page can send that kind of body anywhere without the server having agreed first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any

from prefect.core.ports import Clock
from prefect.core.times import SECOND
from prefect.server.access.credentials import digest_of, new_token, same
from prefect.server.access.gate import Gate
from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Head
from prefect.storage.keyed.access import csrf as stored
from prefect.storage.keyed.access.csrf import CsrfToken
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction
from prefect.wire.packing import MEDIA_TYPE

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
TOKEN, CLIENT = "prefect-csrf-token", "prefect-csrf-client"
MISSING_TOKEN = answers.json({"detail": "Missing CSRF token."}, 403)
MISSING_CLIENT = answers.json({"detail": "Missing client identifier."}, 403)
INVALID = answers.json({"detail": "Invalid CSRF token or client identifier."}, 403)
LONGEST_CLIENT = 500
MOST_KNOWN = 10_000


class CsrfGuard:
    """Refuses changes without a token.

    Args:
        store: where tokens are.
        clock: for their expiry.
        gate: whose threads look tokens up.
        everybody: whether clients without a session need one as well.
        seconds: for which a token is good.
    """

    def __init__(self, store: Store, clock: Clock, gate: Gate, everybody: bool, seconds: float) -> None:
        self.everybody = everybody
        self._store = store
        self._clock = clock
        self._gate = gate
        self._lifetime = int(seconds * SECOND)
        self._known: OrderedDict[tuple[str, str], int] = OrderedDict()

    def is_asked_of(self, head: Head) -> bool:
        """Whether who asks needs a token to change anything."""
        principal = head.principal
        if principal is None:
            return False  # signing in, which foreign pages are kept from by their origin
        return principal.session is not None or (self.everybody and head.headers.get("content-type") != MEDIA_TYPE)

    def __call__(self, head: Head) -> Answer | Coroutine[Any, Any, Answer | None] | None:
        """Refuse a change that carries no token, or a wrong one."""
        if head.method not in CHANGING or head.is_socket or not self.is_asked_of(head):
            return None
        token, client = head.headers.get(TOKEN), head.headers.get(CLIENT)
        if token is None:
            return MISSING_TOKEN
        if client is None:
            return MISSING_CLIENT
        key = self._key(head, client)
        expires = self._known.get((key, digest_of(token)))
        if expires is not None and expires > self._clock.now():
            return None
        return self._look_up(key, token)

    def _key(self, head: Head, client: str) -> str:
        """What a client's token is kept by."""
        session = head.principal.session if head.principal is not None else None
        return client if session is None else digest_of(f"{session}\0{client}")

    async def _look_up(self, key: str, token: str) -> Answer | None:
        if "\0" in key or len(key) > LONGEST_CLIENT:
            return INVALID
        found = await self._gate.in_thread(lambda: self._store.read(lambda tx: stored.find(tx, key)))
        if found is None or found.expiration <= self._clock.now() or not same(found.token, digest_of(token)):
            return INVALID
        self._known[key, found.token] = found.expiration
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return None

    def issue(self, tx: Transaction, head: Head, client: str) -> CsrfToken:
        """A new token for a client in place of the one it had; the database keeps but its digest."""
        now, token = self._clock.now(), new_token()
        key = self._key(head, client)
        kept = CsrfToken(self._clock.new_id(), key, digest_of(token), now + self._lifetime, now, now)
        stored.write(tx, kept)
        return kept._replace(client=client, token=token)
