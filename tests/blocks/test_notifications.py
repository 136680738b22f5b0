"""Webhooks and notifications, sent to a server on this machine."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar, NamedTuple

import pytest
from pydantic import SecretStr

from prefect.blocks.abstract import NotificationBlock, NotificationError
from prefect.blocks.fields import SecretDict
from prefect.blocks.notifications import (
    AppriseNotificationBlock,
    CustomWebhookNotificationBlock,
    DiscordWebhook,
    MattermostWebhook,
    MicrosoftTeamsWebhook,
    OpsgenieWebhook,
    PagerDutyWebHook,
    SendgridEmail,
    SlackWebhook,
    TwilioSMS,
)
from prefect.blocks.posting import check_public
from prefect.blocks.webhook import Webhook
from prefect.exceptions import ConfigurationError


class Received(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Service:
    """Takes every request, and answers `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.received: list[Received] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                service.received.append(Received(self.command, self.path, headers, body))
                self.send_response(service.status)
                self.end_headers()
                self.wfile.write(b"said so")

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook"

    @property
    def last(self) -> Received:
        return self.received[-1]


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    thread = threading.Thread(target=service.server.serve_forever, args=(0.01,))
    thread.start()
    yield service
    service.server.shutdown()
    thread.join()
    service.server.server_close()


# --- webhooks


def test_a_webhook_is_called(service: Service) -> None:
    hook = Webhook(url=service.url, headers={"X-Token": "hush"})  # type: ignore[arg-type]
    answer = hook.call({"a": 1})
    assert (answer.status_code, answer.text) == (200, "said so")
    assert (service.last.method, service.last.path, service.last.json) == ("POST", "/hook", {"a": 1})
    assert service.last.headers["x-token"] == "hush"
    hook.save("hook")
    service.status = 500
    assert Webhook.load("hook").call("text").status_code == 500
    assert service.last.body == "text"
    Webhook(url=service.url, method="GET").call()  # type: ignore[arg-type]
    assert (service.last.method, service.last.body) == ("GET", "")
    assert "hush" not in repr(hook)


async def test_a_webhook_is_called_in_asynchronous_code(service: Service) -> None:
    hook = Webhook(url=SecretStr(service.url))
    answer: Any = hook.call({"a": 1})
    assert (await answer).status_code == 200
    assert (await hook.acall({"a": 2})).status_code == 200
    assert [one.json["a"] for one in service.received] == [1, 2]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "0.0.0.0"])
def test_private_addresses_can_be_forbidden(host: str) -> None:
    hook = Webhook(url=SecretStr(f"http://{host}:9/"), allow_private_urls=False)
    with pytest.raises(ValueError, match="is at a private address"):
        hook.call()


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "http://", "nothing"])
def test_only_urls_of_http_are_public(url: str) -> None:
    with pytest.raises(ValueError, match="give a URL of http or https"):
        check_public(url)


# --- notifications


def sent(service: Service, block: NotificationBlock) -> Any:
    block.notify("body", subject="subject")
    return service.last.json


def test_each_service_gets_what_it_understands(service: Service) -> None:
    slack = SlackWebhook(url=SecretStr(service.url))
    assert sent(service, slack) == {"text": "*subject*\nbody"}
    teams = MicrosoftTeamsWebhook(url=SecretStr(service.url))
    card = sent(service, teams)["attachments"][0]["content"]
    assert [block["text"] for block in card["body"]] == ["subject", "body"]

    class LocalDiscord(DiscordWebhook):
        _block_type_slug = "local-discord"
        _address: ClassVar[str] = service.url

    discord = LocalDiscord(webhook_id=SecretStr("1"), webhook_token=SecretStr("2"), botname="bot")
    assert sent(service, discord) == {"content": "**subject**\nbody", "tts": False, "username": "bot"}
    assert service.last.path == "/hook/1/2"
    chat = MattermostWebhook(hostname="127.0.0.1", port=service.port, token=SecretStr("t"), channels=["a", "b"])
    assert sent(service, chat) == {"text": "**subject**\nbody", "channel": "b"}
    assert [one.path for one in service.received[-2:]] == ["/hooks/t"] * 2

    class LocalPager(PagerDutyWebHook):
        _block_type_slug = "local-pager"
        _addresses: ClassVar[dict[str, str]] = {"us": service.url}

    pager = LocalPager(integration_key=SecretStr("k"), api_key=SecretStr("a"), notify_type="failure")
    event = sent(service, pager)
    assert (event["routing_key"], event["payload"]["severity"]) == ("k", "critical")
    assert event["payload"]["summary"] == "subject"


def test_services_that_want_credentials_get_them(service: Service) -> None:
    class LocalSMS(TwilioSMS):
        _block_type_slug = "local-sms"
        _address: ClassVar[str] = service.url

    class LocalMail(SendgridEmail):
        _block_type_slug = "local-mail"
        _address: ClassVar[str] = service.url

    class LocalAlerts(OpsgenieWebhook):
        _block_type_slug = "local-alerts"
        _addresses: ClassVar[dict[str, str]] = {"us": service.url}

    sms = LocalSMS(account_sid="sid", auth_token=SecretStr("t"), from_phone_number="+1", to_phone_numbers=["+2", "+3"])
    sms.notify("body", subject="subject")
    assert [one.path for one in service.received] == ["/hook/sid/Messages.json"] * 2
    assert service.last.body == "From=%2B1&To=%2B3&Body=subject%0Abody"
    assert service.last.headers["authorization"] == "Basic c2lkOnQ="
    mail = LocalMail(api_key=SecretStr("key"), sender_email="me@example.com", to_emails=["you@example.com"])
    assert sent(service, mail)["personalizations"] == [{"to": [{"email": "you@example.com"}]}]
    assert service.last.headers["authorization"] == "Bearer key"
    alert = sent(service, LocalAlerts(apikey=SecretStr("key"), target_team=["ops"], target_user=["me"]))
    assert alert["responders"] == [{"type": "team", "name": "ops"}, {"type": "user", "username": "me"}]
    assert (alert["message"], alert["description"], alert["priority"]) == ("subject", "body", "P3")
    assert service.last.headers["authorization"] == "GenieKey key"


def test_a_custom_webhook_fills_in_values(service: Service) -> None:
    block = CustomWebhookNotificationBlock(
        name="mine",
        url=service.url + "/{{name}}",
        json_data={"text": "{{subject}}: {{ body }}", "nested": ["{{token}}"]},
        headers={"Authorization": "Bearer {{token}}"},
        secrets=SecretDict({"token": "hush"}),
    )
    assert sent(service, block) == {"text": "subject: body", "nested": ["hush"]}
    assert (service.last.path, service.last.headers["authorization"]) == ("/hook/mine", "Bearer hush")
    with pytest.raises(ValueError, match="Only one of"):
        CustomWebhookNotificationBlock(name="x", url=service.url, json_data={}, form_data={})


def test_a_failure_is_logged_or_raised(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    block, service.status = SlackWebhook(url=SecretStr(service.url + "/planted")), 403
    with caplog.at_level(logging.ERROR):
        block.notify("body")
    assert "The service answered 403: said so" in caplog.text
    with block.raise_on_failure(), pytest.raises(NotificationError) as raised:
        block.notify("body")
    nowhere = SlackWebhook(url=SecretStr("http://127.0.0.1:9/planted"))
    with nowhere.raise_on_failure(), pytest.raises(NotificationError, match="the service was not reached"):
        nowhere.notify("body")
    assert "planted" not in caplog.text + str(raised.value)


async def test_in_asynchronous_code(service: Service) -> None:
    block = SlackWebhook(url=SecretStr(service.url))
    await block.notify("one")
    await block.anotify("two")
    assert [one.json["text"] for one in service.received] == ["one", "two"]


def test_other_services_need_apprise() -> None:
    class Any_(AppriseNotificationBlock):
        _block_type_slug = "any-apprise"

    with pytest.raises(ConfigurationError, match="pip install apprise"):
        Any_(url=SecretStr("mailto://x")).notify("body")
