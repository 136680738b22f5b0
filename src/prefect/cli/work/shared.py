"""What commands for work pools and work queues have in common."""

from __future__ import annotations

from datetime import timedelta

from prefect.cli.api import Json, any_of, api, existing, moment, path
from prefect.cli.output import ago, say, show_json, show_table
from prefect.cli.record import now
from prefect.cli.remote.shapes import names_of


def read_pool(name: str) -> Json:
    """The work pool of that name; ends the command if there is none."""
    return existing(api().get(path("/work_pools/{}", name)), f"Work pool {name!r} not found!")


def marked(name: str, paused: object) -> str:
    """A name, with two stars if it is paused."""
    return f"{name} (**)" if paused else name


def shown_limit(limit: object) -> str:
    """A limit; `None` where there is none, as in Prefect."""
    return "None" if limit is None else str(limit)


def previewed(hours: int | None, **within: Json) -> list[Json]:
    """Flow runs due within so many hours, by default one; looking hands none of them out."""
    until = (now() + timedelta(hours=1 if hours is None else hours)).isoformat()
    runs = {"state": {"type": any_of(["SCHEDULED"])}, "next_scheduled_start_time": {"before_": until}}
    body = {"flow_runs": runs, "sort": "NEXT_SCHEDULED_START_TIME_ASC", **within}
    return api().pages("/flow_runs/filter", body)


NOTHING = "No runs found - try increasing how far into the future you preview with the --hours flag"


def show_runs(title: str, runs: list[Json], as_json: bool) -> None:
    """Print scheduled flow runs."""
    if as_json:
        return show_json(runs)
    if not runs:
        return say(NOTHING)
    names, present = names_of("/flows/filter", "flows", [run["flow_id"] for run in runs]), now()
    rows = [
        (run["expected_start_time"], run["id"], run["name"], names.get(run["flow_id"]),
         ago(moment(run["expected_start_time"]), present))
        for run in runs
    ]  # fmt: skip
    return show_table(title, ("Scheduled Start Time", "Run ID", "Name", "Flow", "When"), rows)


def show_slots(title: str, status: Json, as_json: bool) -> None:
    """Print who holds the slots of a pool, by queue, or of a queue."""
    if as_json:
        return show_json(status)
    limit, taken = status["concurrency_limit"], status["active_slots"]
    say(f"{title}: {taken} active (unlimited)" if limit is None else f"{title}: {taken} of {limit} slots are taken.")
    present = now()
    runs = [(queue["queue_name"], run) for queue in status.get("queues", []) for run in queue["flow_runs"]]
    runs += [("", run) for run in status.get("flow_runs", [])]
    rows = [(run["id"], run["name"], queue, run["state_name"], ago(moment(run["state_timestamp"]), present))
            for queue, run in runs]  # fmt: skip
    if rows:
        return show_table("Flow Runs", ("ID", "Name", "Work Queue", "State", "Since"), rows)
    return say("No flow runs occupying slots.")
