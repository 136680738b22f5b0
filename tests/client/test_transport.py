"""What requests look like on the wire, by the options, and over real sockets."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import pickle
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from prefect.client import aio, sync
from prefect.client.base import PrefectHttpxAsyncClient, PrefectHttpxSyncClient, determine_server_type
from prefect.client.errors import status_error
from prefect.client.transport import ServerType, TransportOptions, httpx_arguments, server_type_of
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import temporary_settings
from tests.client.apps import Answer, App, answering, served

OK = Answer(value={"ok": True})


def header(options: TransportOptions, name: str, given: dict[str, Any] | None = None) -> str | None:
    with httpx.Client(**httpx_arguments(options, "http://api/api", given)) as client:
        return client.headers.get(name)


# --- headers


def test_the_version_of_the_api_is_sent() -> None:
    assert header(TransportOptions(), "X-PREFECT-API-VERSION") == "0.8.4"


def test_an_api_key_is_a_bearer_token() -> None:
    assert header(TransportOptions(api_key="pnu_1"), "Authorization") == "Bearer pnu_1"


def test_an_auth_string_is_basic_and_wins() -> None:
    expected = "Basic " + base64.b64encode(b"admin:pass").decode()
    assert header(TransportOptions(api_key="pnu_1", auth_string="admin:pass"), "Authorization") == expected


def test_custom_headers_are_added_but_cannot_change_the_version() -> None:
    options = TransportOptions(custom_headers={"X-Team": "data", "X-PREFECT-API-VERSION": "9"})
    assert header(options, "X-Team") == "data"
    assert header(options, "X-PREFECT-API-VERSION") == "0.8.4"


def test_what_the_caller_gives_wins() -> None:
    assert header(TransportOptions(api_key="a"), "Authorization", {"headers": {"Authorization": "mine"}}) == "mine"
    assert httpx_arguments(TransportOptions(), "http://a/api", {"timeout": 3})["timeout"] == 3


def test_the_timeout_is_the_options() -> None:
    timeout = httpx_arguments(TransportOptions(request_timeout=12), "http://a/api", None)["timeout"]
    assert timeout == httpx.Timeout(12)


def test_who_answers() -> None:
    cloud = TransportOptions().cloud_api_url
    assert server_type_of("http://127.0.0.1:4200/api", cloud) is ServerType.SERVER
    assert server_type_of(f"{cloud}/accounts/a/workspaces/w", cloud) is ServerType.CLOUD
    assert server_type_of(answering(OK), cloud) is ServerType.EPHEMERAL


@pytest.mark.parametrize(("url", "kind"), [(None, ServerType.EPHEMERAL), ("http://a/api", ServerType.SERVER)])
def test_who_answers_by_the_settings(url: str | None, kind: ServerType) -> None:
    with temporary_settings({"PREFECT_API_URL": url}):
        assert determine_server_type() is kind


# --- errors


def test_an_error_says_what_the_server_said() -> None:
    with served(answering(Answer(404, {"detail": "Flow not found"}))) as api:
        with sync.http_client(api, TransportOptions(), {}) as client, pytest.raises(PrefectHTTPStatusError) as caught:
            client.get("/flows/x")
    assert isinstance(caught.value, httpx.HTTPStatusError)
    assert caught.value.response.status_code == 404
    assert str(caught.value) == (
        f"Client error '404 Not Found' for url '{api}/flows/x'\nResponse: {{'detail': 'Flow not found'}}"
    )


async def test_an_error_of_a_stream_says_what_the_server_said() -> None:
    with served(answering(Answer(500, {"detail": "Oh"}))) as api:
        async with aio.http_client(api, TransportOptions(), {}) as client:
            with pytest.raises(PrefectHTTPStatusError, match="Oh"):
                async with client.stream("GET", "/flows/x"):
                    raise AssertionError("there is no stream")


def test_an_error_survives_pickling() -> None:
    request = httpx.Request("GET", "http://a/b")
    error = status_error()("no", request=request, response=httpx.Response(404, request=request, json={"a": 1}))
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.response.status_code) == (PrefectHTTPStatusError, 404)


async def test_errors_can_be_returned_instead() -> None:
    with served(answering(Answer(404))) as api:
        with PrefectHttpxSyncClient(raise_on_all_errors=False) as client:
            assert client.get(f"{api}/x").status_code == 404
        async with PrefectHttpxAsyncClient(raise_on_all_errors=False) as asynchronous:
            assert (await asynchronous.get(f"{api}/x")).status_code == 404


# --- over real sockets


async def test_both_colours_try_again() -> None:
    later = Answer(503, headers={"Retry-After": "0"})
    app = answering(later, later, OK)
    with served(app) as api, sync.http_client(api, TransportOptions(), {}) as client:
        assert client.get("/x").json() == {"ok": True}
    assert len(app.asked) == 3
    app = answering(later, later, OK)
    with served(app) as api:
        async with aio.http_client(api, TransportOptions(), {}) as asynchronous:
            assert (await asynchronous.get("/x")).json() == {"ok": True}
    assert len(app.asked) == 3


def test_a_streamed_answer_that_is_tried_again_is_let_go_of() -> None:
    app = answering(Answer(503, "later", {"Retry-After": "0"}), OK)
    limits = httpx.Limits(max_connections=1)
    with served(app) as api, sync.http_client(api, TransportOptions(), {"limits": limits, "timeout": 2}) as client:
        with client.stream("GET", "/x") as answer:
            assert answer.read() == b'{"ok": true}'


@contextmanager
def hanging_up(times: int) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads a request and hangs up `times` times, and then answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        for turn in range(times + 1):
            connection, _ = listener.accept()
            with connection:
                heard.append(connection.recv(65536))
                if turn == times:
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api", heard
    finally:
        listener.close()


async def test_a_connection_that_breaks_is_made_anew() -> None:
    with hanging_up(1) as (api, heard):
        async with aio.http_client(api, TransportOptions(), {}) as client:
            assert (await client.get("/x")).json() == {}
    assert len(heard) == 2


def test_a_post_whose_fate_is_unknown_is_not_repeated() -> None:
    options = TransportOptions(csrf_support=False)
    with hanging_up(1) as (api, heard):
        with sync.http_client(api, options, {}) as client, pytest.raises(httpx.RemoteProtocolError):
            client.post("/x", json={})
    assert len(heard) == 1


def test_redirects_are_followed() -> None:
    def answer(asked: Any) -> Answer:
        return OK if asked.path == "/new" else Answer(307, headers={"Location": "/api/new"})

    with served(App(answer)) as api, sync.http_client(api, TransportOptions(), {}) as client:
        assert client.get("/old").json() == {"ok": True}


def test_proxies_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    app = answering(OK)
    with served(app) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.removesuffix("/api"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with sync.http_client("http://api.example/api", TransportOptions(), {}) as client:
            assert client.get("/flows/").json() == {"ok": True}
    assert app.asked[0].headers["host"] == "api.example"


# --- encryption


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return folder / "cert.pem", folder / "key.pem"


def over_tls(certificate: tuple[Path, Path], options: TransportOptions) -> int:
    cert, key = map(str, certificate)
    with served(answering(OK), ssl_certfile=cert, ssl_keyfile=key) as api:
        with sync.http_client(api, options, {}) as client:
            return client.get("/x").status_code


def test_a_stranger_is_not_trusted_and_not_asked_again(certificate: tuple[Path, Path]) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        over_tls(certificate, TransportOptions())


def test_a_certificate_can_be_named(certificate: tuple[Path, Path]) -> None:
    assert over_tls(certificate, TransportOptions(tls_cert_file=str(certificate[0]))) == 200


def test_trust_can_be_blind(certificate: tuple[Path, Path]) -> None:
    assert over_tls(certificate, TransportOptions(tls_verify=False)) == 200
