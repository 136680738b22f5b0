"""`prefect artifact`."""

from __future__ import annotations

from uuid import UUID

import click

from prefect.cli import documents
from prefect.cli.documents import Record
from prefect.cli.output import ago, compact, escape, fail, local, say, show_facts, show_json, show_table
from prefect.cli.parameters import command, confirmed, limit_option, output_option, positional
from prefect.cli.record import artifacts, now


@command("ls")
@limit_option(100, "artifacts")
@click.option("--all", "-a", "every", is_flag=True, help="Every version, not only the newest of each key.")
@output_option
def ls(limit: int, every: bool, as_json: bool) -> None:
    """List the newest artifact of each key, last updated first."""
    found = artifacts().page(limit) if every else artifacts().latest(limit)
    if as_json:
        return show_json([documents.artifact(item) for item in found])
    if not found:
        return click.echo("No artifacts found.")
    moment = now()
    rows = [(item["id"], item["key"], item["type"], ago(item["updated"], moment)) for item in found]
    show_table("Artifacts", ("ID", "Key", "Type", "Updated"), rows)
    return None


@command("inspect")
@positional("key")
@limit_option(10, "versions")
@output_option
def inspect(key: str, limit: int, as_json: bool) -> None:
    """Show the artifacts of a key, newest first."""
    found = artifacts().of_key(key, limit)
    if not found:
        fail(f"Artifact {key!r} not found.")
    if as_json:
        return show_json([documents.artifact(item) for item in found])
    for number, item in enumerate(found):
        if number:
            click.echo()
        show(item)
    return None


def show(item: Record) -> None:
    """Print one artifact."""
    names = {"key": "Key", "id": "ID", "type": "Type", "description": "Description", "flow_run_id": "Flow run",
             "task_run_id": "Task run"}  # fmt: skip
    show_facts([*((title, item[name]) for name, title in names.items()), ("Created", local(item["created"]))])
    data = item["data"]
    if isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        return show_rows(data)
    return click.echo(escape(data if isinstance(data, str) else compact(data), lines=True))


def show_rows(rows: list[dict[str, object]]) -> None:
    """Print a table artifact as a table."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    show_table(None, [escape(name) for name in columns], [[row.get(name) for name in columns] for row in rows], whole=0)


@command("delete")
@positional("key", needed=False)
@click.option("--id", "artifact_id", type=click.UUID, help="The artifact of this id, instead of all of a key.")
@click.pass_context
def delete(context: click.Context, key: str | None, artifact_id: UUID | None) -> None:
    """Delete all artifacts of a key, or one by its id."""
    if key is not None and artifact_id is not None:
        fail("Please provide either a key or an artifact_id but not both.")
    if key is None and artifact_id is None:
        fail("Please provide a key or an artifact_id.")
    ids = _ids(key, artifact_id)
    named = f"artifact with key {key!r}" if key is not None else f"artifact with id '{artifact_id}'"
    if not confirmed(context, f"Are you sure you want to delete {len(ids)} {named}?"):
        fail("Deletion aborted.")
    count = artifacts().delete(ids)
    say(f"Deleted {count} artifact(s) with key {key!r}." if key is not None else f"Deleted {named}.")


def _ids(key: str | None, artifact_id: UUID | None) -> list[UUID]:
    if artifact_id is not None:
        if artifacts().by_id(artifact_id) is None:
            fail(f"Artifact with id '{artifact_id}' not found!")
        return [artifact_id]
    found = artifacts().of_key(key or "")
    if not found:
        fail(f"Artifact with key {key!r} not found. You can also specify an artifact id with the --id flag.")
    return [UUID(str(item["id"])) for item in found]
