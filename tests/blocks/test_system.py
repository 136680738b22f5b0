"""Secrets: any value, kept encrypted, and the block types that come with the package."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from prefect.blocks import registry, shipped
from prefect.blocks.core import Block
from prefect.blocks.system import Secret


@pytest.mark.parametrize("value", ["x", "", {"a": 1}, [1, None], 5, 1.5, True, None, "2024-01-01T00:00:00Z"])
def test_any_value_of_json_comes_back(value: Any) -> None:
    Secret(value=value).save("any", overwrite=True)
    loaded = Secret.load("any")
    assert loaded.get() == value
    assert type(loaded.get()) is type(value)


@pytest.mark.parametrize(("text", "meant"), [("5", 5), ('{"a": 1}', {"a": 1}), ("null", None), ("[1", "[1")])
def test_a_text_in_json_is_taken_for_what_it_says(text: str, meant: Any) -> None:
    assert Secret(value=text).get() == meant
    assert Secret(value=SecretStr(text)).get() == meant


def test_what_is_no_json_is_refused() -> None:
    for value in (b"x", object(), {1: 2}):
        with pytest.raises(ValidationError):
            Secret(value=value)


def test_a_secret_hides_its_value() -> None:
    secret = Secret(value="hush")
    assert "hush" not in repr(secret) + str(secret) + secret.model_dump_json() + json.dumps(Secret.model_json_schema())
    assert secret.model_dump(context={"include_secrets": True})["value"] == "hush"


def test_secrets_of_a_type() -> None:
    assert Secret[dict](value={"a": 1}).get() == {"a": 1}
    assert Secret[dict].get_block_type_slug() == "secret-dict"
    with pytest.raises(ValidationError):
        Secret[int](value="a")
    assert registry.lookup("secret") is Secret


def test_servers_know_the_classes_that_come_with_the_package() -> None:
    assert shipped.FILE.read_text() == shipped.text(), "run `python -m prefect.blocks.shipped`"


def test_what_comes_with_the_package_is_found_by_its_slug() -> None:
    for slug in registry.SHIPPED:
        assert Block.get_block_class_from_key(slug).get_block_type_slug() == slug
