"""`prefect server audit`: who did what on a server, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import click

from prefect.cli.api import PAGE, Json, api, moment
from prefect.cli.app import Room
from prefect.cli.output import local, show_json, show_table
from prefect.cli.parameters import command, limit_option, many, output_option
from prefect.cli.record import now

ENTRIES = "/headrace/access/audit/filter"

audit = Room("audit", "Who did what, and when.", {"ls": ("access.audit:ls", "Entries of the audit log.")})


@command("ls")
@limit_option(50, "entries")
@many("actor", help="Of this person or key; may be repeated.")
@many("method", help="Requests of this method; may be repeated.")
@many("address", help="From this address; may be repeated.")
@click.option("--path", "path_like", help="Requests whose path contains this.")
@click.option("--hours", type=click.FloatRange(min=0, min_open=True), help="No older than so many hours.")
@output_option
def ls(
    limit: int,
    actor: Sequence[str],
    method: Sequence[str],
    address: Sequence[str],
    path_like: str | None,
    hours: float | None,
    as_json: bool,
) -> None:
    """List what was done on the server, the last first."""
    after = None if hours is None else (now() - timedelta(hours=hours)).isoformat()
    wanted = {"actor": list(actor), "method": [name.upper() for name in method], "address": list(address),
              "path_like": path_like, "after": after}  # fmt: skip
    found = _entries({key: value for key, value in wanted.items() if value}, limit)
    if as_json:
        return show_json(found)
    rows = [(local(moment(e["moment"])), e["actor"], e["role"], e["method"], e["path"], e["status"], e["address"])
            for e in found]  # fmt: skip
    return show_table("Audit log", ("When", "Who", "Role", "Method", "Path", "Status", "From"), rows)


def _entries(wanted: Json, limit: int) -> list[Json]:
    found: list[Json] = []
    while len(found) < limit:
        size = min(PAGE, limit - len(found))
        page = api().post(ENTRIES, {"audit": wanted, "limit": size, "offset": len(found)})["results"]
        found += page
        if len(page) < size:
            break
    return found
