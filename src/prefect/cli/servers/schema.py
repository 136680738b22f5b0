"""`prefect server database upgrade`, `downgrade`, `reset`, `stamp` and `revision`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

import click

from prefect.cli.output import fail, say
from prefect.cli.parameters import command, confirmed, flag, positional
from prefect.cli.servers.place import database_place
from prefect.connect import database_url, store_options
from prefect.settings import get_current_settings
from prefect.storage.schema import revision
from prefect.storage.store import StoreOptions


def _changing() -> ModuleType:
    return import_module("prefect.storage.migrations.changing")  # with SQLAlchemy and Alembic, which help does not need


def _where() -> tuple[str, StoreOptions, str]:
    """The database's address, how it is opened, and how people are told of it."""
    settings = get_current_settings()
    return database_url(settings), store_options(settings), database_place(settings)


def _named(version: int) -> str:
    return f"version {revision(version)}" if version else "no schema"


def _insist(context: click.Context, yes: bool, loss: str) -> None:
    """Have somebody confirm what loses data; where nobody can be asked, only --yes does."""
    if yes:
        return
    if not sys.stdin.isatty():
        fail(f"{loss} Say --yes if that is meant.")
    if not confirmed(context, f"{loss} Go on?"):
        fail("Nothing was changed.")


def _show_plan(statements: Sequence[str]) -> None:
    for statement in statements:
        say(f"{statement};")


@command("upgrade")
@flag("yes", "-y", help="Don't ask.")
@click.option("--revision", "-r", default="head", show_default=True, help="Version to go to.")
@flag("dry-run", help="Only show the statements.")
@click.pass_context
def upgrade(context: click.Context, yes: bool, revision: str, dry_run: bool) -> None:
    """Bring the schema of the database up to date."""
    url, options, place = _where()
    changing = _changing()
    current = changing.version_at(url, options)
    target = changing.target_of(revision, current)
    if dry_run:
        with changing.opened(url, options) as record:
            return _show_plan(changing.planned(record.dialect, current, max(target, current)))
    if not yes and not confirmed(context, f"Upgrade {place} from {_named(current)} to {_named(target)}?"):
        fail("Nothing was changed.")
    changing.upgrade(url, options, target)
    if target <= current:
        return say(f"Database {place} has {_named(current)} already.")
    return say(f"Database {place} upgraded: {_named(current)} -> {_named(target)}.")


@command("downgrade")
@flag("yes", "-y", help="Don't ask.")
@click.option("--revision", "-r", default="-1", show_default=True, help="Version to go to.")
@flag("dry-run", help="Only show the statements.")
@click.pass_context
def downgrade(context: click.Context, yes: bool, revision: str, dry_run: bool) -> None:
    """Take the schema back to an earlier version, which loses what later ones hold. Stop every server before."""
    url, options, place = _where()
    changing = _changing()
    current = changing.version_at(url, options)
    target = changing.target_of(revision, current)
    if dry_run:
        with changing.opened(url, options) as record:
            return _show_plan(changing.planned(record.dialect, current, min(target, current)))
    if target >= current:
        return say(f"Database {place} has {_named(current)}; there is nothing to take back.")
    _insist(context, yes, f"This loses what only {_named(current)} of {place} can hold.")
    changing.downgrade(url, options, target)
    return say(f"Database {place} downgraded: {_named(current)} -> {_named(target)}.")


@command("reset")
@flag("yes", "-y", help="Don't ask.")
@click.pass_context
def reset(context: click.Context, yes: bool) -> None:
    """Delete everything in the database, and make its tables anew. Stop every server before."""
    url, options, place = _where()
    _insist(context, yes, f"This deletes every run, deployment, block and account in {place}.")
    _changing().reset(url, options)
    say(f"Database {place} reset.")


@command("stamp")
@positional("revision")
def stamp(revision: str) -> None:
    """Note that the database has a version of the schema, without changing anything."""
    url, options, place = _where()
    changing = _changing()
    target = changing.target_of(revision, changing.version_at(url, options))
    changing.stamp(url, options, target)
    say(f"Database {place} stamped: {_named(target)}.")


@command("revision")
@click.option("--message", "-m", help="What the step is for.")
@flag("autogenerate", help="Accepted as in Prefect: steps are always made from the tables.")
def make_revision(message: str | None, autogenerate: bool) -> None:
    """Write the scripts that lead from the version before to the tables as they are in the source."""
    import_module("prefect.storage.snapshot").main()
    note = f" ({message})" if message else ""
    newest = import_module("prefect.storage.tables").VERSION
    say(
        f"The scripts of {_named(newest)}{note} are written anew from storage/tables. Count VERSION up for a further one."
    )
