from __future__ import annotations

import pytest

from prefect.utilities.names import ADJECTIVES, ANIMALS, generate_slug, obfuscate, obfuscate_string, slug_of


def test_the_words_are_fit_for_names() -> None:
    words = ADJECTIVES + ANIMALS
    assert all(word.isalpha() and word.islower() and word.isascii() and len(word) <= 12 for word in words)
    assert len(set(ADJECTIVES)) == len(ADJECTIVES) >= 200
    assert len(set(ANIMALS)) == len(ANIMALS) >= 250


@pytest.mark.parametrize("words", [1, 2, 3, 4])
def test_slugs_have_as_many_words_as_asked_for(words: int) -> None:
    parts = generate_slug(words).split("-")
    assert len(parts) == words
    assert parts[-1] in ANIMALS
    assert set(parts[:-1]) <= set(ADJECTIVES)


def test_slugs_vary() -> None:
    assert len({generate_slug(2) for _ in range(200)}) > 190


def test_a_slug_can_be_made_of_given_chance() -> None:
    assert slug_of([0.0, 0.0]) == f"{ADJECTIVES[0]}-{ANIMALS[0]}"
    assert slug_of([0.9999999, 0.9999999]) == f"{ADJECTIVES[-1]}-{ANIMALS[-1]}"
    with pytest.raises(ValueError, match="at least one word"):
        generate_slug(0)


@pytest.mark.parametrize("secret", ["", "ab", "abcdefghij" * 5, 5, None, {"a": 1}])
def test_secrets_tell_nothing(secret: object) -> None:
    assert obfuscate(secret) == "********"


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("abcdefgh", "********"),
        ("abcdefghij", "********"),
        ("abcdefghijk", "*******k"),
        ("abcdefghijklmnop", "****mnop"),
    ],
)
def test_the_end_of_a_long_secret_may_be_shown(secret: str, shown: str) -> None:
    assert obfuscate_string(secret, show_tail=True) == shown
