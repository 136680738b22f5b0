"""`prefect variable`."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from prefect.cli import documents
from prefect.cli.output import ago, compact, escape, fail, local, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, confirmed, flag, many, output_option, positional, strict_json
from prefect.cli.record import now, variables


@command("ls")
@output_option
def ls(as_json: bool) -> None:
    """List all variables by name."""
    found = variables().page()
    if as_json:
        return show_json([documents.variable(item) for item in found])
    moment = now()
    rows = [(v["name"], compact(v["value"]), ago(v["created"], moment), ago(v["updated"], moment)) for v in found]
    return show_table("Variables", ("Name", "Value", "Created", "Updated"), rows)


@command("get")
@positional("name")
@output_option
def get(name: str, as_json: bool) -> None:
    """Print a variable's value: text as it is, anything else as JSON."""
    found = variables().by_name(name)
    if found is None:
        fail(f"Variable {name!r} not found.")
    value = found["value"]
    if as_json:
        return show_json(value)
    return click.echo(escape(value if isinstance(value, str) else compact(value), lines=True))


@command("inspect")
@positional("name")
@output_option
def inspect(name: str, as_json: bool) -> None:
    """Show a variable with its tags and times."""
    found = variables().by_name(name)
    if found is None:
        fail(f"Variable {name!r} not found.")
    if as_json:
        return show_json(documents.variable(found))
    tags = found["tags"] if isinstance(found["tags"], list) else []
    times = [("Created", local(found["created"])), ("Updated", local(found["updated"]))]
    show_facts([("Name", name), ("Value", compact(found["value"])), ("Tags", ", ".join(tags)), *times])
    return None


@command("set")
@positional("name")
@positional("value")
@flag("overwrite", help="Replace the value of a variable that exists.")
@many("tag", help="A tag; may be repeated.")
def set_(name: str, value: str, overwrite: bool, tag: Sequence[str]) -> None:
    """Give a variable a value: JSON where it is that, text otherwise."""
    if not variables().write(name, as_json_text(value), tag, overwrite):
        fail(f"Variable {name!r} already exists. Use `--overwrite` to update it.")
    say(f"Set variable {name!r}.")


def as_json_text(value: str) -> str:
    """The JSON that a value on the command line stands for."""
    try:
        return json.dumps(strict_json(value))
    except (ValueError, RecursionError):
        return json.dumps(value)


@command("unset")
@positional("name")
@click.pass_context
def unset(context: click.Context, name: str) -> None:
    """Delete a variable."""
    if variables().by_name(name) is None:
        fail(f"Variable {name!r} not found.")
    if not confirmed(context, f"Are you sure you want to unset variable {name!r}?"):
        fail("Unset aborted.")
    variables().delete(name)
    say(f"Unset variable {name!r}.")
