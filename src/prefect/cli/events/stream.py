"""`prefect events stream`: show what happens, as it happens."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import click

from prefect.cli.api import Json, moment
from prefect.cli.output import escape, fail, local
from prefect.cli.parameters import command, flag
from prefect.client.sockets.subscriptions import Subscription
from prefect.connect import provide_to_clients


@command("stream")
@click.option("--format", "shape", default="json", show_default=True, help="json, one event a line, or text.")
@click.option("--output-file", type=click.Path(path_type=Path, dir_okay=False), help="Append them to this file.")
@flag("account", help="Accepted as in Prefect, for its hosted service only.")
@flag("run-once", help="Stop after the first event.")
def stream(shape: str, output_file: Path | None, account: bool, run_once: bool) -> None:
    """Show events as they are recorded by the server, until interrupted."""
    if account:
        fail("--account is for the hosted service; a server has no accounts to stream.")
    if shape not in ("json", "text"):
        fail(f"Unknown format {shape!r}; choose json or text.")
    provide_to_clients()
    click.echo("Subscribing to event stream...", err=True)
    try:
        asyncio.run(_stream(shape, output_file, run_once))
    except KeyboardInterrupt:
        click.echo("Exiting...", err=True)


async def _stream(shape: str, output_file: Path | None, run_once: bool) -> None:
    async with Subscription("/events/out", "event", {}, again=True) as subscription:
        async for event in subscription.messages():
            _show(line_of(event, shape), output_file)
            if run_once:
                return


def line_of(event: Json, shape: str) -> str:
    """An event on one line."""
    if shape == "json":
        return json.dumps(event)
    resource = event["resource"].get("prefect.resource.id")
    return f"{local(moment(event.get('occurred')))} {escape(event['event'])} {escape(resource)}".strip()


def _show(line: str, output_file: Path | None) -> None:
    if output_file is None:
        return click.echo(line)
    try:
        with output_file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        fail(f"{str(output_file)!r} cannot be written: {error.strerror}.")
    return None
