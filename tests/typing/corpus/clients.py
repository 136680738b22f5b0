"""Methods of both clients have the operations' own types."""

from collections.abc import Awaitable
from typing import assert_type
from uuid import UUID

from prefect.client.orchestration import PrefectClient, SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, Variable
from prefect.client.schemas.sorting import FlowRunSort


async def newest(client: PrefectClient, flow_run_id: UUID) -> FlowRun:
    runs = await client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
    assert_type(runs, list[FlowRun])
    assert_type(await client.read_variable_by_name("size"), Variable | None)
    return await client.read_flow_run(flow_run_id)


def count(client: SyncPrefectClient) -> int:
    assert_type(client.create_flow_from_name("f"), UUID)
    assert_type(client.api_version(), str)
    return client.count_flow_runs()


async def both() -> None:
    async with get_client() as client:
        assert_type(client, PrefectClient)
        waiting: Awaitable[str] = client.api_version()
        await waiting
    with get_client(sync_client=True) as blocking:
        assert_type(blocking, SyncPrefectClient)
