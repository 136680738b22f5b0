from __future__ import annotations

import enum
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from prefect.utilities.schema_tools.parameters import (
    parameter_docstrings,
    parameter_schema,
    parameter_schema_from_entrypoint,
)


class Colour(enum.Enum):
    RED = "r"


class Model(BaseModel):
    x: int = 1


DEFAULT, SENTINEL = Model(), object()


class Arbitrary:
    pass


def documented(
    a: int, b: str = "x", c: list[int] | None = None, d: Colour = Colour.RED, m: Model = DEFAULT, *args: Any
) -> None:
    """Do something.

    Args:
        a: the first
        b (str): the second
            at length
        *args: all others

    Returns:
        nothing: at all
    """


def test_a_schema_describes_each_parameter() -> None:
    schema = parameter_schema(documented).model_dump()
    assert (schema["title"], schema["type"], schema["required"]) == ("Parameters", "object", ["a", "args"])
    assert schema["properties"] == {
        "a": {"description": "the first", "position": 0, "title": "a", "type": "integer"},
        "b": {"default": "x", "description": "the second\nat length", "position": 1, "title": "b", "type": "string"},
        "c": {
            "anyOf": [{"items": {"type": "integer"}, "type": "array"}, {"type": "null"}],
            "default": None,
            "position": 2,
            "title": "c",
        },
        "d": {"$ref": "#/definitions/Colour", "default": "r", "position": 3, "title": "d"},
        "m": {"$ref": "#/definitions/Model", "default": {"x": 1}, "position": 4, "title": "m"},
        "args": {"description": "all others", "position": 5, "title": "args"},
    }
    assert schema["definitions"]["Colour"] == {"enum": ["r"], "title": "Colour", "type": "string"}
    assert schema["definitions"]["Model"]["properties"] == {"x": {"default": 1, "title": "X", "type": "integer"}}


def test_no_parameters() -> None:
    schema = parameter_schema(lambda: None)
    assert schema.model_dump() == {
        "title": "Parameters",
        "type": "object",
        "properties": {},
        "required": [],
        "definitions": {},
    }
    assert "required" not in schema.model_dump_for_openapi()


def test_what_has_no_schema_is_anything() -> None:
    def odd(x: Arbitrary, y: Any = SENTINEL, z: NoSuchName = 1, model_config: int = 1, _private: int = 2) -> None:  # type: ignore[name-defined] # noqa: F821
        pass

    properties = parameter_schema(odd).properties
    assert properties["x"] == {"position": 0, "title": "x"}
    assert properties["y"] == {"position": 1, "title": "y"}
    assert properties["z"] == {"default": 1, "position": 2, "title": "z"}
    assert properties["model_config"]["type"] == properties["_private"]["type"] == "integer"


def test_methods_do_not_show_themselves() -> None:
    class Thing:
        def method(self, x: int) -> None: ...
        @classmethod
        def of_class(cls, x: int) -> None: ...
        @staticmethod
        def static(x: int) -> None: ...

    for method in (Thing.method, Thing().method, Thing.of_class, Thing.static):
        assert list(parameter_schema(method).properties) == ["x"]


@pytest.mark.parametrize("text", [None, "", "Only a summary.", "Sphinx.\n\n:param a: foo", "Other:\n    a: b\n"])
def test_docstrings_without_a_section(text: str | None) -> None:
    assert parameter_docstrings(text) == {}


SCRIPT = """
    import json
    from nowhere import nothing
    from prefect import flow

    raise_if_run = 1 / 0 if False else 1
    DEFAULT = json.loads("5")

    class Things:
        @nothing
        def inner(self, y: float): ...

    @nothing.decorate
    def work(x: int, n: int = DEFAULT):
        '''Args:
            x: what
        '''

    raise RuntimeError("the file has been run")
"""


def test_schema_of_a_file_that_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    path.write_text(textwrap.dedent(SCRIPT))
    properties = parameter_schema_from_entrypoint(f"{path}:work").properties
    assert properties["x"]["type"] == "integer"
    assert properties["n"]["default"] == 5
    assert list(parameter_schema_from_entrypoint(f"{path}:Things.inner").properties) == ["y"]


def test_schema_of_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "module_to_describe.py").write_text("def work(x: int): ...\nraise RuntimeError")
    monkeypatch.syspath_prepend(tmp_path)
    assert list(parameter_schema_from_entrypoint("module_to_describe:work").properties) == ["x"]
    assert "module_to_describe" not in sys.modules


@pytest.mark.parametrize("entrypoint", ["no_colon", "no_such_module_anywhere:work", f"{__file__}:no_such_function"])
def test_entrypoints_that_name_nothing(entrypoint: str) -> None:
    with pytest.raises(ValueError, match=r"Entrypoint|module|function"):
        parameter_schema_from_entrypoint(entrypoint)
