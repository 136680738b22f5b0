"""The table of commands, and the way in.

Only the module of the command that is run is imported, so `prefect --help` imports none. The texts in the table are
what help lists show; a command's own docstring is what `--help` of the command shows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click

from prefect.cli.output import escape
from prefect.exceptions import PrefectException

ROOMS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "artifact": (
        "Artifacts: what flows published.",
        {
            "ls": ("artifact:ls", "The newest artifact of each key."),
            "inspect": ("artifact:inspect", "Every artifact of a key."),
            "delete": ("artifact:delete", "Delete artifacts by key or id."),
        },
    ),
    "automation": (
        "Automations: what the server does by itself when something happens, or does not.",
        {
            "ls": ("events.automations:ls", "All automations."),
            "inspect": ("events.automations:inspect", "An automation."),
            "create": ("events.automations:create", "Make automations from a file or from JSON."),
            "update": ("events.automations:update", "Give an automation another definition."),
            "pause": ("events.automations:pause", "Have an automation do nothing."),
            "resume": ("events.automations:resume", "Have a paused automation act again."),
            "disable": ("events.automations:pause", "The same as pause."),
            "enable": ("events.automations:resume", "The same as resume."),
            "delete": ("events.automations:delete", "Delete automations."),
        },
    ),
    "block": (
        "Blocks: saved configuration and credentials.",
        {
            "ls": ("blocks.documents:ls", "All blocks."),
            "inspect": ("blocks.documents:inspect", "A block, its secrets masked."),
            "create": ("blocks.documents:create", "Where a block of a type is made."),
            "delete": ("blocks.documents:delete", "Delete a block."),
            "register": ("blocks.registering:register", "Make the block classes of a module known."),
            "type": ("blocks.types:kinds", "Types of blocks."),
            "types": ("blocks.types:kinds", "The same as type."),
        },
    ),
    "concurrency-limit": (
        "How many tasks with a tag may run at once.",
        {
            "ls": ("limits.tags:ls", "Limits of tags."),
            "create": ("limits.tags:create", "Limit the tasks with a tag."),
            "inspect": ("limits.tags:inspect", "A limit and who holds its slots."),
            "reset": ("limits.tags:reset", "Take every slot away from who holds it."),
            "delete": ("limits.tags:delete", "Delete a limit."),
        },
    ),
    "config": (
        "Settings.",
        {
            "view": ("config:view", "Settings in force and where they come from."),
            "set": ("config:set_", "Change settings in the active profile."),
            "unset": ("config:unset", "Take settings out of the active profile."),
            "validate": ("config:validate", "Check every setting that is in force."),
        },
    ),
    "dashboard": ("The server's pages.", {"open": ("reaching.dashboard:open_", "Open them in a browser.")}),
    "deployment": (
        "Deployments: flows that run on a schedule or when asked for.",
        {
            "ls": ("deployments.records:ls", "All deployments."),
            "inspect": ("deployments.records:inspect", "A deployment."),
            "run": ("deployments.runs:run", "Make a flow run of a deployment."),
            "pause": ("deployments.records:pause", "Have a deployment's schedules make no runs."),
            "resume": ("deployments.records:resume", "Have them make runs again."),
            "schedule": ("deployments.schedules:schedule", "Schedules of deployments."),
            "delete": ("deployments.records:delete", "Delete deployments."),
        },
    ),
    "events": (
        "Events: what happens, as it happens.",
        {
            "stream": ("events.stream:stream", "Show events as the server records them."),
            "emit": ("events.emitting:emit", "Tell the server that something happened."),
        },
    ),
    "experimental": (
        "What may still change.",
        {"result-storage": ("blocks.result_storage:result_storage", "Where results are stored by default.")},
    ),
    "flow": (
        "Flows.",
        {"ls": ("flow:ls", "Flows that have been run."), "inspect": ("flow:inspect", "A flow, by name or id.")},
    ),
    "flow-run": (
        "Flow runs: look at them, retry, cancel.",
        {
            "ls": ("flow_runs.ls:ls", "The newest flow runs."),
            "inspect": ("flow_runs.inspect:inspect", "What happened to a flow run."),
            "explain": ("flow_runs.explain:explain", "Why it waits, who holds what it waits for, and what is next."),
            "logs": ("flow_runs.logs:logs", "A flow run's log lines; --follow shows new ones."),
            "retry": ("flow_runs.retry:retry", "Run it again; what had finished is not done again."),
            "cancel": ("flow_runs.cancel:cancel", "End a flow run and its process."),
            "watch": ("flow_runs.watch:watch", "Wait until a flow run has ended."),
            "delete": ("flow_runs.delete:delete", "Delete a flow run and all that is recorded of it."),
        },
    ),
    "global-concurrency-limit": (
        "How many holders a named limit allows at once.",
        {
            "ls": ("limits.named:ls", "Global limits."),
            "create": ("limits.named:create", "Make a limit."),
            "inspect": ("limits.named:inspect", "A limit and who holds its slots."),
            "update": ("limits.named:update", "Change a limit."),
            "enable": ("limits.named:enable", "Enforce a limit."),
            "disable": ("limits.named:disable", "Stop enforcing a limit."),
            "delete": ("limits.named:delete", "Delete a limit."),
        },
    ),
    "profile": (
        "Profiles: named sets of settings.",
        {
            "ls": ("profile:ls", "Profiles, the active one marked."),
            "create": ("profile:create", "Make a profile, empty or from another."),
            "inspect": ("profile:inspect", "The settings of a profile."),
            "use": ("profile:use", "Make a profile the active one."),
            "rename": ("profile:rename", "Give a profile another name."),
            "delete": ("profile:delete", "Delete a profile."),
            "populate-defaults": ("profile:populate_defaults", "Write the profiles that come with Headrace."),
        },
    ),
    "server": (
        "The server: one process that many clients share.",
        {
            "start": ("servers.start:start", "Start it, in the foreground or with --background."),
            "stop": ("servers.stop:stop", "Stop the one in the background."),
            "status": ("servers.status:status", "Whether it answers, and how it is."),
            "database": ("servers.database:database", "Its schema, and its size."),
            "user": ("access.users:users", "People who may sign in, and what they may do."),
            "key": ("access.keys:keys", "Keys by which programs speak to it."),
            "audit": ("access.audit:audit", "Who did what, and when."),
            "services": ("servers.services:services", "Background duties, also in a process of their own."),
        },
    ),
    "task-run": (
        "Task runs.",
        {
            "ls": ("task_run:ls", "The newest task runs."),
            "inspect": ("task_run:inspect", "What happened to a task run."),
            "logs": ("task_run:logs", "A task run's log lines."),
        },
    ),
    "variable": (
        "Variables: values by name that flows read.",
        {
            "ls": ("variable:ls", "All variables."),
            "get": ("variable:get", "The value of a variable."),
            "set": ("variable:set_", "Give a variable a value."),
            "unset": ("variable:unset", "Delete a variable."),
            "delete": ("variable:unset", "Delete a variable."),
            "inspect": ("variable:inspect", "A variable with its tags and times."),
        },
    ),
    "work-pool": (
        "Work pools: where deployments send their runs.",
        {
            "ls": ("work.pools:ls", "All work pools."),
            "inspect": ("work.pools:inspect", "A work pool."),
            "create": ("work.pools:create", "Make a work pool."),
            "update": ("work.pools:update", "Change a work pool."),
            "pause": ("work.pools:pause", "Have a pool give out no runs."),
            "resume": ("work.pools:resume", "Have a paused pool give out runs again."),
            "set-concurrency-limit": ("work.pools:set_concurrency_limit", "Limit how many runs may run at once."),
            "clear-concurrency-limit": ("work.pools:clear_concurrency_limit", "Let any number run at once."),
            "slots": ("work.pools:slots", "Which runs hold its slots."),
            "preview": ("work.pools:preview", "Runs that are due soon."),
            "get-default-base-job-template": (
                "work.pools:get_default_base_job_template", "The job template that pools of a type begin with."
            ),
            "delete": ("work.pools:delete", "Delete a work pool."),
        },
    ),
    "work-queue": (
        "Work queues: the queues of a work pool.",
        {
            "ls": ("work.queues:ls", "All work queues."),
            "inspect": ("work.queues:inspect", "A work queue."),
            "create": ("work.queues:create", "Make a work queue."),
            "pause": ("work.queues:pause", "Have a queue give out no runs."),
            "resume": ("work.queues:resume", "Have a paused queue give out runs again."),
            "set-concurrency-limit": ("work.queues:set_concurrency_limit", "Limit how many runs may run at once."),
            "clear-concurrency-limit": ("work.queues:clear_concurrency_limit", "Let any number run at once."),
            "slots": ("work.queues:slots", "Which runs hold its slots."),
            "preview": ("work.queues:preview", "Runs that are due soon."),
            "read-runs": ("work.queues:read_runs", "Runs that are due."),
            "delete": ("work.queues:delete", "Delete a work queue."),
        },
    ),
}  # fmt: skip
SINGLE = {
    "api": ("reaching.requests:request", "A request to the API, and its answer."),
    "version": ("version:version", "Versions of Headrace, Python and the database."),
}
ALIASES = {
    "artifacts": "artifact",
    "automations": "automation",
    "blocks": "block",
    "concurrency-limits": "concurrency-limit",
    "deployments": "deployment",
    "event": "events",
    "flow-runs": "flow-run",
    "flows": "flow",
    "gcl": "global-concurrency-limit",
    "profiles": "profile",
    "task-runs": "task-run",
    "variables": "variable",
    "work-pools": "work-pool",
    "work-queues": "work-queue",
}


class Entry(NamedTuple):
    """A command as help lists it, and where it is."""

    place: str
    help: str


def load(place: str) -> Any:
    """What `module:name` below `prefect` stands for, imported now."""
    module, _, name = place.partition(":")
    return getattr(import_module(f"prefect.{module}"), name)


class Room(click.Group):
    """Commands that are imported when they are run."""

    def __init__(self, name: str, help: str, entries: dict[str, tuple[str, str]]) -> None:
        super().__init__(name, help=help, no_args_is_help=True, context_settings={"help_option_names": ["--help"]})
        self.entries = {key: Entry(*entry) for key, entry in entries.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        if entry is None:
            raise unknown_command(ctx, cmd_name, self.entries)
        command: click.Command = load(f"cli.{entry.place}")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])


class App(Room):
    """The command `prefect`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*ROOMS, *SINGLE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = ALIASES.get(cmd_name, cmd_name)
        if name in ROOMS:
            return Room(cmd_name, *ROOMS[name])
        if name not in SINGLE:
            raise unknown_command(ctx, cmd_name, self.list_commands(ctx))
        return super().get_command(ctx, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        also: dict[str, str] = {name: f" ({alias})" for alias, name in ALIASES.items()}
        helps = {
            **{name: help for name, (help, _) in ROOMS.items()},
            **{name: help for name, (_, help) in SINGLE.items()},
        }
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name + also.get(name, ""), helps[name]) for name in self.list_commands(ctx)], col_max=44
            )


