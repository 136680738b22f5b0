"""Secrets are found in what calls are given, and covered in every notation they may be written in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Secret, SecretBytes, SecretStr

from prefect.engine.logs.masking import (
    MASK,
    MOST,
    SHORTEST,
    forget_secrets,
    holds_secret,
    known_secrets,
    mask,
    mask_plain,
    remember,
    secrets_in,
)


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    forget_secrets()
    yield
    forget_secrets()


class Login(BaseModel):
    user: str
    password: SecretStr


@dataclass
class Source:
    login: Login
    tables: list[str]


def test_a_text_without_secrets_stays_itself() -> None:
    text = "loaded 12 rows from https://example.org:8080/a?b=c@d into 'x@y'"
    assert mask(text) is text or mask(text) == text


def test_a_secret_is_covered_wherever_it_stands() -> None:
    remember(["hunter2"])
    assert mask("hunter2: user=hunter2;") == f"{MASK}: user={MASK};"


def test_the_longer_of_two_secrets_is_covered_whole() -> None:
    remember(["hunter2", "hunter2-and-more"])
    assert mask("hunter2-and-more") == MASK


@given(st.text(min_size=SHORTEST))
def test_no_notation_gives_it_away(secret: str) -> None:
    forget_secrets()
    remember([secret])
    written = [secret, repr(secret), json.dumps(secret), json.dumps(secret, ensure_ascii=False)]
    if secret.isprintable():
        written.append(quote(secret, safe=""))
    for text in written:
        assert MASK in mask(f"<{text}>")
        assert holds_secret(text.encode("utf-8", "surrogatepass"))


def test_each_line_of_a_key_is_covered() -> None:
    remember(["-----BEGIN KEY-----\nabcdefghijklmnop\nqrstuvwxyz123456\n-----END KEY-----"])
    assert mask("found qrstuvwxyz123456 there") == f"found {MASK} there"


def test_what_is_too_short_to_be_told_from_other_text_is_left() -> None:
    remember(["", "abc"])
    assert mask("abc and so on") == "abc and so on"


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("postgresql://me:pw@host:5432/db", f"postgresql://me:{MASK}@host:5432/db"),
        ("at amqp://me:p@ss:w@host, retrying", f"at amqp://me:{MASK}@host, retrying"),
        ('{"url": "redis://:pw@host"}', f'{{"url": "redis://:{MASK}@host"}}'),
        ("https://me@host/path", "https://me@host/path"),
        ("http://host:80/a:b@c", "http://host:80/a:b@c"),
    ],
)
def test_passwords_of_urls_are_covered_though_nobody_knows_them(text: str, covered: str) -> None:
    assert mask(text) == covered
    assert holds_secret(text.encode()) == (text != covered)


def test_only_so_many_are_known_at_once() -> None:
    remember(f"secret-{number}" for number in range(MOST + 5))
    assert len(known_secrets()) == MOST
    assert mask("secret-4!") == "secret-4!"
    assert mask(f"secret-{MOST + 4}!") == f"{MASK}!"


def test_they_are_found_inside_of_anything() -> None:
    source = Source(Login(user="me", password=SecretStr("hunter2")), ["a", "b"])
    given = {"source": [source], "key": (SecretBytes(b"raw-key"),), "rest": [Secret({"token": "t0ken", "n": [31337]})]}
    assert set(secrets_in(given)) == {"hunter2", "raw-key", "t0ken", "31337"}


def test_what_contains_itself_is_searched_once_and_for_all() -> None:
    endless: list[object] = [SecretStr("hunter2")]
    endless.append(endless)
    assert set(secrets_in(endless)) == {"hunter2"}


def test_data_keeps_its_shape() -> None:
    remember(["hunter2", "31337"])
    data = {"hunter2": [1, "hunter2", {"n": 31337, "ok": True, "x": 31338}], "none": None}
    assert mask_plain(data) == {MASK: [1, MASK, {"n": MASK, "ok": True, "x": 31338}], "none": None}
    assert mask_plain(data["none"]) is None
