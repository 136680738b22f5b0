"""`prefect flow-run retry`: run a flow run again from the code it came from; what had finished is not done again."""

from __future__ import annotations

import asyncio
from types import ModuleType
from typing import Any, TypeAlias
from uuid import UUID

import click

from prefect.cli.flow_runs.dry_run import show_plan
from prefect.cli.output import fail, say
from prefect.cli.parameters import command, joined, output_option, positional
from prefect.cli.record import deciding, flow_runs
from prefect.core.lifecycle.runs import FlowRun
from prefect.core.lifecycle.states import State
from prefect.entrypoints import as_main, flow_in, load_script
from prefect.exceptions import Abort, MissingFlowError, ObjectNotFound, ScriptError
from prefect.flows import Flow

AnyFlow: TypeAlias = Flow[Any, Any]
AnyState: TypeAlias = State[Any]


@command("retry")
@positional("id-or-name")
@click.option("--entrypoint", "-e", help="Where the flow is now: path/to/file.py:flow or module.flow.")
@click.option("--from", "again_from", type=click.UUID, help="A task run from which on everything is run again.")
@click.option("--dry-run", is_flag=True, help="Only list which calls would be reused and which run.")
@output_option
def retry(id_or_name: str, entrypoint: str | None, again_from: UUID | None, dry_run: bool, as_json: bool) -> None:
    """Run a flow run again. Calls that had finished return their recorded results; the rest is executed.

    It may have failed, crashed, been cancelled, or completed. It runs in this process, from the entrypoint on record.
    """
    if as_json and not dry_run:
        fail("--output goes with --dry-run only.")
    flow_runs().look()
    run = find_run(id_or_name)
    refuse_live(run)
    if dry_run:
        return show_plan(run, again_from, as_json)
    place = entrypoint or run.entrypoint
    if place is None:
        fail(
            f"Flow run '{run.id}' has no entrypoint on record. Say where its flow is: --entrypoint path/to/file.py:flow"
        )
    module, flow = loaded(run, place)
    say(f"Retrying flow run {run.name!r} ({run.id})")
    report(run, resumed(module, flow, run, again_from))
    return None


def find_run(id_or_name: str) -> FlowRun:
    """The run of that id or name; ends the command if there is none, or several of the name."""
    try:
        wanted = UUID(id_or_name)
    except ValueError:
        wanted = _by_name(id_or_name)
    try:
        return deciding().read_flow_run(wanted)
    except ObjectNotFound:
        fail(f"Flow run {id_or_name!r} not found!")


def _by_name(name: str) -> UUID:
    ids = flow_runs().ids_named(name)
    if not ids:
        fail(f"Flow run {name!r} not found!")
    if len(ids) > 1:
        fail(f"Several flow runs are named {name!r}; retry one by its id: {joined([str(found) for found in ids])}")
    return ids[0]


def refuse_live(run: FlowRun) -> None:
    """End the command if a process is running the run."""
    if run.state is not None and run.state.is_final():
        return
    process = flow_runs().process_of(run.id)
    if process is None:
        return
    fail(
        f"Flow run '{run.id}' is in state {run.state_type} and cannot be retried: process {process} is"
        f" executing it. Wait until it has ended, or: prefect flow-run cancel {run.id}"
    )


def loaded(run: FlowRun, entrypoint: str) -> tuple[ModuleType, AnyFlow]:
    """The script and the flow in it; ends the command, with the mend, if there is none."""
    try:
        module = load_script(entrypoint)
        flow: AnyFlow = flow_in(Flow, module, entrypoint)
    except (MissingFlowError, ScriptError, ValueError) as error:
        fail(
            f"Flow {run.flow_name!r} of flow run {run.name!r} cannot be loaded from {entrypoint!r}: {error}"
            f" Say where it is now: prefect flow-run retry {run.id} --entrypoint path/to/file.py:flow"
        )
    return module, flow if flow.name == run.flow_name else variant(flow, run, module)


def variant(flow: AnyFlow, run: FlowRun, module: ModuleType) -> AnyFlow:
    """The module's flow of the run's name that was made from this one by changing its options; else this one."""
    flows = (value for value in vars(module).values() if isinstance(value, Flow) and value.fn is flow.fn)
    return next((other for other in flows if other.name == run.flow_name), flow)


def resumed(module: ModuleType, flow: AnyFlow, run: FlowRun, again_from: UUID | None) -> AnyState:
    """Run it; returns its final state."""
    try:
        with as_main(module):
            outcome = flow.resume(run.id, from_task_run=again_from, return_state=True)
            state: AnyState = asyncio.run(outcome) if asyncio.iscoroutine(outcome) else outcome
            return state
    except Abort as error:
        fail(f"Flow run '{run.id}' cannot be retried: {error}")


def report(run: FlowRun, state: AnyState) -> None:
    """Say how it ended; exit code 1 unless it completed."""
    if not state.is_completed():
        fail(f"Flow run {run.name!r} finished in state {state.name}: {state.message or 'no message'}")
    say(f"Flow run {run.name!r} finished in state {state.name}.")