def unknown_command(context: click.Context, name: str, known: Sequence[str] | dict[str, Entry]) -> click.UsageError:
    """The error for a command that does not exist."""
    return click.UsageError(f'Unknown command "{name}". Available commands: {", ".join(known)}.', context)


def _show_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(import_module("prefect").__version__)
        context.exit()


def _use_profile(context: click.Context, parameter: click.Parameter, name: str | None) -> None:
    if name is not None:
        load("settings.runtime:choose_profile")(load("settings:load_profile")(name).name)
        load("settings:refresh_global_settings_context")()


def make_app() -> App:
    """The command with its options."""
    app = App("prefect", "Run flows and see what happened to them.", SINGLE)
    app.params = [
        click.Option(
            ["--version", "-v"], is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
            help="Show the version and exit.",
        ),
        click.Option(
            ["--profile", "-p"], expose_value=False, callback=_use_profile, metavar="NAME",
            help="Use this profile for this command.",
        ),
        click.Option(["--prompt/--no-prompt"], default=None, help="Ask before deleting, or never."),
    ]  # fmt: skip
    app.callback = lambda prompt: None
    return app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code. Errors are one line on stderr."""
    try:
        result = make_app().main(list(arguments), prog_name="prefect", standalone_mode=False, obj=load)
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else "prefect"
        return _complain(f"{error.format_message()} See '{command} --help'.", 2)
    except click.ClickException as error:
        return _complain(error.format_message(), error.exit_code)
    except click.Abort:
        return _complain("Aborted.", 130)
    except PrefectException as error:
        return _complain(str(error), 1, lines=True)
    except UnicodeEncodeError as error:
        return _complain(_not_encodable(error), 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _not_encodable(error: UnicodeEncodeError) -> str:
    """Whether the text that was given or the place that it was to be written to is the problem, and the mend."""
    wrong = error.object[error.start : error.end]
    if any("\ud800" <= character <= "\udfff" for character in wrong):
        return f"What was given holds bytes that are no text: {error.object[:200]!a}"
    return f"{wrong!a} cannot be written in {error.encoding}. Set PYTHONIOENCODING=utf-8."


def _complain(message: str, code: int, lines: bool = False) -> int:
    click.echo(escape(message, lines), err=True)
    return code
