"""What handlers and services work with: the store, its reading door, the clock and the server's options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prefect.core.ports import Clock
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.server.access.wiring import Access
from prefect.server.http.routing import Route
from prefect.server.live.bus import Bus
from prefect.server.live.desk import Live
from prefect.server.secrets import Vault
from prefect.services.duties import ServerServices
from prefect.services.retention import NOTHING, Ages, Rhythm
from prefect.storage.aggregates.reading import Reading
from prefect.storage.store import Store

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server behaves; made from settings by the command that starts it."""

    home: Path
    """Where keys lie that belong to this installation and not into its database."""

    host: str = "127.0.0.1"
    port: int = 4200
    base_path: str = ""
    """In front of every path, behind a proxy that passes it on."""

    auth_string: str | None = field(default=None, repr=False)
    """`user:password` of an administrator."""

    encryption_keys: str | None = field(default=None, repr=False)
    """Keys that secrets are encrypted with, newest first, separated by commas; those of a file in `home` if None."""

    insecure: bool = False
    """Whether everybody may do everything, wherever the server listens."""

    in_process: bool = False
    """Whether only this process reaches it, without a socket: nothing is asked of whoever could open the database as well."""

    allowed_hosts: tuple[str, ...] = ()
    """Names, beside loopback ones and `host`, by which the server may be called; `*` for any."""

    csrf_protection: bool = False
    csrf_seconds: float = 3600.0
    cors_origins: tuple[str, ...] = ()
    default_limit: int = 200
    """Rows that one request returns at most."""

    largest_body: int = 4 * MEGABYTE
    largest_parameters: int = 524_288
    threads: int = 16
    """Requests that read the database at once."""

    waiting: int = 512
    """Requests that may wait for a thread before more are told to come back."""

    keepalive_seconds: int = 5
    websocket_ping_seconds: float = 20.0
    metrics: bool = False
    """Whether there are metrics for Prometheus."""

    tracing: bool = False
    """Whether requests leave traces for OpenTelemetry."""

    services: bool = True
    """Whether this replica performs background duties."""

    late_after_seconds: float = 15.0
    cancelling_timeout_seconds: float = 300.0
    intervals: Mapping[str, float] = field(default_factory=dict)
    """Seconds between passes, by duty, where they differ from the usual."""

    disabled_services: frozenset[str] = frozenset()
    ages: Ages = NOTHING
    """How old things get before retention cuts them."""

    rhythm: Rhythm = field(default_factory=Rhythm)
    """How often it does, and how much at once."""

    settings: Callable[[], dict[str, object]] = field(default=dict)
    """The settings in force, secrets masked, for `/admin/settings`."""


def _nothing() -> None:
    return None


@dataclass(slots=True)
class World:
    """Everything a handler may need."""

    store: Store
    reading: Reading
    clock: Clock
    backend: EmbeddedBackend
    options: ServerOptions
    bus: Bus
    vault: Vault
    """Seals what is secret before it is stored."""

    access: Access
    """Who may come in, and what is remembered of it."""

    live: Live
    """What takes events in, and shows changes as they happen."""

    routes: tuple[Route, ...] = ()
    """Every operation of the API."""

    metrics: Callable[[], tuple[bytes, str]] | None = None
    """What Prometheus is told, and of which kind the text is, if it is told anything."""

    condition: Callable[[], dict[str, object]] = dict
    """How the server is, for those who operate it."""

    problem: Callable[[], str | None] = _nothing
    """Why the server cannot do its work; None if it can. Blocks for some seconds at most."""

    connections: Callable[[], int] | None = None
    """How many connections are open, where somebody counts them."""

    services: ServerServices | None = None
    """The background duties of this replica, if it has any."""
