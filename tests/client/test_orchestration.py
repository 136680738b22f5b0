"""Clients from their beginning to their end, and what they do when answers are lost."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest

from prefect.client.orchestration import PrefectClient, ServerType, SyncPrefectClient, get_client
from prefect.client.utilities import client_injector, get_or_create_client, inject_client
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import temporary_settings
from tests.client.apps import Answer, App, Asked, answering, served
from tests.client.scenario import NOWHERE, a_flow, a_task

HELLO = Answer(value="👋")
FLOW = {"id": str(NOWHERE), "name": "f"}
FLOW_RUN = {"id": str(NOWHERE), "name": "r", "flow_id": str(NOWHERE)}


# --- by the settings


async def test_the_settings_say_where_and_who() -> None:
    app = answering(HELLO)
    with served(app) as api, temporary_settings({"PREFECT_API_URL": api, "PREFECT_API_KEY": "pnu_1"}):
        async with get_client() as client:
            assert (await client.hello()).json() == "👋"
            assert str(client.api_url).rstrip("/") == api
            assert client.server_type is ServerType.SERVER
        with get_client(sync_client=True) as blocking:
            blocking.hello()
    assert [asked.headers["authorization"] for asked in app.asked] == ["Bearer pnu_1"] * 2


def test_the_settings_say_what_is_sent_along() -> None:
    app = answering(HELLO)
    with served(app) as api:
        changes: dict[Any, Any] = {"PREFECT_API_URL": api, "PREFECT_CLIENT_CUSTOM_HEADERS": {"X-Team": "data"}}
        with temporary_settings(changes), get_client(sync_client=True) as client:
            client.hello()
    assert app.asked[0].headers["x-team"] == "data"


def test_the_settings_say_how_often_it_is_tried() -> None:
    app = answering(Answer(503, headers={"Retry-After": "0"}))
    with served(app) as api, temporary_settings({"PREFECT_API_URL": api, "PREFECT_CLIENT_MAX_RETRIES": 2}):
        with get_client(sync_client=True) as client, pytest.raises(PrefectHTTPStatusError):
            client.hello()
    assert len(app.asked) == 3


def test_the_caller_may_set_the_http_client() -> None:
    app = answering(HELLO)
    with served(app) as api, temporary_settings({"PREFECT_API_URL": api}):
        with get_client({"headers": {"X-Mine": "1"}, "timeout": 7}, sync_client=True) as client:
            client.hello()
            assert client._client.timeout == httpx.Timeout(7)
    assert app.asked[0].headers["x-mine"] == "1"


def test_another_version_of_the_api_can_be_asked_for() -> None:
    app = answering(HELLO)
    with SyncPrefectClient(app, api_version="0.8.3") as client:
        client.hello()
    assert app.asked[0].headers["x-prefect-api-version"] == "0.8.3"


# --- without an address


def run(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_without_an_address_the_api_answers_in_process() -> None:
    program = """
import asyncio, sys
from prefect.client.orchestration import get_client
from prefect.client.transport import provide_app
from tests.client.apps import Answer, answering
app = answering(Answer(value="in process"))
provide_app(lambda: app)
async def main():
    async with get_client() as client:
        print((await client.hello()).json(), client.server_type.value)
asyncio.run(main())
with get_client(sync_client=True) as client:
    print(client.hello().json(), client.api_url.host)
print(*app.lifespan)
"""
    assert run(program) == ["in process ephemeral", "in process ephemeral-prefect", "lifespan.startup"]


def test_httpx_is_loaded_when_a_client_is_made() -> None:
    program = """
