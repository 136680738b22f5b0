"""`prefect server services`: the background duties, and a process that does nothing else."""

from __future__ import annotations

from pathlib import Path

from prefect.cli.app import Room
from prefect.cli.output import fail, say, show_json, show_table
from prefect.cli.parameters import command, flag, output_option
from prefect.cli.servers.background import Background, spawned, wait_for
from prefect.cli.servers.place import database_place
from prefect.server.main import options_from, run_services
from prefect.services.descriptions import DESCRIPTIONS
from prefect.services.retention import NOTHING
from prefect.settings import Settings, get_current_settings

services = Room(
    "services",
    "Background duties: what a server does beside answering, here in a process of its own.",
    {
        "ls": ("servers.services:ls", "What there is to do, and whether it is done."),
        "list": ("servers.services:ls", "The same."),
        "start": ("servers.services:start", "Do it, in the foreground or with --background."),
        "stop": ("servers.services:stop", "Stop the process in the background."),
    },
)
STARTED = "Background duties are done"


@command("ls")
@output_option
def ls(as_json: bool) -> None:
    """List the background duties, and the settings that switch them off."""
    options = options_from(get_current_settings())
    off = set(options.disabled_services) | ({"retention"} if options.ages == NOTHING else set())
    if as_json:
        return show_json(
            [
                {"name": name, "enabled": name not in off, "setting": known.setting, "description": known.text}
                for name, known in DESCRIPTIONS.items()
            ]
        )
    rows = [
        (name, "no" if name in off else "yes", known.setting or "always", known.text)
        for name, known in DESCRIPTIONS.items()
    ]
    return show_table("Services", ("Name", "Enabled", "Switched by", "What it does"), rows)


@command("start")
@flag("background", "-b", help="Start it and return.")
def start(background: bool) -> None:
    """Do the background duties without answering requests: beside servers that run with --no-services."""
    settings = get_current_settings()
    if background:
        return _in_background(settings)
    return run_services(settings, announce=lambda _: say(f"{STARTED} for {database_place(settings)}."))


def _in_background(settings: Settings) -> None:
    home = _background(settings)
    if home.running():
        fail(f"They run already (process {home.pid()}). Stop them with `prefect server services stop`.")
    process = spawned(home, ["server", "services", "start"])
    wait_for(lambda: STARTED in home.log.read_text(), process, home, "The process")
    home.remember(process.pid)
    say(f"{STARTED} in the background (process {process.pid}, log {home.log}).")


def _background(settings: Settings) -> Background:
    return Background(Path(settings.home), "services")


@command("stop")
def stop() -> None:
    """Stop the process that was started with --background."""
    stopped = _background(get_current_settings()).stop()
    say("Services stopped." if stopped else "No services are running in the background.")
