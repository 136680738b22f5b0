"""Access to one server, put together: its guards in their order, and what its routes need of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from prefect.core.ports import Clock
from prefect.server.access.audit import AuditTrail
from prefect.server.access.binding import is_reached_from_elsewhere
from prefect.server.access.csrf import CsrfGuard
from prefect.server.access.gate import Gate
from prefect.server.access.hosts import Hosts
from prefect.server.http.routing import Route
from prefect.storage.store import Store


class Access:
    """Who may come in to one server.

    Args:
        store: where accounts, keys, sessions and the audit log are.
        clock: time and ids.
        routes: the operations of the API.
        host: where the server listens.
        allowed_hosts: names by which it may be called beside its own.
        cors_origins: pages of others that may call it.
        auth_string: `user:password` of an administrator.
        insecure: whether everybody may do everything.
        in_process: whether only this process reaches it, which could as well open the database.
        csrf_protection: whether clients without a session need CSRF tokens as well.
        csrf_seconds: for which a token is good.
        pages: whether paths outside the API are pages.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        routes: Iterable[Route],
        *,
        host: str = "127.0.0.1",
        allowed_hosts: Sequence[str] = (),
        cors_origins: Sequence[str] = (),
        auth_string: str | None = None,
        insecure: bool = False,
        in_process: bool = False,
        csrf_protection: bool = False,
        csrf_seconds: float = 3600.0,
        pages: bool = False,
    ) -> None:
        any_name = is_reached_from_elsewhere(host, ()) and not insecure
        self.gate = Gate(store, clock, auth_string, insecure or in_process, pages)
        self.hosts = Hosts(host, ("*",) if in_process else allowed_hosts, cors_origins, any_name)
        self.csrf = CsrfGuard(store, clock, self.gate, csrf_protection and not in_process, csrf_seconds)
        self.trail = AuditTrail(store, clock, routes)
        self.guards = (self.hosts, self.gate, self.csrf)
        self.gate.on_wrong = self.trail.wrong_credential
