"""A function's parameters as JSON schema, for forms and for checking what a deployment is given.

pydantic works out the schema of each annotation; it is loaded when a schema is asked for. What it cannot
describe (an arbitrary class, an annotation that names nothing) is described as anything.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from prefect.utilities.importtools import safe_load_namespace

Json = dict[str, Any]
_SECTIONS = frozenset({"args", "arguments", "parameters", "params"})
_SILENT: set[Literal["skipped-choice", "non-serializable-default", "skipped-discriminator"]] = {
    "skipped-choice",
    "non-serializable-default",
}
_REFERENCES = "#/definitions/{model}"


@dataclass
class ParameterSchema:
    """JSON schema of a function's parameters."""

    title: Literal["Parameters"] = "Parameters"
    type: Literal["object"] = "object"
    properties: Json = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    definitions: Json = field(default_factory=dict)

    def model_dump(self) -> Json:
        """The schema as a plain dict."""
        return asdict(self)

    def model_dump_for_openapi(self) -> Json:
        """The schema as a plain dict, without empty lists of required names."""
        return {key: value for key, value in asdict(self).items() if value or key != "required"}


def parameter_schema(fn: Callable[..., object]) -> ParameterSchema:
    """The schema of a function's parameters, described by the "Args" section of its docstring."""
    return generate_parameter_schema(_resolved_signature(fn), parameter_docstrings(inspect.getdoc(fn)))


def _resolved_signature(fn: Callable[..., object]) -> inspect.Signature:
    """The signature with annotations as objects; one that names nothing becomes Any."""
    try:
        return inspect.signature(fn, eval_str=True)
    except (NameError, TypeError, AttributeError, SyntaxError):
        signature = inspect.signature(fn)
    names = getattr(inspect.unwrap(fn), "__globals__", {})
    parameters = [each.replace(annotation=_evaluated(each.annotation, names)) for each in signature.parameters.values()]
    return signature.replace(parameters=parameters)


def _evaluated(annotation: object, names: Mapping[str, object]) -> object:
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, dict(names))
    except Exception:  # whatever evaluating somebody's annotation raises, it then describes nothing
        return Any


def generate_parameter_schema(signature: inspect.Signature, docstrings: Mapping[str, str]) -> ParameterSchema:
    """The schema of a signature.

    Args:
        docstrings: descriptions by parameter name.
    """
    schema = ParameterSchema()
    for position, parameter in enumerate(signature.parameters.values()):
        if position == 0 and parameter.name in ("self", "cls"):
            continue
        described = _describe(parameter, docstrings.get(parameter.name))
        schema.definitions.update(described.pop("$defs", {}))
        described = described["properties"][parameter.name] | {"position": position}
        schema.properties[parameter.name] = dict(sorted(described.items()))
        if parameter.default is parameter.empty:
            schema.required.append(parameter.name)
    return schema


def _describe(parameter: inspect.Parameter, description: str | None) -> Json:
    """The schema of a model whose only field is the parameter."""
    from pydantic import ConfigDict, Field, create_model
    from pydantic.errors import PydanticUserError
    from pydantic.json_schema import GenerateJsonSchema

    class Lenient(GenerateJsonSchema):
        ignored_warning_kinds = _SILENT

        def is_instance_schema(self, schema: object) -> Json:
            return {}

        def handle_invalid_for_json_schema(self, schema: object, error_info: str) -> Json:
            return {}

    annotation = _annotation_of(parameter)
    default = ... if parameter.default is parameter.empty else parameter.default
    info = Field(default=default, title=parameter.name, description=description, alias=parameter.name)
    config = ConfigDict(arbitrary_types_allowed=True)
    fields: Json = {"parameter": (annotation, info)}
    try:
        model = create_model("Parameters", __config__=config, **fields)
    except (PydanticUserError, TypeError):
        fields = {"parameter": (Any, info)}
        model = create_model("Parameters", __config__=config, **fields)
    return model.model_json_schema(by_alias=True, ref_template=_REFERENCES, schema_generator=Lenient)


def _annotation_of(parameter: inspect.Parameter) -> object:
    variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    return Any if variadic or parameter.annotation is parameter.empty else parameter.annotation


def parameter_schema_from_entrypoint(entrypoint: str) -> ParameterSchema:
    """The schema of the function at "path/to/file.py:name" or "module:name", which is not imported.

    Raises ValueError if the entrypoint names no function.
    """
    place, colon, name = entrypoint.rpartition(":")
    if not colon:
        raise ValueError(f"Entrypoint {entrypoint!r} names no function: write 'path/to/file.py:name'.")
    path = _source_of(place)
    text = path.read_text(encoding="utf-8")
    definition = _find_definition(ast.parse(text), name.split("."))
    if definition is None:
        raise ValueError(f"There is no function {name!r} in {path}.")
    definition.decorator_list.clear()
    namespace = safe_load_namespace(text, str(path))
    exec(compile(ast.Module([definition], type_ignores=[]), str(path), "exec"), namespace)
    return parameter_schema(namespace[definition.name])


def _source_of(place: str) -> Path:
    if place.endswith(".py"):
        return Path(place)
    from importlib.util import find_spec

    spec = sys.modules[place].__spec__ if place in sys.modules else find_spec(place)
    if spec is None or spec.origin is None:
        raise ValueError(f"There is no module {place!r} to read.")
    return Path(spec.origin)


def _find_definition(tree: ast.AST, path: list[str]) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and path == [node.name]:
            return node
        if isinstance(node, ast.ClassDef) and path[0] == node.name:
            return _find_definition(node, path[1:])
    return None


# --- docstrings


def parameter_docstrings(docstring: str | None) -> dict[str, str]:
    """Descriptions by parameter name, from the "Args:" section of a docstring in Google's style."""
    found: dict[str, list[str]] = {}
    name = ""
    for deeper, line in _section_lines(inspect.cleandoc(docstring or "")):
        head, colon, text = line.partition(":")
        if not deeper and colon:
            name = head.split("(")[0].strip().lstrip("*")
            found[name] = [text.strip()]
        elif name:
            found[name].append(line.strip())
    return {name: "\n".join(lines).strip() for name, lines in found.items()}


def _section_lines(text: str) -> Iterator[tuple[bool, str]]:
    """Lines of the section that describes parameters, each with whether it continues the one before."""
    inside, margin = False, 0
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent == 0:
            inside, margin = line.strip().rstrip(":").lower() in _SECTIONS and line.endswith(":"), 0
        elif inside and line.strip():
            margin = margin or indent
            yield indent > margin, line
