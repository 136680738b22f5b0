"""How commands take their parameters: positional ones may be given by name too, as `ID` or `--id ID`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeAlias, TypeVar

import click

from prefect.cli.output import fail

AnyType: TypeAlias = "click.ParamType[Any]"
C = TypeVar("C", bound=Callable[..., object])


class Positional(click.Argument):
    """A parameter that stands alone or behind its name.

    Args:
        name: in lower case with dashes.
        kind: what the text is converted to.
        needed: whether leaving it out is an error.
        many: takes every value that is given.
    """

    def __init__(self, name: str, kind: AnyType, needed: bool, many: bool) -> None:
        super().__init__(
            [name],
            required=False,
            nargs=-1 if many else 1,
            type=click.UNPROCESSED,
            metavar=_metavar(name, needed, many),
        )
        self.kind = kind
        self.needed = needed
        self.many = many
        self.long = name
        self.key = name.replace("-", "_")

    @property
    def by_name(self) -> str:
        """Where the value given by name waits to be taken."""
        return f"{self.key}__by_name"

    def finish(self, context: click.Context, value: Any) -> Any:
        """The converted value. Raises MissingParameter or BadParameter."""
        if value is None or value == []:
            if self.needed:
                raise click.MissingParameter(ctx=context, param=self)
            return value
        if self.many:
            return [self.kind.convert(item, self, context) for item in value]
        return self.kind.convert(value, self, context)


def _metavar(name: str, needed: bool, many: bool) -> str:
    shown = name.upper().replace("-", "_") + ("..." if many else "")
    return shown if needed else f"[{shown}]"


class Command(click.Command):
    """A command whose positional parameters may be given by name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        places = [parameter for parameter in self.params if isinstance(parameter, Positional)]
        loose = [value for place in places for value in _as_list(ctx.params.pop(place.key, None))]
        for place in places:
            value = ctx.params.pop(place.by_name, None)
            if place.many:
                value, loose = [*_as_list(value), *loose], []
            elif value is None and loose:
                value = loose.pop(0)
            ctx.params[place.key] = place.finish(ctx, value)
        if loose:
            raise click.UsageError(f"Unexpected argument {loose[0]!r}.", ctx)
        return rest


def _as_list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, tuple) else [value]


def command(name: str) -> Callable[[Callable[..., object]], Command]:
    """Make a function a command."""
    return click.command(name, cls=Command, context_settings={"help_option_names": ["--help"]})


def positional(name: str, kind: AnyType = click.STRING, needed: bool = True, many: bool = False) -> Callable[[C], C]:
    """Give a command a parameter that may stand alone or behind its name."""
    place = Positional(name, kind, needed, many)

    def decorate(function: C) -> C:
        option = click.option(
            f"--{name}", place.by_name, default=None, multiple=many, hidden=True, type=click.UNPROCESSED
        )
        decorated: C = option(function)
        decorated.__dict__.setdefault("__click_params__", []).append(place)
        return decorated

    return decorate


def flag(name: str, *short: str, default: bool | None = False, help: str) -> Callable[[C], C]:
    """A switch with its negation: `--head`, `-h`, `--no-head`."""
    return click.option("/".join((f"--{name}", f"--no-{name}")), *short, default=default, help=help)


def many(name: str, *short: str, help: str) -> Callable[[C], C]:
    """An option that may be given several times."""
    return click.option(f"--{name}", *short, multiple=True, help=help)


def _check_output(context: click.Context, parameter: click.Parameter, value: str | None) -> bool:
    if value is not None and value.lower() != "json":
        fail("Only 'json' output format is supported.")
    return value is not None


def output_option(function: C) -> C:
    """`--output json`, as the parameter `as_json`."""
    option = click.option("--output", "-o", "as_json", default=None, callback=_check_output, help="json, for programs.")
    decorated: C = option(function)
    return decorated


def limit_option(default: int, what: str) -> Callable[[C], C]:
    """`--limit`, 0 or more."""
    return click.option(
        "--limit", default=default, show_default=True, type=click.IntRange(min=0), help=f"At most so many {what}."
    )


def confirmed(context: click.Context, question: str) -> bool:
    """Ask, where a person is there to answer; yes otherwise."""
    asks = context.find_root().params.get("prompt")
    if asks is False or (asks is None and not sys.stdin.isatty()):
        return True
    return click.confirm(question)


def strict_json(text: str) -> Any:
    """What JSON says. Raises ValueError, also for NaN and the infinities, which Python would read."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def joined(values: Sequence[str]) -> str:
    """Values as people list them."""
    return ", ".join(values)
