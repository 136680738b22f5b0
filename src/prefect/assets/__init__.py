"""Assets: what tasks make and use that outlives them, such as tables, files and models.

`@materialize("s3://bucket/orders.parquet")` makes a task of which is recorded what it made, and from which other assets.
"""

from __future__ import annotations

from prefect.assets.core import Asset, AssetProperties, add_asset_metadata
from prefect.assets.materialize import materialize

__all__ = ["Asset", "AssetProperties", "add_asset_metadata", "materialize"]
