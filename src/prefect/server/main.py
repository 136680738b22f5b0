"""Starting the server: from settings to a listening process."""

from __future__ import annotations

import logging
import socket
import sys
import time
from collections.abc import Callable, Iterator, Set
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from prefect.connect import CLOCK, database_url, store_options
from prefect.exceptions import ConfigurationError
from prefect.orchestrator.processes import this_process
from prefect.server.access.binding import check_binding
from prefect.server.access.lines import JsonLines, PlainLines, cover
from prefect.server.building import build, services_of
from prefect.server.http.answers import Json
from prefect.server.http.connections import PatientProtocol
from prefect.server.http.ending import EndingServer
from prefect.server.processes import Ready, told_to_end, work_together
from prefect.server.sockets.protocol import KeepingProtocol
from prefect.server.views.settings import settings_json
from prefect.server.world import ServerOptions
from prefect.services.retention import NOTHING, Ages, Rhythm
from prefect.settings import Settings
from prefect.settings.kinds import SecretStr
from prefect.storage.store import Store, open_store

logger = logging.getLogger("prefect.server")

SWITCH_INTERVAL = 0.001
"""Seconds after which a busy thread lets another one run: the event loop is not to wait long for a writer."""


def options_from(settings: Settings, **changes: Any) -> ServerOptions:
    """The server's options as settings have them; `changes` take their place."""
    api = settings.server.api
    given: Json = {
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


def _service_options(settings: Settings) -> Json:
    services = settings.server.services
    by_duty: Json = {
        "late_runs": services.late_runs,
        "pause_expirations": services.pause_expirations,
        "cancellation": services.cancellation_cleanup,
        "work_readiness": services.foreman,
        "slot_expiry": services.repossessor,
    }
    return {
        "late_after_seconds": services.late_runs.after_seconds.total_seconds(),
        "cancelling_timeout_seconds": services.cancellation_cleanup.cancelling_timeout_seconds,
        "disabled_services": frozenset(name for name, group in by_duty.items() if not group.enabled),
        "intervals": {
            name: group.loop_seconds for name, group in by_duty.items() if "loop_seconds" in group.model_fields_set
        },
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


Announce = Callable[[ServerOptions], object]


def run(settings: Settings, announce: Announce | None = None, workers: int = 1, **changes: Any) -> None:
    """Serve until a signal ends it; everything accepted by then is answered and written.

    Args:
        announce: told the options, with the port that was found for port 0, once requests can come.
        workers: processes that answer on one socket; more than one only with PostgreSQL.
        changes: options in place of those in the settings, and `log_level`.

    Raises StorageError if the database cannot be used, ConfigurationError if the server may not start like that.
    """
    level = changes.pop("log_level", settings.server.logging_level)
    set_up_logging(level, settings.server.logging_json)
    options = options_from(settings, **changes)
    cover([options.auth_string, *(options.encryption_keys or "").split(",")])
    with closing(open_store(database_url(settings), this_process(), store_options(settings))) as store:
        _check(store, options, workers)
        with listening(options.host, options.port) as listener:
            changes["port"] = listener.getsockname()[1]
            options = replace(options, port=changes["port"])
            if workers == 1:
                return serve(store, options, listener, announce)
        store.close()
    told = None if announce is None else partial(announce, options)
    with reserved(options.host, options.port):
        work_together(partial(_serve_beside_others, settings, level, changes), workers, told)
    return None


def _check(store: Store, options: ServerOptions, workers: int) -> None:
    """Whether the server may start like that, with a database that can be used."""
    if workers > 1 and store.dialect == "sqlite":
        raise ConfigurationError(
            "Several --workers need PostgreSQL: an SQLite file has one writer at a time, so that one process serves it"
            " best. Set PREFECT_SERVER_DATABASE_CONNECTION_URL=postgresql://..., or leave out --workers."
        )
    if workers > 1 and not hasattr(socket, "SO_REUSEPORT"):
        raise ConfigurationError(
            "Several --workers cannot share a port on this system; start one server, or leave it out."
        )
    store.read(lambda tx: tx.one("SELECT 1"))
    if options.auth_string is None and not options.insecure:
        check_binding(store, CLOCK.now(), options.host, options.allowed_hosts)


def _serve_beside_others(settings: Settings, level: str, changes: Json, ready: Ready) -> None:
    """One of several processes that listen in one place; the system spreads connections over them."""
    set_up_logging(level, settings.server.logging_json)
    options = options_from(settings, **changes)
    cover([options.auth_string, *(options.encryption_keys or "").split(",")])
    with (
        closing(open_store(database_url(settings), this_process(), store_options(settings))) as store,
        listening(options.host, options.port, shared=True) as listener,
    ):
        serve(store, options, listener, lambda _: ready())


def serve(store: Store, options: ServerOptions, listener: socket.socket, announce: Announce | None = None) -> None:
    """Answer on a socket until a signal ends it."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    app = build(store, CLOCK, options)
    if announce is not None:
        app.on_start.append(lambda: announce(options))
    server = EndingServer(_configuration(app, options), app.world.live.let_go)
    app.world.connections = lambda: len(server.server_state.connections)
    server.run([listener])


def run_services(settings: Settings, announce: Announce | None = None) -> None:
    """Do the background duties, and answer nobody, until a signal ends it. Raises StorageError."""
    set_up_logging(settings.server.logging_level, settings.server.logging_json)
    options = options_from(settings)
    with closing(open_store(database_url(settings), this_process(), store_options(settings))) as store:
        store.read(lambda tx: tx.one("SELECT 1"))
        services = services_of(store, CLOCK, options)
        with told_to_end() as is_over:
            services.start()
            if announce is not None:
                announce(options)
            while not is_over():
                time.sleep(0.1)
            services.stop()


def set_up_logging(level: str, as_json: bool = False) -> None:
    """Write what the server logs to standard error, a line a record; control characters are shown, not sent."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if as_json else PlainLines())
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
def reserved(host: str, port: int) -> Iterator[None]:
    """The place is ours, also while none of several processes listens there."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    with socket.socket(family, socket.SOCK_STREAM) as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        place.bind(address[:2])
        yield


@contextmanager
def listening(host: str, port: int, shared: bool = False) -> Iterator[socket.socket]:
    """A socket that listens there, `shared` with other processes of ours.

    Raises ConfigurationError, naming the address, if that cannot be had.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=2048, reuse_port=shared)
    except OSError as error:
        raise ConfigurationError(
            f"The server cannot listen on {host}:{port} ({error.strerror or error}). Choose another --port, or stop what"
            " listens there."
        ) from error
    with listener:
        yield listener
