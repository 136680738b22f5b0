"""The version of this program, where everything below the package's root may read it."""

from __future__ import annotations

__version__ = "0.1.0"
