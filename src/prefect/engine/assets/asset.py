"""Something outside of a run that tasks make or use: a table, a file, a model, named by an address."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from prefect.core.records.events import RESOURCE_ID, RESOURCE_NAME
from prefect.engine.context import TaskRunContext
from prefect.types.names import MAX_ASSET_KEY_LENGTH, validate_valid_asset_key
from prefect.utilities.options import Options

MAX_ASSET_DESCRIPTION_LENGTH = 5000


class AssetProperties(Options):
    """What is said of an asset: its `name`, `url`, `description` (Markdown) and `owners`."""

    name: str | None = None
    url: str | None = None
    description: str | None = None
    owners: list[str] | None = None

    def check(self) -> None:
        if self.description is not None and len(self.description) > MAX_ASSET_DESCRIPTION_LENGTH:
            raise self.refuse("description", f"A description has at most {MAX_ASSET_DESCRIPTION_LENGTH} characters.")


class Asset(Options):
    """An asset.

    Args:
        key: its address, such as `s3://bucket/orders.parquet` or `postgres://warehouse/orders`.
        properties: what is said of it.

    Raises a pydantic `ValidationError` for a key that is no address, is too long, or has characters that addresses escape.
    """

    key: str
    properties: AssetProperties | None = None

    def check(self) -> None:
        try:
            validate_valid_asset_key(str(self.key))
        except ValueError as error:
            raise self.refuse("key", str(error)) from None
        if len(self.key) > MAX_ASSET_KEY_LENGTH:
            raise self.refuse("key", f"Asset key cannot exceed {MAX_ASSET_KEY_LENGTH} characters")

    def add_metadata(self, metadata: Mapping[str, object]) -> None:
        """Say something of what the current task makes of the asset. Raises as `add_asset_metadata` does."""
        _add(self.key, metadata, "Unable add Asset metadata when not inside of an AssetContext")

    def labels(self) -> dict[str, str]:
        """The asset as an event's resource."""
        known = self.properties or AssetProperties()
        found = {
            RESOURCE_ID: self.key,
            RESOURCE_NAME: known.name,
            "prefect.asset.description": known.description,
            "prefect.asset.url": known.url,
            "prefect.asset.owners": None if known.owners is None else json.dumps(known.owners),
        }
        return {label: text for label, text in found.items() if text is not None}

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Asset(key={self.key!r})"


def add_asset_metadata(asset: str | Asset, metadata: Mapping[str, object]) -> None:
    """Say something of what the current task makes of an asset; it stands in the event that tells of it.

    Raises RuntimeError outside of tasks, ValueError unless the task materializes the asset.
    """
    key = asset if isinstance(asset, str) else asset.key
    _add(key, metadata, "Unable to call `add_asset_metadata` when not inside of an AssetContext")


def _add(key: str, metadata: Mapping[str, object], outside: str) -> None:
    context = TaskRunContext.current.get()
    if context is None:
        raise RuntimeError(outside)
    if key not in {asset.key for asset in context.task.assets}:
        raise ValueError("Can only add metadata to assets that are arguments to @materialize")
    context.asset_metadata = {**(context.asset_metadata or {})}
    context.asset_metadata[key] = {**context.asset_metadata.get(key, {}), **metadata}


def as_assets(given: Iterable[str | Asset] | None) -> list[Asset]:
    """Assets, of which some may be given by their keys."""
    return [Asset(key=asset) if isinstance(asset, str) else asset for asset in given or ()]
