"""The pages that the server itself shows: what is at `/`, and the description of the API at `/docs`.

They are made here, whole, with one style sheet and one script of this server; nothing comes from anywhere else, and
without the script they still say everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from prefect._version import __version__
from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Head

HTML = "text/html; charset=utf-8"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
ASSETS = ("pages.css", "docs.js")
_FOLDER = Path(__file__).with_name("assets")

Schema = Mapping[str, Any]


@cache
def asset(name: str) -> Answer | None:
    """A file that pages refer to; None if there is none of that name."""
    if name not in ASSETS:
        return None
    path = _FOLDER / name
    return Answer(200, path.read_bytes(), KINDS[path.suffix], {"Cache-Control": "max-age=3600"})


def page(title: str, root: str, body: str, script: str | None = None) -> Answer:
    """A whole page; `root` is what comes before the server's own paths."""
    loaded = f'<script src="{escape(root)}/docs/{script}" defer></script>' if script else ""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{escape(root)}/docs/pages.css">{loaded}</head>'
        f"<body>{body}</body></html>"
    )
    return Answer(200, text.encode(), HTML)


def at(head: Head) -> Answer:
    """The page outside the API that a request is for."""
    if head.path == "/" and head.method in ("GET", "HEAD"):
        return welcome(head.root)
    return answers.json({"detail": "Not Found"}, 404)


def welcome(root: str) -> Answer:
    """What this is, and where the API is."""
    api, shown = f"{escape(root)}/api", escape(f"{root}/api")
    return page(
        "Headrace",
        root,
        "<main><h1>Headrace</h1>"
        f"<p>A server that flows are run with, version {escape(__version__)}. It has no web pages but these.</p><ul>"
        f'<li>The API is at <code>{shown}</code>, described at <a href="{escape(root)}/docs">{escape(root)}/docs</a>'
        f' (<a href="{escape(root)}/openapi.json">OpenAPI</a>).</li>'
        f'<li>Is it there: <a href="{api}/health">{shown}/health</a>; is it ready: <a href="{api}/ready">{shown}/ready</a>;'
        f' figures: <a href="{escape(root)}/metrics">{escape(root)}/metrics</a>.</li>'
        "<li>For clients: <code>prefect config set PREFECT_API_URL=</code> and this address with <code>/api</code>; then"
        " <code>prefect server status</code>.</li></ul></main>",
    )


# --- the description of the API


def docs(document: Mapping[str, Any], root: str) -> Answer:
    """Every operation with its parameters, body and answer, and every shape."""
    operations = _by_tag(document["paths"])
    schemas = document["components"]["schemas"]
    contents = "".join(f'<li><a href="#tag-{_slug(tag)}">{escape(tag)}</a></li>' for tag in operations)
    info = document["info"]
    body = (
        f"<header><h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>"
        f"<p>{escape(info['description'])} The same for programs:"
        f' <a href="{escape(root)}/openapi.json">openapi.json</a>.</p>'
        '<input id="find" type="search" placeholder="Find operations" aria-label="Find operations" hidden></header>'
        f'<nav><ul>{contents}<li><a href="#shapes">shapes</a></li></ul></nav><main>'
        + "".join(_section(tag, listed, f"{root}/api") for tag, listed in operations.items())
        + f'<section id="shapes"><h2>shapes</h2>{"".join(_shape(name, schemas[name]) for name in sorted(schemas))}'
        "</section></main>"
    )
    return page(f"{info['title']} API", root, body, "docs.js")


Operation = tuple[str, str, Mapping[str, Any]]


def _by_tag(paths: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
    return dict(sorted(found.items()))


def _section(tag: str, operations: Iterable[Operation], api: str) -> str:
    shown = "".join(_operation(*each, api) for each in operations)
    return f'<section id="tag-{_slug(tag)}"><h2>{escape(tag)}</h2>{shown}</section>'


def _operation(method: str, path: str, operation: Mapping[str, Any], api: str) -> str:
    parts = [
        f"<p>{escape(operation['summary'])}. For the role <code>{escape(operation['x-headrace-role'])}</code>.</p>",
        _table("parameters", ("name", "in", "type", "needed", "default"), _parameter_rows(operation)),
    ]
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<h4>body</h4><p>{escape(media)}: {_kind(content['schema'])}</p>")
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            schema = response.get("content", {}).get("application/json", {}).get("schema")
            parts.append(f"<h4>answer {status}</h4><p>{'no body' if schema is None else _kind(schema)}</p>")
    if method == "GET":
        parts.append(_try_it(path, operation, api))
    return (
        f'<details class="operation" id="{escape(operation["operationId"])}"><summary><b class="{method.lower()}">{method}'
        f"</b> <code>{escape(path)}</code> <span>{escape(operation['summary'])}</span></summary>{''.join(parts)}</details>"
    )


def _parameter_rows(operation: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for parameter in operation["parameters"]:
        schema = parameter["schema"]
        default = escape(json.dumps(schema["default"])) if "default" in schema else ""
        needed = "yes" if parameter["required"] else ""
        yield f"<code>{escape(parameter['name'])}</code>", parameter["in"], _kind(schema), needed, default


def _try_it(path: str, operation: Mapping[str, Any], api: str) -> str:
    """A form that the script sends; where the path has no parameters, any browser can."""
    fields = "".join(
        f'<label>{escape(each["name"])} <input name="{escape(each["name"])}" data-in="{each["in"]}"'
        f"{' required' if each['required'] else ''}></label>"
        for each in operation["parameters"]
    )
    action = escape(api + path)
    return (
        f'<form class="try" method="get" action="{action}" data-path="{action}">{fields}'
        "<button>GET</button><pre hidden></pre></form>"
    )


def _shape(name: str, schema: Schema) -> str:
    needed = schema.get("required", ())
    rows = [
        (f"<code>{escape(field)}</code>", _kind(kind), "yes" if field in needed else "", escape(_described(kind)))
        for field, kind in schema.get("properties", {}).items()
    ]
    table = _table("", ("field", "type", "needed", ""), rows) or f"<p>{_kind(schema)}</p>"
    text = f"<p>{escape(_described(schema))}</p>" if _described(schema) else ""
    return f'<details id="shape-{_slug(name)}"><summary><code>{escape(name)}</code></summary>{text}{table}</details>'


def _described(schema: Schema) -> str:
    return str(schema.get("description", "")).partition("\n\n")[0]


def _table(title: str, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not lines:
        return ""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    return f"{f'<h4>{title}</h4>' if title else ''}<table><tr>{head}</tr>{lines}</table>"


def _kind(schema: Schema) -> str:
    """A type in a few words, with shapes as links."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return f'<a href="#shape-{_slug(name)}">{escape(name)}</a>'
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " or ".join(dict.fromkeys(map(_kind, schema[several])))
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    kind = schema.get("type", "anything")
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_kind(schema['additionalProperties'])}"
    return escape(f"{kind} ({schema['format']})" if "format" in schema else str(kind))


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text)
