"""Groups resolve once, are read-only, and know which values were given."""

from __future__ import annotations

from pathlib import Path

import pytest

from prefect.settings import Settings, get_current_settings, temporary_settings
from prefect.settings.fields import Field, From, Group, Section, put_home
from prefect.settings.given import CODE, Given
from prefect.settings.kinds import TEXT, integer

pytestmark = pytest.mark.usefixtures("home")


class Inner(Group, path="inner"):
    number = Field(integer(), 1, "A number.")
    double: Field[int] = Field(integer(), From(("inner.number",), lambda number: number * 2), "Twice the number.")
    text = Field(TEXT, "a", "Some text.", finish=From(("inner.number",), lambda text, number: text * number))


class Outer(Group):
    inner = Section(Inner)

    def __init__(self, **given: object) -> None:
        values = {}
        for name, raw in given.items():
            value = values[f"inner.{name}"] = Given(raw, CODE)
            value.value = raw
        self.__dict__.update(_given=values, _root=self)


def test_a_field_knows_its_place() -> None:
    assert (Inner.number.accessor, Inner.number.name) == ("inner.number", "PREFECT_INNER_NUMBER")
    assert [field.attribute for field in Outer.fields()] == ["number", "double", "text"]
    assert Outer.inner.group is Inner


def test_defaults_derived_values_and_finished_ones() -> None:
    assert (Outer().inner.number, Outer().inner.double, Outer().inner.text) == (1, 2, "a")
    given = Outer(number=5, text="b").inner
    assert (given.number, given.double, given.text) == (5, 10, "bbbbb")
    assert Outer(double=None).inner.double == 2
    assert Inner.double.static_default is None


def test_a_value_is_computed_once() -> None:
    settings = get_current_settings()
    assert settings.server.api is settings.server.api
    assert settings.home is settings.home


def test_settings_are_read_only() -> None:
    settings = get_current_settings()
    with pytest.raises(AttributeError, match="temporary_settings"):
        settings.api.url = "http://x/api"
    with pytest.raises(AttributeError, match="debug_mode"):
        settings.debug_mode = True
    assert settings.api.url is None


def test_an_unknown_attribute_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        get_current_settings().value_at("api.nope")


def test_what_was_given_can_be_told_from_defaults() -> None:
    updates = {"PREFECT_API_URL": "http://x/api", "server.api.port": 1}
    with temporary_settings(updates, restore_defaults=["server.ephemeral.enabled"]) as settings:
        assert settings.model_fields_set == {"home", "api", "server"}
        assert settings.server.model_fields_set == {"api"}
        assert settings.model_dump(exclude_unset=True) == {
            "home": settings.home,
            "api": {"url": "http://x/api"},
            "server": {"api": {"port": 1}},
        }
        assert settings.api.model_dump()["request_timeout"] == 60.0
        assert len(settings.model_dump()) == 23


def test_equality_is_of_values() -> None:
    settings = get_current_settings()
    assert settings == Settings()
    assert settings.api == Settings().api
    assert settings != Settings(debug_mode=True)
    assert settings.api != settings.cli


def test_printing_hides_secrets() -> None:
    with temporary_settings({"api.key": "hush", "client.custom_headers": {"A": "hush"}}) as settings:
        assert "hush" not in repr(settings)
        assert "auth_string=None" in repr(settings.api)
        assert "request_timeout=60.0" in repr(settings.api)


def test_home_in_paths() -> None:
    home = Path("/h")
    assert put_home("$PREFECT_HOME/x", home) == "/h/x"
    assert put_home("${PREFECT_HOME}/x", home) == "/h/x"
    assert put_home("/y", home) == "/y"
