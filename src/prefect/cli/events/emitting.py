"""`prefect events emit`: tell a server that something happened."""

from __future__ import annotations

import click

from prefect.cli.api import Json, api, json_option
from prefect.cli.output import fail, say
from prefect.cli.parameters import command, positional
from prefect.cli.record import now
from prefect.connect import CLOCK

ID, ROLE = "prefect.resource.id", "prefect.resource.role"


@command("emit")
@positional("event")
@click.option("--resource", "-r", help="Labels of what it happened to: a JSON object, or KEY=VALUE.")
@click.option("--resource-id", help="The id of what it happened to.")
@click.option("--related", help="Labels of what else took part: a JSON object, or a list of such.")
@click.option("--payload", "-p", help="Anything else, as a JSON object.")
def emit(event: str, resource: str | None, resource_id: str | None, related: str | None, payload: str | None) -> None:
    """Emit an event."""
    identity = str(CLOCK.new_id())
    body = {
        "id": identity,
        "event": event,
        "occurred": now().isoformat(),
        "resource": resource_of(resource, resource_id),
        "related": related_of(related),
        "payload": payload_of(payload),
    }
    api().post("/events", [body])
    say(f"Successfully emitted event {event!r} with ID {identity}")


def resource_of(given: str | None, resource_id: str | None) -> Json:
    """The labels of a resource; ends the command if it has no id."""
    labels: Json = {}
    if given is not None and given.lstrip().startswith("{"):
        labels = json_option(given, "--resource")
    elif given is not None:
        key, equals, value = given.partition("=")
        if not equals:
            fail(f"--resource {given!r} is neither a JSON object nor of the form KEY=VALUE.")
        labels = {key: value}
    if resource_id is not None:
        labels[ID] = resource_id
    if ID not in labels:
        fail(f"Resource must include '{ID}': give --resource-id.")
    return labels


def related_of(given: str | None) -> list[Json]:
    """The labels of related resources; ends the command for what are none."""
    said = json_option(given, "--related")
    found = [] if said is None else said if isinstance(said, list) else [said]
    if not all(isinstance(labels, dict) and ID in labels and ROLE in labels for labels in found):
        fail(f"--related is a JSON object, or a list of such, each with {ID!r} and {ROLE!r}.")
    return found


def payload_of(given: str | None) -> Json:
    """The payload; ends the command if it is no JSON object."""
    said = json_option(given, "--payload")
    if said is not None and not isinstance(said, dict):
        fail("--payload is no JSON object.")
    return said or {}
