"""Record what the real client sends, gets and returns for each call of `scenario.py`, and which error it makes of what.

Run with the Python of an environment that holds the real Prefect 3.8.8, from the repository's root, with the address of
a fresh server of its own:

    PYTHONPATH=. python tests/client/record.py http://127.0.0.1:4200/api > tests/client/observed.json

Three facts come of it: `exchanges` (part -> for each call its requests, the server's answers and the outcome), `errors`
(method -> status of the first answer -> class raised, or what is returned) and `signatures`.
"""

from __future__ import annotations

import inspect
import json
import sys
from typing import Any

import httpx

from prefect.client.orchestration import PrefectClient, SyncPrefectClient
from tests.client.outcomes import outcome_of
from tests.client.scenario import PARTS, Ask

STATUSES = (400, 403, 404, 409, 422, 423, 500)


class Wire(httpx.BaseTransport):
    """Passes requests on and keeps them with their answers; or answers all by itself with one status."""

    def __init__(self) -> None:
        self.inner = httpx.HTTPTransport()
        self.seen: list[dict[str, Any]] = []
        self.status: int | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/csrf-token"):
            return httpx.Response(422, json={"detail": "CSRF protection is disabled."}, request=request)
        if self.status is not None:
            return httpx.Response(self.status, json={"detail": "no"}, request=request)
        answer = self.inner.handle_request(request)
        answer.read()
        body = request.content.decode()
        path = request.url.raw_path.decode().removeprefix("/api")
        value = without_prose(path, json.loads(answer.content) if answer.content else None, answer.status_code)
        self.seen.append(
            {
                "method": request.method,
                "path": path,
                "body": json.loads(body) if body else None,
                "status": answer.status_code,
                "answer": value,
            }
        )
        if value is None:
            return httpx.Response(answer.status_code, request=request)
        return httpx.Response(answer.status_code, json=value, request=request)


def without_prose(path: str, value: Any, status: int) -> Any:
    """An answer without the sentences in it, which are not ours to keep."""
    if status >= 400:
        return {"detail": "no"}
    if path.startswith("/collections/"):
        return {"prefect": {"process": {"type": "process"}}}
    if isinstance(value, list):  # block types that a server comes with are not ours either
        return (
            [item for item in value if not item.get("is_protected") and "Box" in json.dumps(item)][:2]
            if (path.startswith("/block_"))
            else value[:2]
        )
    if isinstance(value, dict) and isinstance(value.get("details"), dict) and "reason" in value["details"]:
        value["details"]["reason"] = "because"
    return value


def perform(client: SyncPrefectClient, asked: Ask) -> tuple[Any, str]:
    try:
        result: Any = getattr(client, asked.method)(*asked.args, **asked.given)
    except Exception as error:
        result = error
    return result, outcome_of(result)


def main(api: str) -> None:
    wire = Wire()
    exchanges: dict[str, list[Any]] = {}
    errors: dict[str, dict[str, str]] = {}
    client = SyncPrefectClient(api, httpx_settings={"transport": wire})
    client.__enter__()
    for name, part in PARTS.items():
        steps, result = part(), None
        exchanges[name] = []
        while True:
            try:
                asked = steps.send(result)
            except StopIteration:
                break
            wire.seen = []
            result, outcome = perform(client, asked)
            exchanges[name].append({"call": asked.method, "requests": wire.seen, "outcome": outcome})
            if asked.method not in errors:
                errors[asked.method] = {}
                for wire.status in STATUSES:
                    errors[asked.method][str(wire.status)] = perform(client, asked)[1]
                wire.status = None
    client.__exit__(None, None, None)
    print(in_lines({"exchanges": exchanges, "errors": errors, "signatures": signatures()}))
    missing = set(signatures()) - set(errors)
    print("never called:", sorted(missing), file=sys.stderr)


def in_lines(facts: dict[str, dict[str, Any]]) -> str:
    """JSON with a line for each call, method and signature, so that differences can be read."""
    kinds = []
    for kind, entries in facts.items():
        lines = [
            f"{json.dumps(name)}: [\n" + ",\n".join(map(json.dumps, entry)) + "\n]"
            if kind == "exchanges"
            else f"{json.dumps(name)}: {json.dumps(entry)}"
            for name, entry in entries.items()
        ]
        kinds.append(f"{json.dumps(kind)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(kinds) + "\n}"


def signatures() -> dict[str, list[str]]:
    """The methods' parameters: name, `*` for keyword-only, and the default."""
    found = {}
    for name, method in inspect.getmembers(PrefectClient, inspect.isfunction):
        if not name.startswith("_"):
            parameters = list(inspect.signature(method).parameters.values())[1:]
            found[name] = [parameter_text(parameter) for parameter in parameters]
    return found


def parameter_text(parameter: inspect.Parameter) -> str:
    mark = {"KEYWORD_ONLY": "*, ", "VAR_KEYWORD": "**", "VAR_POSITIONAL": "*"}.get(parameter.kind.name, "")
    default = "" if parameter.default is inspect.Parameter.empty else f" = {parameter.default!r}"
    return f"{mark}{parameter.name}{default}"


if __name__ == "__main__":
    main(sys.argv[1])
