"""Search queries: words that must be there, `-word` or `!word` that must not, `"several words"` as one, `+word`."""

from __future__ import annotations


def split_query(query: str) -> tuple[list[str], list[str], list[str]]:
    """The words of a search query: of which one must be there, that must be there, that must not."""
    included: list[str] = []
    required: list[str] = []
    excluded: list[str] = []
    for word in _words(query):
        kind = {"-": excluded, "!": excluded, "+": required}.get(word[0])
        bare = (word if kind is None else word[1:]).strip('"')
        if bare:
            (included if kind is None else kind).append(bare)
    return included, required, excluded


def _words(query: str) -> list[str]:
    words, current, quoted = [], "", False
    for letter in query:
        if letter == '"':
            quoted = not quoted
            current += letter
        elif letter.isspace() and not quoted:
            words.append(current)
            current = ""
        else:
            current += letter
    return [word for word in (*words, current) if word]
