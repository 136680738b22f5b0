"""Blocks as data: checksums, masks and references."""

from __future__ import annotations

from uuid import uuid4

import pytest

from prefect.core.blocks import BadReference, checksum_of, masked, parts_of, reference_to, unmasked

FIELDS = {
    "title": "A",
    "type": "object",
    "properties": {"x": {"type": "string"}},
    "block_type_slug": "a",
    "block_schema_references": {},
}


def test_a_checksum_is_that_of_every_other_client() -> None:
    """As observed of Prefect 3.8.8."""
    observed = {
        "title": "A",
        "type": "object",
        "properties": {"x": {"type": "string"}},
        "block_type_slug": "a",
        "block_schema_references": {},
        "required": ["x"],
    }
    assert checksum_of(observed) == "sha256:3682419afdd9a6d78ed0446d41c0b60e46d96ca7b8d82791dcef0a132d076e52"


def referring(*names: str) -> dict[str, object]:
    return {"properties": {name: {"anyOf": [{"$ref": f"#/definitions/{name}"}]} for name in names}}


def test_what_is_nested_counts_unless_it_is_a_block() -> None:
    plain, block = {"title": "Plain"}, {"title": "Block", "block_type_slug": "b"}
    wraps = {"p": {"$ref": "#/definitions/Plain"}, "self": {"$ref": "#/definitions/Wraps"}}
    one = checksum_of({**referring("Plain", "Block"), "definitions": {"Plain": plain, "Block": block}})
    assert one == checksum_of(
        {**referring("Plain", "Block"), "definitions": {"Plain": plain, "Block": {**block, "x": 1}}}
    )
    assert one != checksum_of(
        {**referring("Plain", "Block"), "definitions": {"Plain": {"title": "Other"}, "Block": block}}
    )
    anything = {**referring("Plain", "Anything"), "definitions": {"Plain": plain, "Anything": {}}}
    assert checksum_of(anything) == checksum_of({**anything, "definitions": {"Plain": plain}})
    two = checksum_of({**referring("Wraps"), "definitions": {"Wraps": wraps, "Plain": plain, "Unused": {}}})
    assert two == checksum_of({**referring("Wraps"), "definitions": {"Wraps": wraps, "Plain": plain}})
    assert two != checksum_of({**referring("Wraps"), "definitions": {"Wraps": wraps, "Plain": {"title": "Other"}}})


def test_a_checksum_says_what_a_schema_means() -> None:
    plain = checksum_of(FIELDS)
    assert checksum_of({**FIELDS, "secret_fields": ["x"], "definitions": {"B": {}}}) == plain
    nested = {**FIELDS, "properties": {"x": {"type": "string", "secret_fields": []}}}
    assert checksum_of(nested) == plain
    assert checksum_of({**FIELDS, "title": "B"}) != plain
    assert checksum_of({**FIELDS, "properties": {"x": {"type": "integer"}}}) != plain
    assert checksum_of({**FIELDS, "nested": {"definitions": 1}}) != checksum_of({**FIELDS, "nested": {}})


@pytest.mark.parametrize(
    ("data", "paths", "shown"),
    [
        ({"a": "s", "b": "o"}, ["a"], {"a": "********", "b": "o"}),
        ({"a": None}, ["a"], {"a": None}),
        ({"a": 5, "b": ""}, ["a", "b"], {"a": "********", "b": "********"}),
        ({"a": ["x", {"y": "z"}]}, ["a"], {"a": "********"}),
        ({"a": {"k": "v", "n": None, "e": {}}}, ["a.*"], {"a": {"k": "********", "n": "********", "e": "********"}}),
        ({"a": {"k": {"l": "v"}}}, ["a"], {"a": {"k": {"l": "********"}}}),
        ({"a": {"b": {"c": "s", "d": "o"}}}, ["a.b.c"], {"a": {"b": {"c": "********", "d": "o"}}}),
        ({"a": [{"b": "s", "c": "o"}, {"c": "o"}]}, ["a.b"], {"a": [{"b": "********", "c": "o"}, {"c": "o"}]}),
        (
            {"m": {"x": {"s": "1", "o": "o"}, "s": {"s": "2"}}, "n": {"s": "o"}},
            ["m.s"],
            {"m": {"x": {"s": "********", "o": "o"}, "s": {"s": "********"}}, "n": {"s": "o"}},
        ),
        ({"a": ["s"]}, ["a.*"], {"a": "********"}),
        ({"a": "not a block"}, ["a.b"], {"a": "********"}),
        ({"a": "o"}, ["b", "b.*", ""], {"a": "o"}),
    ],
)
def test_secrets_are_masked_wherever_their_path_leads(data: object, paths: list[str], shown: object) -> None:
    assert masked(data, paths) == shown


def test_a_mask_sent_back_means_what_was_there() -> None:
    known = {"a": "secret", "open": "********", "deep": {"x": "s", "y": "t"}, "list": ["p", "q"]}
    shown = masked(known, ["a", "deep.*", "list"])
    assert unmasked(shown, known, shown) == known
    assert unmasked({"deep": {"x": "********", "z": 1}, "a": "new"}, known, shown) == {
        "deep": {"x": "s", "z": 1},
        "a": "new",
    }
    assert unmasked({"unknown": "********"}, known, shown) == {"unknown": "********"}


def test_what_refers_to_other_blocks_is_told_apart_from_what_is_held() -> None:
    other = uuid4()
    parts = parts_of({"a": 1, "b": reference_to(other), "c": [reference_to(other)]})
    assert (parts.data, parts.references) == ({"a": 1, "c": [reference_to(other)]}, {"b": other})
    for reference in ({"other": 1}, 3, "x", None):
        with pytest.raises(BadReference, match="without a block_document_id in key b"):
            parts_of({"b": {"$ref": reference}})
