"""Uses results that somebody may have planted: `trusting.py cached`, `trusting.py read RUN_ID...`, `trusting.py save FOLDER`."""

from __future__ import annotations

import sys
from uuid import UUID

from pydantic import SecretStr

from prefect import flow, task
from prefect.blocks.system import Secret
from prefect.client.orchestration import get_client
from prefect.filesystems import LocalFileSystem


@task(persist_result=True, cache_key_fn=lambda *_: "the-key")
def computed() -> str:
    print("computed")
    return "a value"


@flow
def cached() -> str:
    return computed()


@flow
def planted() -> None:
    """Its runs are made by whoever plants results."""


def read(run_ids: list[str]) -> None:
    """Print of each run what its result is, or why there is none to be had."""
    with get_client(sync_client=True) as client:
        for run_id in run_ids:
            try:
                print("value", repr(client.read_flow_run(UUID(run_id)).state.result()))  # type: ignore[union-attr]
            except Exception as error:
                print("refused", type(error).__name__, str(error).replace("\n", " "))


def save(folder: str) -> None:
    """Print the ids of a storage in that folder, and of what is none."""
    print("id", LocalFileSystem(basepath=folder).save("elsewhere", overwrite=True))  # type: ignore[call-arg]
    print("id", Secret(value=SecretStr("x")).save("no-storage", overwrite=True))


if __name__ == "__main__":
    if sys.argv[1] == "cached":
        print("result", cached())
    elif sys.argv[1] == "read":
        read(sys.argv[2:])
    else:
        save(sys.argv[2])
