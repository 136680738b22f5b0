"""`prefect global-concurrency-limit`, also `gcl`: limits by name, for whatever asks for their slots."""

from __future__ import annotations

import json
from pathlib import Path

import click

from prefect.cli import documents
from prefect.cli.documents import Record
from prefect.cli.limits.shared import GLOBAL, show_holders
from prefect.cli.output import ago, fail, plain, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, confirmed, output_option, positional
from prefect.cli.record import limits, now

_SLOTS = click.IntRange(min=0)
_DECAY = click.FloatRange(min=0)
_limit = click.option("--limit", "-l", type=_SLOTS, required=True, help="How many slots there are.")
_active_slots = click.option("--active-slots", type=_SLOTS, hidden=True, expose_value=True)


@command("ls")
@output_option
def ls(as_json: bool) -> None:
    """List the global limits by name."""
    found = limits().page(GLOBAL)
    if as_json:
        return show_json([documents.global_limit(item) for item in found])
    columns = ("ID", "Name", "Active", "Limit", "Taken", "Decay per second", "Updated")
    moment = now()
    rows = [(i["id"], i["name"], _yes(i["active"]), i["slots"], i["taken"], i["slot_decay_per_second"]) for i in found]
    when = [ago(item["updated"], moment) for item in found]
    table = [(*row, updated) for row, updated in zip(rows, when, strict=True)]
    return show_table("Global Concurrency Limits", columns, table)


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _found(name: str) -> Record:
    limit = limits().by_name(GLOBAL, name)
    if limit is None:
        fail(f"Global concurrency limit {name!r} not found.")
    return limit


@command("inspect")
@positional("name")
@output_option
@click.option("--file", "-f", type=click.Path(path_type=Path, dir_okay=False), help="Write the JSON into this file.")
def inspect(name: str, as_json: bool, file: Path | None) -> None:
    """Show a global limit, and who holds its slots."""
    limit = _found(name)
    document = documents.global_limit(limit)
    if file is not None:
        return _write(file, document)
    if as_json:
        return show_json(document)
    show_facts([("Name", name), ("ID", limit["id"]), ("Active", _yes(limit["active"])), ("Limit", limit["slots"]),
                ("Taken", str(limit["taken"])), ("Decay per second", str(limit["slot_decay_per_second"])),
                ("Updated", ago(limit["updated"], now()))])  # fmt: skip
    return show_holders(limit)


def _write(file: Path, document: Record) -> None:
    try:
        file.write_text(json.dumps(document, indent=2, default=plain) + "\n")
    except OSError as error:
        fail(f"{str(file)!r} cannot be written: {error.strerror}.")
    say(f"Global concurrency limit written to {str(file)!r}.")


@command("create")
@positional("name")
@_limit
@click.option("--disable/--no-disable", default=False, help="Make it, but do not enforce it yet.")
@_active_slots
@click.option("--slot-decay-per-second", type=_DECAY, default=0.0, show_default=True,
              help="For rate limits: how many slots come free by themselves each second.")  # fmt: skip
def create(name: str, limit: int, disable: bool, active_slots: int | None, slot_decay_per_second: float) -> None:
    """Make a global limit."""
    _refuse_active_slots(active_slots)
    if limits().by_name(GLOBAL, name) is not None:
        fail(f"Global concurrency limit {name!r} already exists. Please try creating with a different name.")
    limits().write(GLOBAL, name, limit, not disable, slot_decay_per_second)
    identity = _found(name)["id"]
    say(
        f"Created global concurrency limit with name {name!r} and ID '{identity}'."
        f" Run `prefect gcl inspect {name}` to view details."
    )


def _refuse_active_slots(active_slots: int | None) -> None:
    if active_slots:
        fail("Slots are held by runs and cannot be set: --active-slots must be 0.")


@command("update")
@positional("name")
@click.option("--enable/--no-enable", default=None, help="Enforce it.")
@click.option("--disable/--no-disable", default=None, help="Stop enforcing it.")
@click.option("--limit", "-l", type=_SLOTS, help="How many slots there are.")
@_active_slots
@click.option("--slot-decay-per-second", type=_DECAY, help="How many slots come free by themselves each second.")
def update(
    name: str,
    enable: bool | None,
    disable: bool | None,
    limit: int | None,
    active_slots: int | None,
    slot_decay_per_second: float | None,
) -> None:
    """Change a global limit."""
    if all(value is None for value in (enable, disable, limit, active_slots, slot_decay_per_second)):
        fail("No update arguments provided.")
    if enable and disable:
        fail("Cannot enable and disable a global concurrency limit at the same time.")
    known = _found(name)
    if active_slots == 0:
        limits().reset(GLOBAL, name)
    _refuse_active_slots(active_slots)
    active = bool(known["active"])
    active = True if enable or disable is False else False if disable or enable is False else active
    slots = int(str(known["slots"])) if limit is None else limit
    decay = float(str(known["slot_decay_per_second"])) if slot_decay_per_second is None else slot_decay_per_second
    limits().write(GLOBAL, name, slots, active, decay)
    say(f"Updated global concurrency limit with name {name!r}.")


def _switch(name: str, active: bool, word: str) -> None:
    known = _found(name)
    if bool(known["active"]) is active:
        fail(f"Global concurrency limit with name {name!r} is already {word}.")
    limits().write(GLOBAL, name, int(str(known["slots"])), active, float(str(known["slot_decay_per_second"])))
    say(f"{word.capitalize()} global concurrency limit with name {name!r}.")


@command("enable")
@positional("name")
def enable(name: str) -> None:
    """Enforce a global limit."""
    _switch(name, True, "enabled")


@command("disable")
@positional("name")
def disable(name: str) -> None:
    """Stop enforcing a global limit."""
    _switch(name, False, "disabled")


@command("delete")
@positional("name")
@click.pass_context
def delete(context: click.Context, name: str) -> None:
    """Delete a global limit."""
    _found(name)
    if not confirmed(context, f"Are you sure you want to delete global concurrency limit with name {name!r}?"):
        fail("Deletion aborted.")
    limits().delete(GLOBAL, name)
    say(f"Deleted global concurrency limit with name {name!r}.")
