"""`prefect server database vacuum`: cuts what is old, and gives its space back."""

from __future__ import annotations

from contextlib import closing

import click

from prefect.cli.output import fail, say, show_json, show_table
from prefect.cli.parameters import command, confirmed, flag, output_option
from prefect.cli.servers.place import database_place
from prefect.connect import CLOCK, database_url, store_options
from prefect.orchestrator.processes import this_process
from prefect.server.main import ages_from
from prefect.services import retention
from prefect.settings import get_current_settings
from prefect.storage import maintenance
from prefect.storage.store import Store, open_store


@command("vacuum")
@flag("yes", "-y", help="Don't ask.")
@flag("dry-run", help="Only count what would go.")
@flag("compact", default=True, help="Give the space of what is gone back to the system; others wait meanwhile.")
@output_option
@click.pass_context
def vacuum(context: click.Context, yes: bool, dry_run: bool, compact: bool, as_json: bool) -> None:
    """Cut what is older than the settings allow, at once and all of it, and give its space back.

    A server does the first by itself, a little at a time.
    """
    settings = get_current_settings()
    ages, place = ages_from(settings), database_place(settings)
    with closing(open_store(database_url(settings), this_process(), store_options(settings))) as store:
        left: dict[str, int] = {step.what: step.left() for step in retention.steps(store, ages, CLOCK.now())}
        if dry_run:
            return _show(left, "would be deleted", as_json)
        total = sum(left.values())
        if total and not yes and not confirmed(context, f"Delete {total} old rows of {place}?"):
            fail("Nothing was changed.")
        before = _size(store)
        gone = _cut(store, ages)
        if compact:
            store.vacuum()
        _show(gone, "deleted", as_json, before - _size(store) if compact else None)
    return None


def _cut(store: Store, ages: retention.Ages) -> dict[str, int]:
    gone: dict[str, int] = {}
    for step in retention.steps(store, ages, CLOCK.now()):
        while count := step.cut():
            gone[step.what] = gone.get(step.what, 0) + count
    if ages.orphans:
        for table, count in retention.orphans(store, CLOCK.now()):
            name = f"{table} without its run"
            gone[name] = gone.get(name, 0) + count
    return gone


def _size(store: Store) -> int:
    return sum(size.bytes or 0 for size in maintenance.sizes(store))


def _show(found: dict[str, int], what: str, as_json: bool, freed: int | None = None) -> None:
    counted = {name: count for name, count in found.items() if count}
    if as_json:
        return show_json({"rows": counted, "bytes_freed": freed})
    largest_first = sorted(counted.items(), key=lambda item: -item[1])
    if counted:
        show_table(None, ("Rows of", what.capitalize()), largest_first)
    else:
        say(f"Nothing is old enough: 0 rows {what}.")
    if freed is not None:
        say(f"{max(freed, 0) / 1e6:.1f} MB were given back.")
    return None
