"""Starting the server: from settings to a listening process."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from prefect.connect import CLOCK, database_url, store_options
from prefect.exceptions import ConfigurationError
from prefect.orchestrator.processes import this_process
from prefect.server.access.binding import check_binding
from prefect.server.access.lines import PlainLines, cover
from prefect.server.building import build
from prefect.server.http.connections import PatientProtocol, allow_many
from prefect.server.sockets.protocol import KeepingProtocol
from prefect.server.views.settings import settings_json
from prefect.server.world import ServerOptions
from prefect.services.retention import NOTHING, Ages, Rhythm
from prefect.settings import Settings
from prefect.settings.kinds import SecretStr
from prefect.storage.store import open_store

logger = logging.getLogger("prefect.server")

SWITCH_INTERVAL = 0.001
"""Seconds after which a busy thread lets another one run: the event loop is not to wait long for a writer."""


def options_from(settings: Settings, **changes: Any) -> ServerOptions:
    """The server's options as settings have them; `changes` take their place."""
    api = settings.server.api
    given: dict[str, Any] = {
        "home": Path(settings.home),
        "host": api.host,
        "port": api.port,
        "base_path": (api.base_path or "").rstrip("/"),
        "auth_string": _revealed(api.auth_string),
        "encryption_keys": _revealed(settings.server.encryption_key),
        "insecure": api.insecure,
        "allowed_hosts": _listed(api.allowed_hosts),
        "cors_origins": _origins(api.cors_allowed_origins),
        "csrf_protection": api.csrf_protection_enabled,
        "csrf_seconds": api.csrf_token_expiration.total_seconds(),
        "default_limit": api.default_limit,
        "largest_parameters": api.max_parameter_size,
        "keepalive_seconds": api.keepalive_timeout,
        "websocket_ping_seconds": api.websocket_ping_interval,
        "metrics": settings.server.metrics_enabled,
        "tracing": settings.server.tracing_enabled,
        "settings": partial(settings_json, settings),
    }
    return ServerOptions(**{**given, **_service_options(settings), **changes})


def _service_options(settings: Settings) -> dict[str, Any]:
    services = settings.server.services
    switches = {
        "late_runs": services.late_runs.enabled,
        "pause_expirations": services.pause_expirations.enabled,
        "cancellation": services.cancellation_cleanup.enabled,
        "slot_expiry": services.repossessor.enabled,
    }
    return {
        "late_after_seconds": services.late_runs.after_seconds.total_seconds(),
        "cancelling_timeout_seconds": services.cancellation_cleanup.cancelling_timeout_seconds,
        "disabled_services": frozenset(name for name, enabled in switches.items() if not enabled),
        "ages": ages_from(settings),
        "rhythm": Rhythm(
            services.db_vacuum.loop_seconds,
            services.db_vacuum.orphan_cleanup_loop_seconds,
            services.db_vacuum.batch_size,
        ),
    }


def ages_from(settings: Settings) -> Ages:
    """How old things get, by the settings; what is switched off, or has an age of 0, is kept for ever."""
    vacuum, events = settings.server.services.db_vacuum, settings.server.events
    targets: Set[str] = {"events", "flow_runs"} if vacuum.enabled is True else vacuum.enabled or frozenset()
    if not targets:
        return NOTHING
    keeps_events = "events" not in targets
    return Ages(
        events=None if keeps_events else events.retention_period or None,
        named_events={} if keeps_events else vacuum.event_retention_overrides,
        logs=settings.server.logs.retention_period or None,
        history=vacuum.history_retention_period or None,
        audit=vacuum.audit_retention_period or None,
        flow_runs=vacuum.retention_period if "flow_runs" in targets else None,
    )


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value() or None


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _origins(text: str) -> tuple[str, ...]:
    """The origins from which browsers may call; `*`, which Prefect has by default, names none."""
    return tuple(origin for origin in _listed(text) if origin != "*")


def run(settings: Settings, announce: Callable[[ServerOptions], None] | None = None, **changes: Any) -> None:
    """Serve until a signal ends it; everything accepted by then is answered and written.

    Args:
        announce: told the options, with the port that was found for port 0, once requests can come.
        changes: options in place of those in the settings, and `log_level`.
    """
    set_up_logging(changes.pop("log_level", settings.server.logging_level))
    options = options_from(settings, **changes)
    cover([options.auth_string, *(options.encryption_keys or "").split(",")])
    store = open_store(database_url(settings), this_process(), store_options(settings))
    sys.setswitchinterval(SWITCH_INTERVAL)
    allow_many()
    try:
        if options.auth_string is None and not options.insecure:
            check_binding(store, CLOCK.now(), options.host, options.allowed_hosts)
        app = build(store, CLOCK, options)
        with listening(options.host, options.port) as listener:
            options = replace(options, port=listener.getsockname()[1])
            if announce is not None:
                app.on_start.append(lambda: announce(options))
            uvicorn.Server(_configuration(app, options)).run([listener])
    finally:
        store.close()


def set_up_logging(level: str) -> None:
    """Write what the server logs to standard error, a line a record; control characters are shown, not sent."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainLines())
    logging.basicConfig(level=getattr(logging, level.upper(), logging.WARNING), handlers=[handler], force=True)


def _configuration(app: Any, options: ServerOptions) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws=KeepingProtocol,
        ws_max_size=options.largest_body,
        host=options.host,
        port=options.port,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=options.keepalive_seconds,
        timeout_graceful_shutdown=10,
        ws_ping_interval=options.websocket_ping_seconds,
        ws_ping_timeout=options.websocket_ping_seconds,
        backlog=2048,
    )


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens there. Raises ConfigurationError, naming the address, if that cannot be had."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        raise ConfigurationError(
            f"The server cannot listen on {host}:{port} ({error.strerror or error}). Choose another --port, or stop what"
            " listens there."
        ) from error
    with listener:
        yield listener
