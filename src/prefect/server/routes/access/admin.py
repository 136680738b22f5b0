"""The server's settings, without their secrets, and where results go by default."""

from __future__ import annotations

import json
from uuid import UUID

from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal
from prefect.server.http.routing import Role, Route
from prefect.storage.keyed import blocks
from prefect.storage.keyed.access import configuration
from prefect.storage.transaction import Transaction
from prefect.wire.objects.keeping import ServerDefaultResultStorage, ServerDefaultResultStorageUpdate

STORAGE = "default_result_storage_block_id"
WRITABLE = "write-path"
"""What a block has to be capable of so that results can be stored in it."""


def settings(call: Call[None]) -> Answer:
    """The settings in force."""
    return answers.json(call.world.options.settings())


def storage(call: Call[None]) -> Answer:
    """The block that results are stored in by default; None if that is gone."""
    return answers.json({STORAGE: call.world.store.read(_kept)})


def _kept(tx: Transaction) -> UUID | None:
    kept = configuration.find(tx, STORAGE)
    block_id = None if kept is None else UUID(json.loads(kept))
    return block_id if block_id is not None and configuration.block_exists(tx, block_id) else None


def set_storage(call: Call[ServerDefaultResultStorageUpdate]) -> Deciding[None]:
    """Have results stored in a block by default, which has to be one that can be written to."""
    block_id, now = call.body.default_result_storage_block_id, call.world.clock.now()

    def decision(tx: Transaction) -> None:
        document = blocks.document_by_id(tx, block_id)
        if document is None:
            raise Refusal(404, f"Block document {block_id} not found.")
        schema = blocks.schema_by_id(tx, document["block_schema_id"])
        if schema is None or WRITABLE not in schema["capabilities"]:
            raise Refusal(422, f"Block document {block_id} cannot be used for result storage.")
        configuration.write(tx, STORAGE, json.dumps(str(block_id)), now)

    return Deciding(decision, lambda _done: answers.json({STORAGE: block_id}))


def unset_storage(call: Call[None]) -> Deciding[bool]:
    """Have results stored where each client's settings say."""
    return Deciding(lambda tx: configuration.delete(tx, STORAGE), lambda _found: NO_CONTENT)


ROUTES = (
    Route("GET", "/admin/settings", settings, Role.ADMIN, returns=dict[str, object]),
    Route("GET", "/admin/storage", storage, returns=ServerDefaultResultStorage),
    Route("PUT", "/admin/storage", set_storage, Role.ADMIN, ServerDefaultResultStorageUpdate,
          returns=ServerDefaultResultStorage, inline=True),
    Route("DELETE", "/admin/storage", unset_storage, Role.ADMIN, status=204, inline=True),
)  # fmt: skip
