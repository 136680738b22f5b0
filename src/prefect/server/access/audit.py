"""The audit log: who changed what, who was refused, and who read a secret.

An entry of a change that is a decision is written in the transaction of the change, so that neither is there without the
other; everything else is written as soon as the database allows. Entries name fields, never what was in them.

What runs report of themselves (states, logs, events) is not repeated here: the record of the runs has it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from pydantic import BaseModel

from prefect.core.ports import Clock
from prefect.server.http.answers import Answer, Streamed
from prefect.server.http.calls import AnyCall, Head
from prefect.server.http.routing import Role, Route
from prefect.storage.keyed.access import audit as stored
from prefect.storage.keyed.access.audit import AuditEntry
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

READING = ("/filter", "/count", "/paginate", "/history", "/validate")
LONGEST = 300
"""Characters of a path or a name that an entry holds."""


class AuditTrail:
    """Writes entries about requests.

    Args:
        store: where they go.
        clock: for their moments and ids.
        routes: the operations of the API.
    """

    def __init__(self, store: Store, clock: Clock, routes: Iterable[Route]) -> None:
        self._store = store
        self._clock = clock
        self._changing = frozenset(id(route) for route in routes if _changes_something(route))

    def note(self, call: AnyCall) -> Coroutine[Any, Any, None] | None:
        """A check: remember which fields a change gives."""
        if self._is_audited(call.head, call.route) and isinstance(call.body, BaseModel):
            call.head.notes.setdefault("fields", sorted(call.body.model_fields_set))
        return None

    def with_entry(self, call: AnyCall, decision: Callable[[Transaction], Any]) -> Callable[[Transaction], Any]:
        """A decision that writes its entry too, if it is one to be audited."""
        if not self._is_audited(call.head, call.route):
            return decision
        entry = self._entry(call.head, call.route.status)
        call.head.audited = entry.id

        def decide(tx: Transaction) -> Any:
            result = decision(tx)
            stored.add(tx, entry)
            return result

        return decide

    def finish(self, head: Head, route: Route | None, reply: Answer | Streamed) -> None:
        """A finisher: write what no transaction has written."""
        status = reply.status
        if head.audited is not None:
            if route is None or status != route.status:
                self._settle(head, status)
            return
        if "reads" in head.notes or (route is not None and self._is_audited(head, route)) or _was_refused(head, status):
            self._add(self._entry(head, status))

    def wrong_credential(self, head: Head, who: str) -> None:
        """Somebody showed a credential that was wrong."""
        head.notes["credential"] = plain(who)
        self._add(self._entry(head, 401))

    def _settle(self, head: Head, status: int) -> None:
        """The answer was not the one expected: correct the entry, or write it if it went with its transaction."""
        entry = self._entry(head, status)._replace(id=head.audited or self._clock.new_id())

        def decide(tx: Transaction) -> None:
            if not stored.correct(tx, entry.id, status):
                stored.add(tx, entry)

        self._store.defer(decide)

    def _add(self, entry: AuditEntry) -> None:
        self._store.defer(lambda tx: stored.add(tx, entry))

    def _is_audited(self, head: Head, route: Route) -> bool:
        if id(route) in self._changing:
            return True
        by_hand = head.principal is not None and head.principal.kind == "user"
        return by_hand and route.role == Role.RUNNER and route.method != "GET"

    def _entry(self, head: Head, status: int) -> AuditEntry:
        principal = head.principal
        return AuditEntry(
            id=self._clock.new_id(),
            moment=self._clock.now(),
            actor="nobody" if principal is None else plain(principal.name),
            role=None if principal is None else principal.role.name.lower(),
            address=head.address,
            method=head.method[:10],
            path=plain(head.path),
            status=status,
            details=dict(head.notes) or None,
        )


def _changes_something(route: Route) -> bool:
    """Whether an operation changes what people look after; reports of runs are not among it."""
    return route.method != "GET" and not route.path.endswith(READING) and route.role not in (Role.VIEWER, Role.RUNNER)


def _was_refused(head: Head, status: int) -> bool:
    """Whether a known caller was not allowed to; unknown ones are noted when their credential is looked at."""
    return status == 403 and head.principal is not None


def plain(text: str) -> str:
    """A text that shows its control characters and is not too long."""
    shown = "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text[:LONGEST])
    return shown.encode("utf-8", "replace").decode()
