"""Hostile clients of a real server: foreign pages, held connections, huge bodies, guessed passwords, planted secrets."""

from __future__ import annotations

import http.client
import json
import select
import socket
import sqlite3
import stat
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults.servers import ServerProcess

PASSWORD = "planted-passw0rd"
GUESS = "guessed-passw0rd"
AUTH_STRING = f"root:{PASSWORD}"
FOREIGN = "http://evil.example"
HANDSHAKE: dict[str, Any] = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": "prefect",
}  # fmt: skip


PREFLIGHT: dict[str, Any] = {"Origin": FOREIGN, "Access-Control-Request-Method": "POST"}


def basic(text: str) -> dict[str, Any]:
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}


class Asked:
    """What came of one request."""

    def __init__(self, port: int, method: str, path: str, body: bytes | None = None, **headers: Any) -> None:
        began = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            self.status, self.headers = response.status, response.headers
            self.body = response.read() if self.status != 101 else b""
        self.seconds = time.monotonic() - began


def raw(port: int, data: bytes) -> socket.socket:
    """A connection on which that was said."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection.sendall(data)
    return connection


def resident_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server as it is by default."""
    server = ServerProcess(tmp_path_factory.mktemp("default") / "home")
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log.read_text()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with an auth string."""
    home = tmp_path_factory.mktemp("guarded") / "home"
    server = ServerProcess(home, PREFECT_SERVER_API_AUTH_STRING=AUTH_STRING)
    server.start()
    yield server
    server.stop()
    assert "Traceback" not in server.log.read_text()


def test_no_answer_is_readable_by_foreign_pages(server: ServerProcess) -> None:
    """Row 6: a page's requests, a rebound name, a page's WebSocket."""
    ours = f"127.0.0.1:{server.port}"
    asked = [
        Asked(server.port, "GET", "/api/admin/settings", Origin=FOREIGN),
        Asked(server.port, "POST", "/api/flows/filter", b"{}", Origin=FOREIGN),
        Asked(server.port, "OPTIONS", "/api/flows/filter", None, **PREFLIGHT),
        Asked(server.port, "GET", "/api/admin/settings", Host="evil.example"),
        Asked(server.port, "GET", "/api/events/out", **HANDSHAKE, Origin=FOREIGN, Host=ours),
        Asked(server.port, "GET", "/api/events/in", **HANDSHAKE, Host="evil.example"),
    ]
    assert [one.status for one in asked] == [403, 403, 403, 421, 403, 403]
    assert not [name for one in asked for name in one.headers if name.lower().startswith("access-control")]
    assert Asked(server.port, "GET", "/api/events/out", **HANDSHAKE, Host=ours).status == 101


@pytest.mark.slow
def test_held_connections_hold_nobody_up_and_end(server: ServerProcess) -> None:
    """Row 10: a hundred half bodies, half heads, silent connections and idle WebSockets."""
    host = f"Host: 127.0.0.1:{server.port}\r\n"
    half_body = (
        f"POST /api/flows/filter HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"
    )
    opening = "".join(f"{name}: {value}\r\n" for name, value in HANDSHAKE.items())
    idle_socket = f"GET /api/events/in HTTP/1.1\r\n{host}{opening}\r\n"
    held = [
        raw(server.port, words.encode()) for words in [half_body, "GET /api/he", "", idle_socket] for _ in range(100)
    ]
    began = time.monotonic()
    for _ in range(3):
        assert Asked(server.port, "GET", "/api/health").seconds <= 1
        assert Asked(server.port, "POST", "/api/flow_runs/filter", b"{}").seconds <= 1
    left = set(held)
    while left and time.monotonic() - began < 30:
        for connection in select.select(list(left), [], [], 1.0)[0]:
            if not _received(connection):
                left.discard(connection)
    for connection in held:
        connection.close()
    assert len(left) == 0


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionError:
        return b""


def test_large_bodies_are_refused_at_once(server: ServerProcess) -> None:
    """Row 18: 50 MB, announced or not, packed or not."""
    assert server.process is not None
    before = resident_megabytes(server.process.pid)
    size = 50 << 20
    head = f"POST /api/flows/ HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n".encode()
    for length in (f"Content-Length: {size}\r\n", "Transfer-Encoding: chunked\r\n"):
        connection = raw(server.port, head + length.encode() + b"\r\n")
        sender = threading.Thread(target=_pour, args=(connection, size, "chunked" in length), daemon=True)
        began = time.monotonic()
        sender.start()
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 413")
        assert time.monotonic() - began <= 1
        assert len(answer) <= 1024
        connection.close()
        sender.join(10)
    assert resident_megabytes(server.process.pid) - before <= 20


def _pour(connection: socket.socket, size: int, chunked: bool) -> None:
    piece = b"x" * (1 << 20)
    framed = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
    with suppress(OSError):  # the server was done with it
        for _ in range(size // len(piece)):
            connection.sendall(framed)


@pytest.mark.slow
def test_guessing_is_slow_and_leaves_nothing_in_logs(guarded: ServerProcess) -> None:
    """Rows 22 and 23: sixty wrong passwords; and where the right one can be found."""
    right = basic(AUTH_STRING)
    assert Asked(guarded.port, "GET", "/api/version", **right).status == 200
    began = time.monotonic()
    statuses = [
        Asked(guarded.port, "GET", "/api/version", **basic(f"root:{GUESS}{number}")).status for number in range(60)
    ]
    assert set(statuses) == {401, 429}
    assert time.monotonic() - began >= 30 or statuses.count(429) >= 40
    assert Asked(guarded.port, "GET", "/api/version", **right).status == 200
    odd = Asked(guarded.port, "GET", f"/api/x%0d%0aFORGED{GUESS}", **{"User-Agent": f"{GUESS}\t", **right})
    assert odd.status == 404
    settings = Asked(guarded.port, "GET", "/api/admin/settings", **right)
    assert settings.status == 200
    assert json.loads(settings.body)["server"]["api"]["auth_string"] == "**********"
    command_line = Path(f"/proc/{guarded.process.pid}/cmdline").read_bytes() if guarded.process else b""
    for planted in (PASSWORD, GUESS):
        assert planted not in guarded.log.read_text()
        assert planted.encode() not in settings.body + command_line


def test_files_are_for_their_owner_alone(guarded: ServerProcess) -> None:
    """Row 23: database, key and folder; and no secret in the database as it is."""
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in guarded.home.iterdir() if path.name != "server.log"
    }
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
    assert {"prefect.db", "secrets.key"} <= set(modes)
    made = Asked(guarded.port, "POST", "/api/headrace/access/keys", b'{"name": "x"}', **basic(AUTH_STRING))
    key = json.loads(made.body)["key"]
    files = [path.read_bytes() for path in guarded.home.iterdir() if path.is_file()]
    assert not [content for content in files if key.encode() in content or PASSWORD.encode() in content]
    with closing(sqlite3.connect(guarded.home / "prefect.db")) as connection:
        assert key not in "".join(connection.iterdump())


def test_nobody_listens_to_everybody_without_saying_so(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "home", PREFECT_SERVER_API_HOST="0.0.0.0")
    with pytest.raises(AssertionError, match="PREFECT_SERVER_API_AUTH_STRING=user:password"):
        server.start()
    choices: list[dict[str, Any]] = [
        {"PREFECT_SERVER_API_INSECURE": "true"},
        {"PREFECT_SERVER_API_AUTH_STRING": AUTH_STRING},
    ]
    for more in choices:
        meant = ServerProcess(tmp_path / "home", PREFECT_SERVER_API_HOST="0.0.0.0", **more)
        meant.start()
        assert Asked(meant.port, "GET", "/api/version").status == (
            200 if "PREFECT_SERVER_API_INSECURE" in more else 401
        )
        meant.stop()
