"""From options and a store to the application: which routes, guards and services it has."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib import import_module

from prefect.core.ports import Clock
from prefect.orchestrator.backend import EmbeddedBackend
from prefect.server import pages, system_blocks
from prefect.server.access.wiring import Access
from prefect.server.app import App, Finisher
from prefect.server.http.routing import Route
from prefect.server.live.bus import Bus
from prefect.server.live.desk import Live
from prefect.server.observing.condition import Condition
from prefect.server.observing.metrics import Metrics
from prefect.server.observing.readiness import Readiness
from prefect.server.observing.requests import Requests
from prefect.server.observing.traces import Traces
from prefect.server.secrets import open_vault
from prefect.server.sockets.door import Door
from prefect.server.world import ServerOptions, World
from prefect.services.duties import ServerServices, standard_duties
from prefect.services.retention import NOTHING, Retention
from prefect.storage.aggregates.reading import Reading
from prefect.storage.requests import Call, call_all
from prefect.storage.store import Store

LONGEST_STATEMENT = 10.0
"""Seconds after which a list or a count is given up and answered 503."""

RESOURCES = (
    "probes",
    "backend",
    "access.accounts",
    "access.keys",
    "access.sessions",
    "access.csrf",
    "access.audit",
    "access.admin",
    "flows",
    "runs.flow_runs",
    "runs.task_runs",
    "runs.states",
    "runs.pausing",
    "runs.inputs",
    "runs.bulk",
    "logs",
    "overviews.histories",
    "overviews.graphs",
    "overviews.log_files",
    "overviews.ui",
    "variables",
    "artifacts",
    "saved_searches",
    "blocks.types",
    "blocks.schemas",
    "blocks.documents",
    "limits.tags",
    "limits.slots",
    "limits.globals",
    "collections",
    "events.records",
    "events.automations",
    "events.templates",
    "events.task_workers",
    "events.live",
    "operations.docs",
    "operations.explain",
    "operations.metrics",
    "operations.status",
    "deployments.records",
    "deployments.schedules",
    "deployments.runs",
    "deployments.pages",
    "work.pools",
    "work.queues",
    "work.workers",
)
"""Modules of `routes`, each with its `ROUTES`."""


def all_routes() -> list[Route]:
    """Every operation of the API."""
    modules = [import_module(f"prefect.server.routes.{name}") for name in RESOURCES]
    return [route for module in modules for route in module.ROUTES]


def build(store: Store, clock: Clock, options: ServerOptions) -> App:
    """The application on a store."""
    routes = all_routes()
    access = access_of(store, clock, routes, options)
    reading, bus = Reading(store), Bus()
    world = World(
        store=store,
        reading=reading,
        clock=clock,
        backend=EmbeddedBackend(store, clock),
        options=options,
        bus=bus,
        live=Live(store, reading, bus, clock),
        vault=open_vault(options.home, options.encryption_keys),
        access=access,
        routes=tuple(routes),
    )
    readiness = Readiness(store, clock)
    world.problem = readiness.problem
    world.condition = Condition(world).json
    app = App(
        world,
        routes,
        access.guards,
        (access.trail.finish, *watching(world, readiness)),
        checks=access.checks,
        witness=access.trail.with_entry,
        sockets=Door(),
        pages=pages.at,
    )
    app.on_start.append(access.gate.start)
    app.on_stop.append(access.gate.stop)
    app.on_start.append(lambda: _deliver_in_loop(store))
    app.on_start.append(lambda: asyncio.to_thread(world.vault.agree_with, store, clock.now()))
    app.on_start.append(lambda: asyncio.to_thread(system_blocks.install, store, clock))
    app.on_stop.append(lambda: store.deliver_by(call_all))
    app.on_stop.append(world.reading.close)
    app.on_start.append(world.live.start)
    app.on_stop.append(world.live.stop)
    if options.services:
        duties = world.services = services_of(world.store, world.clock, options)
        app.on_start.append(duties.start)
        app.on_stop.append(lambda: asyncio.to_thread(duties.stop))
    return app


def watching(world: World, readiness: Readiness) -> list[Finisher]:
    """Who is told of every answer, for metrics and traces."""
    found: list[Finisher] = []
    if world.options.metrics:
        requests = Requests()
        world.metrics = Metrics(world, requests, readiness).text
        found.append(requests.finish)
    if world.options.tracing:
        found.append(Traces().finish)
    return found


def access_of(store: Store, clock: Clock, routes: Sequence[Route], options: ServerOptions) -> Access:
    """Who may come in, by the server's options."""
    return Access(
        store,
        clock,
        routes,
        host=options.host,
        allowed_hosts=options.allowed_hosts,
        cors_origins=options.cors_origins,
        auth_string=options.auth_string,
        insecure=options.insecure,
        in_process=options.in_process,
        csrf_protection=options.csrf_protection,
        csrf_seconds=options.csrf_seconds,
    )


def services_of(store: Store, clock: Clock, options: ServerOptions) -> ServerServices:
    """The background duties of a server; on PostgreSQL it shares them with other replicas."""
    duties = standard_duties(
        options.late_after_seconds,
        options.cancelling_timeout_seconds,
        dict(options.intervals),
        options.disabled_services,
        None if options.ages == NOTHING else Retention(options.ages, options.rhythm),
    )
    return ServerServices(store, clock, duties, shared=store.dialect == "postgresql")


def _deliver_in_loop(store: Store) -> None:
    """Have what a commit makes due done in the event loop, which is woken once for all of it."""
    loop = asyncio.get_running_loop()

    def deliver(calls: Sequence[Call]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(call_all, calls)

    store.deliver_by(deliver)
