from __future__ import annotations

import copy
import pickle
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, Field, SecretStr, ValidationError

from prefect.utilities.options import Options

_NOTHING: dict[str, Any] = {}


class Place(Options):
    host: str
    port: int = 80
    headers: dict[str, Any] = _NOTHING
    known: ClassVar[int] = 5
    _hidden: int = 6

    def check(self) -> None:
        if self.port < 0:
            raise self.refuse("port", "A port is not negative.")


class Secured(Place):
    port: int = 443
    user: str | None = None


def test_options_are_keyword_arguments_with_defaults() -> None:
    place = Place(host="a")
    assert (place.host, place.port, place.headers) == ("a", 80, {})
    assert repr(place) == "Place(host='a', port=80, headers={})"
    assert place.model_dump() == {"host": "a", "port": 80, "headers": {}}


def test_defaults_are_nobody_elses() -> None:
    Place(host="a").headers["x"] = 1
    assert Place(host="a").headers == {}


def test_subclasses_inherit_and_override() -> None:
    assert Secured(host="a").model_dump() == {"host": "a", "port": 443, "headers": {}, "user": None}


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "Field required"),
        ({"host": "a", "nope": 1}, "no option 'nope'"),
        ({"host": "a", "port": -1}, "not negative"),
        ({"host": "a", "_hidden": 1}, "Extra inputs"),
    ],
)
def test_bad_options_are_refused_as_programs_expect(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        Place(**options)


def test_equality_and_copies() -> None:
    place = Place(host="a")
    assert place == Place(host="a") != Place(host="b")
    assert place != Secured(host="a", port=80)
    assert place.model_copy(update={"port": 1}).port == 1
    assert pickle.loads(pickle.dumps(place)) == copy.deepcopy(place) == place


def test_fields_written_for_pydantic() -> None:
    class Fancy(Options):
        names: list[str] = Field(default_factory=list, description="all names")
        size: int = Field(default=3)

    assert Fancy().model_dump() == {"names": [], "size": 3}
    assert Fancy().names is not Fancy().names


class Interface(Options, ABC):
    @abstractmethod
    def work(self) -> int: ...


def test_abstract_classes_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Interface()  # type: ignore[abstract]


def test_models_are_left_to_pydantic() -> None:
    class Block(BaseModel):
        pass

    class Bucket(Interface, Block):
        name: str
        token: SecretStr

        def work(self) -> int:
            return len(self.name)

    bucket = Bucket(name="abc", token="t")  # type: ignore[arg-type]
    assert (bucket.work(), bucket.token.get_secret_value(), bucket.model_dump()["name"]) == (3, "t", "abc")
    assert bucket == Bucket(name="abc", token="t")  # type: ignore[arg-type]
    assert "SecretStr" in repr(bucket)
    with pytest.raises(ValidationError):
        Bucket(name="abc")  # type: ignore[call-arg]
