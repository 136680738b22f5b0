"""What passes between the record and those who show it: rows by column, and JSON objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Record = dict[str, Any]
"""A row as it is made, or a JSON object."""

Row = Mapping[str, Any]
"""A row as it is read."""
