"""`prefect server start`: in the foreground until a signal ends it, or in the background."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click

from prefect.cli.output import fail, say
from prefect.cli.parameters import command, flag
from prefect.cli.servers.background import Background, reachable_at
from prefect.cli.servers.place import database_place
from prefect.server.main import options_from, run
from prefect.server.world import ServerOptions
from prefect.settings import Settings, get_current_settings

STARTING_SECONDS = 60.0
LONGEST_LOG = 2000
"""Characters of the log shown when a server did not start."""


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
    **_accepted: bool | None,
) -> None:
    """Start the server."""
    given = {"host": host, "port": port, "keepalive_seconds": keep_alive_timeout, "log_level": log_level}
    changes = {name: value for name, value in given.items() if value is not None}
    settings = get_current_settings()
    changes.update(services=not no_services, insecure=insecure or settings.server.api.insecure)
    if background:
        return _in_background(settings, options_from(settings, **changes))
    run(settings, announce=lambda options: _announce(settings, options), **changes)
    return None


def _announce(settings: Settings, options: ServerOptions) -> None:
    address = reachable_at(options.host, options.port, options.base_path)
    say(f"The Headrace server is at {address}")
    say(f"  record   {database_place(settings)}")
    say(f"  API      {address}/api  (described at {address}/docs)")
    say(f"  clients  prefect config set PREFECT_API_URL={address}/api")


def _in_background(settings: Settings, options: ServerOptions) -> None:
    home = Background(Path(settings.home))
    if home.running():
        fail(
            f"A server is already running in the background (process {home.pid()}). Stop it with `prefect server stop`."
        )
    process = _spawn(home, options)
    deadline = time.monotonic() + STARTING_SECONDS
    address = reachable_at(options.host, options.port, options.base_path)
    while not home.answers(address):
        if process.poll() is not None or time.monotonic() > deadline:
            fail(f"The server did not start. Its log {str(home.log)!r} ends:\n{home.log.read_text()[-LONGEST_LOG:]}")
        time.sleep(0.02)
    home.remember(process.pid)
    _announce(settings, options)
    say(f"It runs in the background (process {process.pid}, log {home.log}). Stop it with `prefect server stop`.")


def _spawn(home: Background, options: ServerOptions) -> subprocess.Popen[bytes]:
    arguments = ["server", "start", "--host", options.host, "--port", str(options.port)]
    arguments += ["--keep-alive-timeout", str(options.keepalive_seconds)]
    arguments += [] if options.services else ["--no-services"]
    arguments += ["--insecure"] if options.insecure else []
    home.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(home.log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "prefect", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
