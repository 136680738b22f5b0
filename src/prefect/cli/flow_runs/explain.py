"""`prefect flow-run explain`: why a run waits, who holds what it waits for, and what happens next."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import click

from prefect.cli.output import fail, local, say, show_json, show_table
from prefect.cli.parameters import command, output_option, positional
from prefect.cli.record import checked_backend
from prefect.cli.servers.asking import asked
from prefect.connect import current_settings
from prefect.orchestrator.explain import explain_flow_run
from prefect.server.observing.explanations import explanation_json

Json = dict[str, Any]


@command("explain")
@positional("id", click.UUID)
@output_option
def explain(id: UUID, as_json: bool) -> None:
    """Say why a flow run is where it is: what it waits for, who holds that, and when something is decided next."""
    found = asked(f"/flow_runs/{id}/explain") if current_settings().api.url else _looked_up(id)
    if found is None:
        fail(f"Flow run {str(id)!r} not found!")
    if as_json:
        return show_json(found)
    return show(found)


def _looked_up(run_id: UUID) -> Json | None:
    backend = checked_backend()
    found = explain_flow_run(backend.store, run_id, backend.clock.now())
    return None if found is None else explanation_json(found)


def show(found: Json) -> None:
    """Print an explanation."""
    say(f"{found['flow_run_name']} ({found['flow_run_id']}) is {found['state_name'] or 'in no state'}")
    say(f"  {found['sentence']}")
    for other in found["also"]:
        say(f"  Also: {other['sentence']}")
    if found["next_decision_time"] is not None:
        say(f"  Next decision: {_shown(found['next_decision_time'])}")
    for each in (found, *found["also"]):
        if each["holders"]:
            title = f"Who holds the slots of {each['limit']['name']!r}"
            rows = [
                (who["id"], who["name"], who["slots"], _shown(who["since"]), who["process"]) for who in each["holders"]
            ]
            show_table(title, ("ID", "Name", "Slots", "Since", "Process"), rows)


def _shown(moment: object) -> str:
    return local(datetime.fromisoformat(moment) if isinstance(moment, str) else moment)
