"""Access to one server, put together: its guards in their order, and what its routes need of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prefect.core.ports import Clock
from prefect.server.access.audit import AuditTrail
from prefect.server.access.binding import is_reached_from_elsewhere
from prefect.server.access.confinement import Confinement
from prefect.server.access.credentials import Shown
from prefect.server.access.csrf import CsrfGuard
from prefect.server.access.gate import Gate
from prefect.server.access.hosts import Hosts
from prefect.server.access.roles import table
from prefect.server.http.calls import Head, Principal
from prefect.server.http.errors import Refusal
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
        is_page: whether a path is that of a page without data, which is open so that people can sign in.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        routes: Sequence[Route],
        *,
        host: str = "127.0.0.1",
        allowed_hosts: Sequence[str] = (),
        cors_origins: Sequence[str] = (),
        auth_string: str | None = None,
        insecure: bool = False,
        in_process: bool = False,
        csrf_protection: bool = False,
        csrf_seconds: float = 3600.0,
        is_page: Callable[[str], bool] | None = None,
    ) -> None:
        any_name = is_reached_from_elsewhere(host, ()) and not insecure
        self.administered = auth_string is not None
        """Whether there is an administrator beside those on record."""

        self.gate = Gate(store, clock, auth_string, insecure or in_process, is_page)
        self.hosts = Hosts(host, ("*",) if in_process else allowed_hosts, cors_origins, any_name)
        self.csrf = CsrfGuard(store, clock, self.gate, csrf_protection and not in_process, csrf_seconds)
        self.table = table(routes)
        self.trail = AuditTrail(store, clock, routes)
        self.confinement = Confinement(store, self.gate, routes)
        self.checks = (self.confinement, self.trail.note)
        self.guards = (self.hosts, self.gate, self.csrf)
        self.gate.on_wrong = self.trail.wrong_credential

    async def sign_in(self, head: Head, name: str, password: str) -> Principal:
        """Who signs in. Raises Refusal, after a while that grows with every wrong try."""
        found = await self.gate.identify(head, Shown("basic", f"{name}:{password}"))
        if isinstance(found, Principal):
            return found
        if found.status == 429:
            raise Refusal(429, "Too many wrong tries; wait before the next one.", found.headers)
        raise Refusal(401, "There is no account with that name and password.")