import sys
from prefect.client.orchestration import PrefectClient, SyncPrefectClient, get_client
import prefect.client.utilities, prefect.exceptions
print("httpx" in sys.modules)
SyncPrefectClient("http://127.0.0.1/api")
print("httpx" in sys.modules)
"""
    assert run(program) == ["False", "True"]


# --- beginning and end


async def test_an_async_client_is_entered_by_async_code() -> None:
    client = PrefectClient(answering(HELLO))
    with pytest.raises(RuntimeError, match="async with PrefectClient"):
        client.__enter__()


async def test_a_client_may_be_entered_within_itself() -> None:
    app = answering(HELLO)
    async with PrefectClient(app) as client:
        async with client:
            await client.hello()
        await client.hello()
        assert client.loop is not None
    with SyncPrefectClient(app) as blocking:
        with blocking:
            blocking.hello()
        blocking.hello()


async def test_a_client_ends_for_good() -> None:
    client = PrefectClient(answering(HELLO))
    async with client:
        await client.hello()
    with pytest.raises(RuntimeError, match="cannot be started again"):
        async with client:
            raise AssertionError("it has ended")
    blocking = SyncPrefectClient(answering(HELLO))
    with blocking:
        blocking.hello()
    with pytest.raises(RuntimeError, match="cannot be started again"), blocking:
        raise AssertionError("it has ended")


# --- health and versions


async def test_a_well_server_has_no_complaint() -> None:
    async with PrefectClient(answering(Answer(value=True))) as client:
        assert await client.api_healthcheck() is None


def test_an_ill_server_has() -> None:
    with SyncPrefectClient(answering(Answer(500))) as client:
        assert isinstance(client.api_healthcheck(), PrefectHTTPStatusError)


def test_a_server_that_is_away_has() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        with temporary_settings({"PREFECT_API_URL": address, "PREFECT_CLIENT_MAX_RETRIES": 0}):
            with get_client(sync_client=True) as client:
                assert isinstance(client.api_healthcheck(), httpx.ConnectError)
                with pytest.raises(RuntimeError, match="Failed to reach API at"):
                    client.raise_for_api_version_mismatch()


@pytest.mark.parametrize("version", ["3.8.8", "3.9.0", "3.10.1.dev4"])
def test_a_server_as_new_as_we_are_will_do(version: str, caplog: pytest.LogCaptureFixture) -> None:
    with SyncPrefectClient(answering(Answer(value=version)), server_type=ServerType.SERVER) as client:
        client.raise_for_api_version_mismatch()
    assert not caplog.records


@pytest.mark.parametrize("version", ["3.8.7", "3.0"])
async def test_an_older_server_is_warned_of(version: str, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("prefect").propagate = True
    async with PrefectClient(answering(Answer(value=version)), server_type=ServerType.SERVER) as client:
        await client.raise_for_api_version_mismatch()
    assert f"from version {version} to version 3.8.8" in caplog.text


@pytest.mark.parametrize("version", ["2.20.1", "4.0.0", "unknown"])
def test_a_server_of_another_major_version_will_not_do(version: str) -> None:
    with SyncPrefectClient(answering(Answer(value=version)), server_type=ServerType.SERVER) as client:
        with pytest.raises(RuntimeError, match="incompatible versions"):
            client.raise_for_api_version_mismatch()


async def test_versions_are_compared_once() -> None:
    app = answering(Answer(value="3.8.8"))
    with served(app) as api:
        for _ in range(2):
            async with PrefectClient(api) as client:
                await client.raise_for_api_version_mismatch_once()
        with SyncPrefectClient(api) as blocking:
            blocking.raise_for_api_version_mismatch_once()
    assert app.paths() == ["GET /admin/version"]


def test_versions_need_not_be_compared() -> None:
    app = answering(Answer(value="2.0.0"))
    with temporary_settings({"PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": False}):
        with SyncPrefectClient(app, server_type=ServerType.SERVER) as client:
            client.raise_for_api_version_mismatch_once()
    assert not app.asked


# --- what is named


@pytest.mark.parametrize("name", ["a b", "50%", "ü", "a?b", "a#b"])
def test_names_reach_the_server_whole(name: str) -> None:
    app = answering(Answer(404))
    with served(app) as api, SyncPrefectClient(api) as client:
        assert client.read_variable_by_name(name) is None
    assert app.paths() == [f"GET /variables/name/{name}"]


@pytest.mark.parametrize("name", ["plain", "a/b/c"])
def test_a_deployment_has_two_names(name: str) -> None:
    with SyncPrefectClient(answering(Answer(404))) as client, pytest.raises(ValueError, match="<FLOW_NAME>/"):
        client.read_deployment_by_name(name)


def test_another_automation_is_not_found_by_its_name() -> None:
    trigger = {"type": "event", "posture": "Reactive", "threshold": 1, "within": 0}
    names = ["Watch", "watch"]
    found = [{"id": str(UUID(int=n)), "name": name, "trigger": trigger, "actions": []} for n, name in enumerate(names)]
    with SyncPrefectClient(answering(Answer(value=found))) as client:
        automation = client.find_automation("watch")
        assert automation is not None
        assert automation.id == UUID(int=1)
        assert client.find_automation("watcher") is None


def test_all_pages_of_work_queues_are_read() -> None:
    def answer(asked: Asked) -> Answer:
        offset = asked.json["offset"]
        queues = [{"id": str(UUID(int=n)), "name": f"q{n}"} for n in range(offset, min(offset + 100, 130))]
        return Answer(value=queues)

    app = App(answer)
    with SyncPrefectClient(app) as client:
        assert [queue.name for queue in client.match_work_queues(["q"])] == [f"q{n}" for n in range(130)]
    assert len(app.asked) == 2


# --- answers that are lost


class Losing:
    """A server that acts on each request, and hangs up before the first answer to a POST has left."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers
        self.bodies: list[tuple[str, bytes]] = []
        self.lost: set[str] = set()

    def handle(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            line = stream.readline().decode().split()
            length = 0
            while (field := stream.readline()) not in (b"\r\n", b""):
                if field.lower().startswith(b"content-length:"):
                    length = int(field.split(b":")[1])
            if not line:
                return
            path = line[1].removeprefix("/api")
            self.bodies.append((path, stream.read(length)))
            if line[0] == "POST" and path not in self.lost:
                self.lost.add(path)
                return
            content = self.answers[path].encode()
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n"
            connection.sendall(head.encode() + b"connection: close\r\n\r\n" + content)


@contextmanager
def losing(answers: dict[str, Any]) -> Iterator[tuple[str, Losing]]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Losing(answers)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.handle(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api", server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@pytest.fixture
def _no_tokens() -> Iterator[None]:
    with temporary_settings({"PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": False}):
        yield


@pytest.mark.usefixtures("_no_tokens")
def test_a_run_whose_answer_is_lost_is_asked_for_again_under_the_same_key() -> None:
    answers = {"/flows/": json.dumps(FLOW), "/flow_runs/": json.dumps(FLOW_RUN)}
    with losing(answers) as (api, server), SyncPrefectClient(api) as client:
        assert client.create_flow_run(a_flow("f")).id == NOWHERE
    first, second = [json.loads(body) for path, body in server.bodies if path == "/flow_runs/"]
    assert first["idempotency_key"]
    assert first == second


@pytest.mark.usefixtures("_no_tokens")
async def test_a_task_run_whose_answer_is_lost_keeps_its_id() -> None:
    run = {"id": str(NOWHERE), "task_key": "t", "dynamic_key": "0"}
    with losing({"/task_runs/": json.dumps(run)}) as (api, server):
        async with PrefectClient(api) as client:
            await client.create_task_run(a_task(), None, "0")
    first, second = [json.loads(body) for _, body in server.bodies]
    assert first["id"]
    assert first == second


@pytest.mark.usefixtures("_no_tokens")
def test_slots_are_not_taken_twice() -> None:
    with losing({"/v2/concurrency_limits/increment": "[]"}) as (api, server), SyncPrefectClient(api) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            client.increment_concurrency_slots(["db"], 1, "concurrency")
    assert len(server.bodies) == 1


# --- functions that may be given a client


async def test_a_client_is_made_where_none_is_given() -> None:
    @inject_client
    async def greet(name: str, client: PrefectClient | None = None) -> str:
        assert client is not None
        return f"{(await client.hello()).json()} {name}"

    @client_injector
    async def greet_first(client: PrefectClient, name: str) -> str:
        return f"{(await client.hello()).json()} {name}"

    app, mine = answering(HELLO), answering(Answer(value="mine"))
    with served(app) as api, temporary_settings({"PREFECT_API_URL": api}):
        assert await greet("you") == "👋 you"
        assert await greet_first("you") == "👋 you"
        async with PrefectClient(mine) as client:
            assert await greet("you", client=client) == "mine you"
            assert get_or_create_client(client) == (client, True)
        made, given = get_or_create_client()
        assert (str(made.api_url).rstrip("/"), given) == (api, False)


def test_other_objects_may_stand_for_flows() -> None:
    app = answering(Answer(value=FLOW))
    with SyncPrefectClient(app) as client:
        assert client.create_flow(SimpleNamespace(name="f")) == NOWHERE  # type: ignore[arg-type]
