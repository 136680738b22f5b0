"""Shortening and guessing words."""

from __future__ import annotations

from collections.abc import Iterable


def truncated_to(length: int, value: str | None) -> str:
    """A text cut in its middle, with a note of how many characters are gone.

    About `length` characters are kept, half from each end. A text that would not become shorter stays whole;
    None becomes "".
    """
    if not value or len(value) <= length:
        return value or ""
    half = length // 2
    omitted = f"...{len(value) - 2 * half} additional characters..."
    shortened = f"{value[:half]}{omitted}{value[len(value) - half :]}"
    return shortened if len(shortened) < len(value) else value


def fuzzy_match_string(word: str, possibilities: Iterable[str], *, n: int = 1, cutoff: float = 0.6) -> str | None:
    """The possibility most like a word, None if none is like it.

    Args:
        n: how many candidates to weigh.
        cutoff: likeness from 0 to 1 below which a possibility does not count.
    """
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, possibilities, n=n, cutoff=cutoff)), None)
