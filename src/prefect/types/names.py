"""Which characters names may contain."""

from __future__ import annotations

import re

BANNED_CHARACTERS = ["/", "%", "&", ">", "<"]
WITHOUT_BANNED_CHARACTERS = f"^[^{''.join(BANNED_CHARACTERS)}]+$"
WITHOUT_BANNED_CHARACTERS_EMPTY_OK = f"^[^{''.join(BANNED_CHARACTERS)}]*$"

LOWERCASE_LETTERS_NUMBERS_AND_DASHES_ONLY_REGEX = "^[a-z0-9-]*$"
LOWERCASE_LETTERS_NUMBERS_AND_UNDERSCORES_REGEX = "^[a-z0-9_]*$"
LOWERCASE_LETTERS_NUMBERS_AND_DASHES_OR_UNDERSCORES_REGEX = "^[a-z0-9-_]*$"

MAX_VARIABLE_NAME_LENGTH = 255
MAX_ASSET_KEY_LENGTH = 512
URI_REGEX = re.compile("^[a-z0-9]+://")
RESTRICTED_ASSET_CHARACTERS = list("\n\r\t\0 #?&%\"'<>[]{}|\\^`")


def raise_on_name_alphanumeric_dashes_only(value: str | None, field_name: str = "value") -> str | None:
    """The value. Raises ValueError unless it consists of lowercase letters, numbers and dashes."""
    _check(LOWERCASE_LETTERS_NUMBERS_AND_DASHES_ONLY_REGEX, value, field_name, "dashes")
    return value


def raise_on_name_alphanumeric_underscores_only(value: str | None, field_name: str = "value") -> str | None:
    """The value. Raises ValueError unless it consists of lowercase letters, numbers and underscores."""
    _check(LOWERCASE_LETTERS_NUMBERS_AND_UNDERSCORES_REGEX, value, field_name, "underscores")
    return value


def raise_on_name_alphanumeric_dashes_underscores_only(value: str, field_name: str = "value") -> str:
    """The value. Raises ValueError unless it consists of lowercase letters, numbers, dashes and underscores."""
    allowed = LOWERCASE_LETTERS_NUMBERS_AND_DASHES_OR_UNDERSCORES_REGEX
    _check(allowed, value, field_name, "dashes or underscores")
    return value


def _check(pattern: str, value: str | None, field_name: str, marks: str) -> None:
    if value is not None and not re.match(pattern, value):
        raise ValueError(f"{field_name} must only contain lowercase letters, numbers, and {marks}.")


def non_emptyish(value: str) -> str:
    """The value. Raises ValueError if nothing is left of it without quotation marks."""
    if not value.strip("'\""):
        raise ValueError("name cannot be an empty string")
    return value


def validate_uri(value: str) -> str:
    """The value. Raises ValueError unless it begins as an address does, such as "s3://"."""
    if not URI_REGEX.match(value):
        raise ValueError("Key must be a valid URI, e.g. storage://bucket/folder/asset.csv")
    return value


def validate_valid_asset_key(value: str) -> str:
    """The value. Raises ValueError unless it is an address without characters that addresses escape."""
    for character in RESTRICTED_ASSET_CHARACTERS:
        if character in value:
            raise ValueError(f"Asset key cannot contain {character!r}")
    return validate_uri(value)
