"""What a role alone does not say: reading secrets, and keys that are confined to one flow run.

Secrets of blocks are for runners and above, leave an audit entry, and are given to a confined key only for the blocks it
names. A confined key may read what its role may, and change nothing but its run and the runs below it.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import Any
from uuid import UUID

from prefect.server.access.gate import Gate
from prefect.server.access.touching import Asked, runs_of, touching
from prefect.server.http.calls import Principal
from prefect.server.http.errors import Refusal
from prefect.server.http.routing import Role, Route
from prefect.storage.keyed.access import family
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

SECRETS = "include_secrets"
ELSEWHERE = "This key is confined to one flow run, and this concerns something else."
NO_SECRETS = "Your role does not allow reading secrets."
OTHER_SECRETS = "This key is confined, and may not read the secrets of this block."


class Confinement:
    """A check of requests whose body has been read.

    Args:
        store: which run belongs to which.
        gate: whose threads look that up.
        routes: the operations of the API.
    """

    def __init__(self, store: Store, gate: Gate, routes: Iterable[Route]) -> None:
        self._store = store
        self._gate = gate
        self._secretive = frozenset(id(route) for route in routes if _may_give_secrets(route))

    def __call__(self, call: Asked) -> Coroutine[Any, Any, None] | None:
        """Raise Refusal (403) for what is not allowed."""
        principal = call.head.principal
        if id(call.route) in self._secretive and _asks_for_secrets(call):
            if principal is None or principal.role < Role.RUNNER:
                raise Refusal(403, NO_SECRETS)
            call.head.notes["reads"] = "secrets"
            if principal.scopes:
                return self._named(call, principal)
        if principal is None or not principal.scopes or call.route.role <= Role.VIEWER:
            return None
        return self._confined(call, principal)

    async def _named(self, call: Asked, principal: Principal) -> None:
        """Whether a block whose secrets are asked for is among those the key names."""
        named: Any = principal.scopes.get("blocks") or ()
        name = await self._gate.in_thread(lambda: self._store.read(lambda tx: _block(call, tx)))
        if name is None or name not in named:
            raise Refusal(403, OTHER_SECRETS)

    async def _confined(self, call: Asked, principal: Principal) -> None:
        root = principal.scopes.get("flow_run")
        rule = touching(call.route.method, call.route.path)
        if root is None:
            return
        if rule is None:
            raise Refusal(403, ELSEWHERE)

        def within(tx: Transaction) -> bool:
            runs = runs_of(call, rule, tx)
            return all(run is not None and family.is_within(tx, run, UUID(root)) for run in runs)

        if not await self._gate.in_thread(lambda: self._store.read(within)):
            raise Refusal(403, ELSEWHERE)


def _may_give_secrets(route: Route) -> bool:
    fields = getattr(route.body, "model_fields", {})
    return SECRETS in fields or any(query.name == SECRETS for query in route.query)


def _asks_for_secrets(call: Asked) -> bool:
    if any(query.name == SECRETS for query in call.route.query) and call.query(SECRETS):
        return True
    return bool(getattr(call.body, SECRETS, False))


def _block(call: Asked, tx: Transaction) -> str | None:
    """The one block that is asked for, as `type-slug/name`; None if it is not one."""
    if "block_document_name" in call.path:
        return f"{call.path['slug']}/{call.path['block_document_name']}"
    return family.block_name(tx, call.id()) if "id" in call.path and call.body is None else None
