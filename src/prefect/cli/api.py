"""The API for commands: JSON in, JSON out, and one sentence for whatever goes wrong.

It is the server's that PREFECT_API_URL names, or without that the API in this process, on the embedded record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import click
import httpx

from prefect.cli.parameters import strict_json
from prefect.cli.servers.asking import refusal, unreachable
from prefect.client.inprocess import keep
from prefect.client.sync import http_client
from prefect.client.transport import IN_PROCESS_URL, current_app, current_options
from prefect.utilities.records import evolve

Json: TypeAlias = dict[str, Any]

KEPT = "prefect.cli.api"
PAGE = 200
"""The most that the API gives at once."""

RETRIES = 2
"""A person waits, so a server that is away is told of after seconds, whatever PREFECT_CLIENT_MAX_RETRIES allows flows."""


class Refused(click.ClickException):
    """The server said no; left alone, it ends the command with one line."""

    def __init__(self, message: str, status: int, said: str) -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class Api:
    """Asks the API. Every method raises Refused for an answer that is an error, unless it says otherwise."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.address = str(client.base_url).rstrip("/")

    def get(self, path: str, **params: object) -> Any:
        """What the server says; None if there is no such thing."""
        try:
            return self.asked("GET", path, params={name: value for name, value in params.items() if value is not None})
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def post(self, path: str, body: object = None) -> Any:
        """What the server says to a body."""
        return self.asked("POST", path, json={} if body is None else body)

    def put(self, path: str, body: object = None) -> Any:
        """What the server says to a body."""
        return self.asked("PUT", path, json={} if body is None else body)

    def patch(self, path: str, body: Mapping[str, object]) -> Any:
        """Change what the body names."""
        return self.asked("PATCH", path, json=body)

    def delete(self, path: str) -> bool:
        """Delete it; False if there is no such thing."""
        try:
            self.asked("DELETE", path)
        except Refused as error:
            if error.status == 404:
                return False
            raise
        return True

    def pages(self, path: str, body: Mapping[str, object], limit: int | None = None) -> list[Json]:
        """A filtered list, fetched page by page; all of it without a limit."""
        found: list[Json] = []
        while limit is None or len(found) < limit:
            size = PAGE if limit is None else min(PAGE, limit - len(found))
            page = self.post(path, {**body, "limit": size, "offset": len(found)})
            found += page
            if len(page) < size:
                break
        return found

    def asked(self, method: str, path: str, **arguments: Any) -> Any:
        """What JSON says, of an answer that is no error; None for an empty one."""
        answer = self.answered(method, path, **arguments)
        try:
            return answer.json() if answer.content else None
        except ValueError:
            raise click.ClickException(
                f"What answers at {self.address} is no API of Prefect: {method} {path} is not answered with JSON."
                " Set PREFECT_API_URL to the address of one, which usually ends in /api."
            ) from None

    def answered(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """The answer itself."""
        with self._put_plainly(method, path):
            return self._client.request(method, path, **arguments)

    def raw(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """The answer, of whatever status. Raises httpx.TransportError if there is none."""
        try:
            return self._client.request(method, path, **arguments)
        except httpx.HTTPStatusError as error:
            return error.response

    @contextmanager
    def _put_plainly(self, method: str, path: str) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPStatusError as error:
            status, said = error.response.status_code, _reason(error)
            here = self.address == IN_PROCESS_URL
            message = (
                said if here else f"The server at {self.address} refused {method} {path}: {said}{_mend(status, said)}"
            )
            raise Refused(message, status, said) from error
        except httpx.TransportError as error:
            raise click.ClickException(unreachable(self.address, error)) from error


def _reason(error: httpx.HTTPStatusError) -> str:
    """Why the server refused, with the places of a body that are wrong."""
    try:
        said = error.response.json()
    except ValueError:
        said = None
    wrong = said.get("exception_detail") if isinstance(said, dict) else None
    if not isinstance(wrong, list) or not wrong:
        return refusal(error) if isinstance(said, dict) else f"status {error.response.status_code}"
    return "; ".join(f"{'.'.join(map(str, item.get('loc', ())))}: {item.get('msg')}" for item in wrong)


def _mend(status: int, said: str) -> str:
    """What may help against a refusal that has nothing to do with what was asked for."""
    if status == 401:
        return " Set PREFECT_API_KEY or PREFECT_API_AUTH_STRING to what it accepts."
    if status == 404 and said in ("Not Found", "status 404"):
        return " It has no such route; PREFECT_API_URL is the address of an API, which usually ends in /api."
    return ""


def api() -> Api:
    """The API of the settings in force, opened once for a command and closed with it."""
    context = click.get_current_context().find_root()
    found = context.meta.get(KEPT)
    if isinstance(found, Api):
        return found
    options = current_options()
    options = evolve(options, max_retries=min(options.max_retries, RETRIES))
    opened = http_client(options.api_url or keep(current_app()), options, {})
    made = context.meta[KEPT] = Api(context.with_resource(opened))
    return made


def path(template: str, *values: object) -> str:
    """`path("/work_pools/{}/queues/{}", "a b", name)`: each value quoted, so that it stays one part of the path."""
    return template.format(*(quote(str(value), safe="") for value in values))


def any_of(values: object) -> Json:
    """The filter that takes any of these."""
    return {"any_": values}


def existing(said: object, message: str) -> Json:
    """What was found; ends the command with the message if that is nothing."""
    if not isinstance(said, dict):
        raise click.ClickException(message)
    return said


def moment(said: object) -> datetime | None:
    """A moment as the API says it."""
    return datetime.fromisoformat(said) if isinstance(said, str) else None


def json_option(text: str | None, name: str) -> Any:
    """What JSON on the command line says; None for none. Ends the command, naming the option, if it is no JSON."""
    if text is None:
        return None
    try:
        return strict_json(text)
    except (ValueError, RecursionError) as error:
        raise click.ClickException(f"{name} is no JSON: {error}") from None


def read_document(path: Path | None, text: str | None) -> Any:
    """A document from a JSON or YAML file, or from JSON text; None if neither is given. Ends the command if it is none."""
    if path is None:
        return json_option(text, "--from-json")
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{str(path)!r} cannot be read: {error}") from None
    if path.suffix.lower() in (".yaml", ".yml"):
        yaml = import_module("yaml")
        try:
            return yaml.safe_load(content)
        except yaml.YAMLError as error:
            raise click.ClickException(f"{str(path)!r} is no YAML: {error}") from None
    return json_option(content, repr(str(path)))
