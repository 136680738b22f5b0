"""The block types that come with the server, so that blocks can be made before any flow has run.

`system_blocks.json` is made from the classes of `prefect.blocks` and `prefect.filesystems`, which a server does not import;
a test keeps the two equal.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from prefect._version import __version__
from prefect.core.blocks import checksum_of
from prefect.core.ports import Clock
from prefect.server.http.answers import Json
from prefect.storage.keyed import blocks as stored
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction

FILE = Path(__file__).with_name("system_blocks.json")
PROTECTED = frozenset({"local-file-system", "secret", "webhook"})
"""What may not be deleted."""


@cache
def shipped() -> list[Json]:
    """Types by name, each with its `fields` and `capabilities`."""
    loaded: list[Json] = json.loads(FILE.read_text())
    return loaded


def install(store: Store, clock: Clock) -> int:
    """Make the types that are missing, and say how many. Costs no write where there are none. Raises StorageError."""
    slugs = [kind["slug"] for kind in shipped()]
    if not store.read(lambda tx: stored.types_missing(tx, slugs)):
        return 0
    return store.transact(lambda tx: _make_missing(tx, clock))


def _make_missing(tx: Transaction, clock: Clock) -> int:
    return sum(_make(tx, kind, clock) for kind in shipped())


def _make(tx: Transaction, kind: Json, clock: Clock) -> bool:
    now = clock.now()
    times = {"created": now, "updated": now}
    described = {name: value for name, value in kind.items() if name not in ("fields", "capabilities")}
    values = {"id": clock.new_id(), **described, "is_protected": kind["slug"] in PROTECTED, **times}
    if not stored.insert_type(tx, values):
        return False
    schema = {name: kind[name] for name in ("fields", "capabilities")}
    identity = {"id": clock.new_id(), "block_type_id": values["id"], "checksum": checksum_of(kind["fields"])}
    stored.ensure_schema(tx, {**identity, **schema, "version": __version__, **times})
    return True
