"""An asset, what is said of it, and what a task says of what it made."""

from __future__ import annotations

from prefect.engine.assets.asset import (
    MAX_ASSET_DESCRIPTION_LENGTH,
    Asset,
    AssetProperties,
    add_asset_metadata,
)

__all__ = ["MAX_ASSET_DESCRIPTION_LENGTH", "Asset", "AssetProperties", "add_asset_metadata"]
