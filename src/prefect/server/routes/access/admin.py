"""The server's settings, without their secrets, and where results go by default."""

from __future__ import annotations

import json

from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import Call
from prefect.server.http.errors import Refusal
from prefect.server.http.routing import Role, Route
from prefect.storage.keyed.access import configuration
from prefect.storage.transaction import Transaction
from prefect.wire.objects.keeping import ServerDefaultResultStorage, ServerDefaultResultStorageUpdate

STORAGE = "default_result_storage_block_id"


def settings(call: Call[None]) -> Answer:
    """The settings in force."""
    return answers.json(call.world.options.settings())


def storage(call: Call[None]) -> Answer:
    """The block that results are stored in by default."""
    kept = call.world.store.read(lambda tx: configuration.find(tx, STORAGE))
    return answers.json({STORAGE: None if kept is None else json.loads(kept)})


def set_storage(call: Call[ServerDefaultResultStorageUpdate]) -> Deciding[bool]:
    """Have results stored in a block by default."""
    block_id, now = call.body.default_result_storage_block_id, call.world.clock.now()

    def decision(tx: Transaction) -> bool:
        found = configuration.block_exists(tx, block_id)
        if found:
            configuration.write(tx, STORAGE, json.dumps(str(block_id)), now)
        return found

    def answer(found: bool) -> Answer:
        if not found:
            raise Refusal(404, f"Block document {block_id} not found.")
        return answers.json({STORAGE: block_id})

    return Deciding(decision, answer)


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
