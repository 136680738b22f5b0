"""`prefect server start`: in the foreground until a signal ends it, or in the background."""

from __future__ import annotations

from pathlib import Path

import click

from prefect.cli.output import fail, say
from prefect.cli.parameters import command, flag
from prefect.cli.servers.background import Background, reachable_at, spawned, wait_for
from prefect.cli.servers.place import database_place
from prefect.server.main import options_from, run
from prefect.server.world import ServerOptions
from prefect.settings import Settings, get_current_settings


@command("start")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 for any that is free.")
@click.option(
    "--keep-alive-timeout", type=click.IntRange(min=0), help="Seconds for which an idle connection stays open."
)
@click.option("--log-level", help="Level from which the server logs.")
@flag("no-services", help="Answer requests only; another replica does the background duties.")
@flag("insecure", help="Listen beyond this machine although nobody needs credentials.")
@flag("background", "-b", help="Start it and return.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that answer on one socket; more than one only with PostgreSQL.",
)
@click.option("--scheduler/--no-scheduler", default=None, help="Accepted as in Prefect.")
@click.option("--late-runs/--no-late-runs", default=None, help="Accepted as in Prefect.")
@click.option("--analytics-on/--analytics-off", default=None, help="Has no effect: nothing is ever sent anywhere.")
@click.option("--ui/--no-ui", default=None, help="Accepted as in Prefect.")
def start(
    host: str | None,
    port: int | None,
    keep_alive_timeout: int | None,
    log_level: str | None,
    no_services: bool,
    insecure: bool,
    background: bool,
    workers: int,
    **_accepted: bool | None,
) -> None:
    """Start the server."""
    given = {"host": host, "port": port, "keepalive_seconds": keep_alive_timeout, "log_level": log_level}
    changes = {name: value for name, value in given.items() if value is not None}
    settings = get_current_settings()
    changes.update(services=not no_services, insecure=insecure or settings.server.api.insecure)
    if background:
        return _in_background(settings, options_from(settings, **changes), workers)
    run(settings, lambda options: _announce(settings, options), workers, **changes)
    return None


def _announce(settings: Settings, options: ServerOptions) -> None:
    address = reachable_at(options.host, options.port, options.base_path)
    say(f"The Headrace server is at {address}")
    say(f"  record   {database_place(settings)}")
    say(f"  API      {address}/api  (described at {address}/docs)")
    say(f"  clients  prefect config set PREFECT_API_URL={address}/api")


def _in_background(settings: Settings, options: ServerOptions, workers: int) -> None:
    home = Background(Path(settings.home))
    if home.running():
        fail(
            f"A server is already running in the background (process {home.pid()}). Stop it with `prefect server stop`."
        )
    address = reachable_at(options.host, options.port, options.base_path)
    process = spawned(home, _arguments(options, workers))
    wait_for(lambda: home.answers(address), process, home, "The server")
    home.remember(process.pid, address)
    _announce(settings, options)
    say(f"It runs in the background (process {process.pid}, log {home.log}). Stop it with `prefect server stop`.")


def _arguments(options: ServerOptions, workers: int) -> list[str]:
    arguments = ["server", "start", "--host", options.host, "--port", str(options.port)]
    arguments += ["--keep-alive-timeout", str(options.keepalive_seconds), "--workers", str(workers)]
    arguments += [] if options.services else ["--no-services"]
    return arguments + (["--insecure"] if options.insecure else [])
