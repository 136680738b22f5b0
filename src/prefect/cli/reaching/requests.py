"""`prefect api`: a request of any kind, and its answer as it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import click
import httpx

from prefect.cli.api import Json, api, json_option
from prefect.cli.output import escape, fail, say, show_json
from prefect.cli.parameters import command, flag, positional
from prefect.cli.servers.asking import unreachable

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
AUTHENTICATION, REFUSED, BROKEN, AWAY = 3, 4, 5, 7
"""Exit codes: who asks may not (401, 403), another error of the request (4xx) or of the server (5xx), no answer."""


@command("api")
@positional("method")
@positional("path")
@click.option("--data", help="A JSON body; @FILE to read it from a file, - from standard input.")
@click.option("--header", "-H", multiple=True, help="NAME: VALUE; may be repeated.")
@flag("verbose", "-v", help="Also the headers of both, on standard error.")
@flag("root", help="Accepted as in Prefect, for its hosted service only.")
@flag("account", help="Accepted as in Prefect, for its hosted service only.")
@click.pass_context
def request(
    context: click.Context,
    method: str,
    path: str,
    data: str | None,
    header: Sequence[str],
    verbose: bool,
    root: bool,
    account: bool,
) -> None:
    """Send a request to the API, below PREFECT_API_URL, and print the JSON of its answer."""
    if root or account:
        fail("--root and --account are for the hosted service; paths are below PREFECT_API_URL.")
    if method.upper() not in METHODS:
        fail(f"Invalid HTTP method: {method.upper()!r}. Must be one of: {', '.join(METHODS)}.")
    body = _body(data)
    arguments: Json = {"headers": _headers(header)} | ({} if body is None else {"json": body})
    if method.upper() == "POST" and body is None:
        arguments["json"] = {}  # the API's filters want a body, and all of their fields may be left out
    try:
        answer = api().raw(method.upper(), "/" + path.lstrip("/"), **arguments)
    except httpx.TransportError as error:
        click.echo(unreachable(api().address, error), err=True)
        context.exit(AWAY)
    if verbose:
        _show_exchange(answer)
    _show(answer)
    context.exit(_exit_code(answer))


def _body(data: str | None) -> object:
    if data == "-":
        return json_option(sys.stdin.read(), "--data")
    if data is not None and data.startswith("@"):
        try:
            with open(data[1:], encoding="utf-8") as file:
                return json_option(file.read(), "--data")
        except OSError as error:
            fail(f"{data[1:]!r} cannot be read: {error.strerror}.")
    return json_option(data, "--data")


def _headers(given: Sequence[str]) -> dict[str, str]:
    pairs = [item.partition(":") for item in given]
    if any(not name.strip() or not colon for name, colon, _ in pairs):
        fail("A header is written as 'NAME: VALUE'.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _show_exchange(answer: httpx.Response) -> None:
    sent = answer.request
    lines = [f"> {sent.method} {sent.url}", *(f"> {name}: {_masked(name, sent.headers[name])}" for name in sent.headers),
             "", f"< {answer.status_code} {answer.reason_phrase}",
             *(f"< {name}: {value}" for name, value in answer.headers.items()), ""]  # fmt: skip
    for line in lines:
        click.echo(escape(line), err=True)


def _masked(name: str, value: str) -> str:
    return "********" if name.lower() == "authorization" else value


def _show(answer: httpx.Response) -> None:
    if answer.is_error:
        click.echo(f"Error: {answer.status_code} {answer.reason_phrase}", err=True)
    if not answer.content:
        return
    try:
        show_json(json.loads(answer.content))
    except ValueError:
        say(answer.text)


def _exit_code(answer: httpx.Response) -> int:
    if answer.status_code in (401, 403):
        return AUTHENTICATION
    if answer.is_server_error:
        return BROKEN
    return REFUSED if answer.is_error else 0
