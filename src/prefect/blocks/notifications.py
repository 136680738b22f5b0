"""Blocks that tell people something: chat webhooks, incident services, and any service that Apprise knows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, SecretStr

from prefect.blocks.abstract import NotificationBlock, NotificationError
from prefect.blocks.fields import SecretDict
from prefect.blocks.posting import check_public, post
from prefect.engine.dispatch import dispatched
from prefect.exceptions import ConfigurationError
from prefect.utilities.twins import twin

if TYPE_CHECKING:
    import httpx

NotifyType = Literal["info", "success", "warning", "failure"]
PREFECT_NOTIFY_TYPE_DEFAULT: NotifyType = "info"


def _notify(self: SendingBlock, body: str, subject: str | None = None) -> None:
    """Send a message. Raises NotificationError if that fails, within `raise_on_failure`; otherwise it is logged."""
    try:
        self._send(body, subject)
    except NotificationError as error:
        if self._raise_on_failure:
            raise
        self.logger.error("A notification was not delivered: %s", error.log)


_either = dispatched(_notify)


class SendingBlock(NotificationBlock, ABC):
    """A notification block that sends its messages itself, in blocking code or in a thread."""

    @abstractmethod
    def _send(self, body: str, subject: str | None) -> None:
        """Send a message. Raises NotificationError."""

    def notify(self, body: str, subject: str | None = None) -> Any:
        """Send a message; gives an awaitable in asynchronous code.

        Raises NotificationError if that fails, within `raise_on_failure`; otherwise it is logged.
        """
        return _either(self, body, subject)

    anotify = twin(_notify)


def delivered(url: str, method: str = "POST", *, private: bool = True, **options: Any) -> httpx.Response:
    """The answer to a request. Raises NotificationError if it fails; its message shows neither URL nor headers."""
    import httpx

    try:
        answer = post(url, method, private=private, **options)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotificationError(f"{type(error).__name__}: the service was not reached.") from None
    except ValueError as error:
        raise NotificationError(str(error)) from None
    if answer.is_error:
        raise NotificationError(f"The service answered {answer.status_code}: {answer.text[:500]}")
    return answer


class AbstractAppriseNotificationBlock(SendingBlock, ABC):
    """A notification block whose messages have a type.

    Attributes:
        notify_type: shown with the message by services that tell them apart.
    """

    notify_type: NotifyType = Field(PREFECT_NOTIFY_TYPE_DEFAULT, description="What kind of message it is.")


class AppriseNotificationBlock(AbstractAppriseNotificationBlock, ABC):
    """A notification to any service that the package `apprise` knows, by its URL.

    Attributes:
        url: of the service, as Apprise has it.
        allow_private_urls: whether the URL may lead to a private address.
    """

    url: SecretStr = Field(default=..., title="Webhook URL", description="The URL of the service.")
    allow_private_urls: bool = Field(True, description="Whether the URL may lead to a private address.")

    def _send(self, body: str, subject: str | None) -> None:
        try:
            apprise = import_module("apprise")
        except ImportError:
            raise ConfigurationError(
                f"{type(self).__name__} needs the package 'apprise': pip install apprise."
            ) from None
        url = self.url.get_secret_value()
        if not self.allow_private_urls and url.startswith(("http://", "https://")):
            check_public(url)
        service = apprise.Apprise()
        service.add(url)
        if not service.notify(body=body, title=subject or "", notify_type=self.notify_type):
            raise NotificationError("Apprise could not deliver the message.")


def _titled(body: str, subject: str | None, bold: str = "*") -> str:
    return f"{bold}{subject}{bold}\n{body}" if subject else body


class SlackWebhook(AppriseNotificationBlock):
    """Posts to a channel by one of Slack's incoming webhooks.

    Example:
        ```python
        from prefect.blocks.notifications import SlackWebhook

        SlackWebhook.load("my-channel").notify("Done.")
        ```
    """

    _block_type_name = "Slack Webhook"

    def _send(self, body: str, subject: str | None) -> None:
        delivered(self.url.get_secret_value(), private=self.allow_private_urls, json={"text": _titled(body, subject)})


class MicrosoftTeamsWebhook(AppriseNotificationBlock):
    """Posts to a channel of Microsoft Teams by a workflow's webhook.

    Attributes:
        include_image: kept for blocks that were saved elsewhere.
        wrap: whether long lines are wrapped.
    """

    _block_type_name = "Microsoft Teams Webhook"
    _block_type_slug = "ms-teams-webhook"

    include_image: bool = Field(True, description="Whether an image goes with the message.")
    wrap: bool = Field(True, description="Whether long lines are wrapped.")

    def _send(self, body: str, subject: str | None) -> None:
        title = [{"type": "TextBlock", "text": subject, "weight": "Bolder", "wrap": self.wrap}] if subject else []
        card = {
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [*title, {"type": "TextBlock", "text": body, "wrap": self.wrap}],
        }
        attached = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        message = {"type": "message", "attachments": [attached]}
        delivered(self.url.get_secret_value(), private=self.allow_private_urls, json=message)


class DiscordWebhook(AbstractAppriseNotificationBlock):
    """Posts to a channel of Discord.

    Attributes:
        webhook_id, webhook_token: the two last parts of the webhook's URL.
        botname, avatar_url: how the sender is shown.
        tts: whether the message is read aloud.
    """

    _block_type_name = "Discord Webhook"
    _address: ClassVar[str] = "https://discord.com/api/webhooks"

    webhook_id: SecretStr = Field(default=..., description="The first part of the webhook.")
    webhook_token: SecretStr = Field(default=..., description="The second part of the webhook.")
    botname: str | None = Field(None, title="Bot name", description="The name of the sender.")
    tts: bool = Field(False, description="Whether the message is read aloud.")
    include_image: bool = Field(False, description="Whether an image goes with the message.")
    avatar: bool = Field(False, description="Whether the sender has the usual picture.")
    avatar_url: str | None = Field(None, title="Avatar URL", description="The sender's picture.")

    def _send(self, body: str, subject: str | None) -> None:
        message: dict[str, Any] = {"content": _titled(body, subject, "**"), "tts": self.tts}
        shown = {"username": self.botname, "avatar_url": self.avatar_url}
        message |= {name: value for name, value in shown.items() if value}
        delivered(f"{self._address}/{self.webhook_id.get_secret_value()}/{self.webhook_token.get_secret_value()}",
                  json=message)  # fmt: skip


class MattermostWebhook(AbstractAppriseNotificationBlock):
    """Posts to channels of a Mattermost server.

    Attributes:
        hostname, port, path, secure: where the server is.
        token: the last part of the webhook's URL.
        channels: where to post; the webhook's own channel unless given.
        botname: how the sender is shown.
    """

    _block_type_name = "Mattermost Webhook"

    hostname: str = Field(default=..., description="The host of the server.")
    secure: bool = Field(False, description="Whether to connect by https.")
    token: SecretStr = Field(default=..., description="The last part of the webhook.")
    botname: str | None = Field(None, title="Bot name", description="The name of the sender.")
    channels: list[str] | None = Field(None, description="Where to post.")
    include_image: bool = Field(False, description="Whether an image goes with the message.")
    path: str | None = Field(None, description="What comes before the webhook in its URL.")
    port: int = Field(8065, description="The port of the server.")

    def _send(self, body: str, subject: str | None) -> None:
        scheme, path = "https" if self.secure else "http", (self.path or "").strip("/")
        url = (
            f"{scheme}://{self.hostname}:{self.port}/{path + '/' if path else ''}hooks/{self.token.get_secret_value()}"
        )
        message: dict[str, Any] = {"text": _titled(body, subject, "**")}
        if self.botname:
            message["username"] = self.botname
        channels: list[str | None] = [*self.channels] if self.channels else [None]
        for channel in channels:
            delivered(url, json=message if channel is None else {**message, "channel": channel})


class PagerDutyWebHook(AbstractAppriseNotificationBlock):
    """Opens an incident at PagerDuty.

    Attributes:
        integration_key: of the service, as its Events API v2 has it.
        api_key: kept for blocks that were saved elsewhere.
        source, component, group, class_id: what the incident is about.
        region_name: `us` or `eu`.
        clickable_url: where to read more.
        custom_details: anything else, by name.
    """

    _block_type_name = "Pager Duty Webhook"
    _addresses: ClassVar[dict[str, str]] = {
        "us": "https://events.pagerduty.com/v2/enqueue",
        "eu": "https://events.eu.pagerduty.com/v2/enqueue",
    }
    _severities: ClassVar[dict[str, str]] = {
        "info": "info",
        "success": "info",
        "warning": "warning",
        "failure": "critical",
    }

    integration_key: SecretStr = Field(default=..., description="The integration key of the service.")
    api_key: SecretStr = Field(default=..., title="API Key", description="An API key of the account.")
    source: str | None = Field("Prefect", description="What the incident comes from.")
    component: str = Field("Notification", description="Which part of that.")
    group: str | None = Field(None, description="What it is grouped by.")
    class_id: str | None = Field(None, title="Class ID", description="What kind of incident it is.")
    region_name: Literal["us", "eu"] = Field("us", description="Where the account is.")
    clickable_url: str | None = Field(None, title="Clickable URL", description="Where to read more.")
    include_image: bool = Field(True, description="Whether an image goes with the incident.")
    custom_details: dict[str, str] | None = Field(None, description="Anything else, by name.")

    def _send(self, body: str, subject: str | None) -> None:
        payload = {
            "summary": (subject or body)[:1024],
            "severity": self._severities[self.notify_type],
            "source": self.source or "Prefect",
            "component": self.component,
            "group": self.group,
            "class": self.class_id,
            "custom_details": {**(self.custom_details or {}), "body": body},
        }
        event: dict[str, Any] = {
            "routing_key": self.integration_key.get_secret_value(),
            "event_action": "trigger",
            "payload": {name: value for name, value in payload.items() if value is not None},
        }
        if self.clickable_url:
            event["links"] = [{"href": self.clickable_url, "text": subject or "more"}]
        delivered(self._addresses[self.region_name], json=event)


class TwilioSMS(AbstractAppriseNotificationBlock):
    """Sends text messages by Twilio.

    Attributes:
        account_sid, auth_token: of the account.
        from_phone_number, to_phone_numbers: with country codes, such as +15551234567.
    """

    _block_type_name = "Twilio SMS"
    _address: ClassVar[str] = "https://api.twilio.com/2010-04-01/Accounts"

    account_sid: str = Field(default=..., description="The account's SID.")
    auth_token: SecretStr = Field(default=..., description="The account's token.")
    from_phone_number: str = Field(default=..., description="The number that messages come from.")
    to_phone_numbers: list[str] = Field(default=..., description="The numbers that messages go to.")

    def _send(self, body: str, subject: str | None) -> None:
        url, known = f"{self._address}/{self.account_sid}/Messages.json", self.auth_token.get_secret_value()
        for number in self.to_phone_numbers:
            message = {"From": self.from_phone_number, "To": number, "Body": _titled(body, subject, "")}
            delivered(url, data=message, auth=(self.account_sid, known))


class SendgridEmail(AbstractAppriseNotificationBlock):
    """Sends e-mail by Sendgrid.

    Attributes:
        api_key: of the account.
        sender_email, to_emails: addresses.
    """

    _block_type_name = "Sendgrid Email"
    _address: ClassVar[str] = "https://api.sendgrid.com/v3/mail/send"

    api_key: SecretStr = Field(default=..., title="API Key", description="An API key of the account.")
    sender_email: str = Field(default=..., title="Sender email id", description="Where messages come from.")
    to_emails: list[str] = Field(default=..., title="Recipient emails", description="Where messages go to.")

    def _send(self, body: str, subject: str | None) -> None:
        message = {
            "personalizations": [{"to": [{"email": address}]} for address in self.to_emails],
            "from": {"email": self.sender_email},
            "subject": subject or body.partition("\n")[0][:100],
            "content": [{"type": "text/plain", "value": body}],
        }
        delivered(self._address, json=message, headers={"Authorization": f"Bearer {self.api_key.get_secret_value()}"})


class OpsgenieWebhook(AbstractAppriseNotificationBlock):
    """Opens an alert at Opsgenie.

    Attributes:
        apikey: of an API integration.
        target_user, target_team, target_schedule, target_escalation: who is told, by name.
        region_name: `us` or `eu`.
        batch: kept for blocks that were saved elsewhere.
        tags, priority, alias, entity, details: of the alert; the priority is 1 to 5, 1 the highest.
    """

    _block_type_name = "Opsgenie Webhook"
    _addresses: ClassVar[dict[str, str]] = {
        "us": "https://api.opsgenie.com/v2/alerts",
        "eu": "https://api.eu.opsgenie.com/v2/alerts",
    }

    apikey: SecretStr = Field(default=..., title="API Key", description="The key of an API integration.")
    target_user: list[str] | None = Field(None, description="Users who are told.")
    target_team: list[str] | None = Field(None, description="Teams that are told.")
    target_schedule: list[str] | None = Field(None, description="Whoever is on call by these schedules is told.")
    target_escalation: list[str] | None = Field(None, description="Escalations that begin.")
    region_name: Literal["us", "eu"] = Field("us", description="Where the account is.")
    batch: bool = Field(False, description="Whether everybody is told in one request.")
    tags: list[str] | None = Field(None, description="Tags of the alert.")
    priority: int | None = Field(3, description="From 1, the highest, to 5.")
    alias: str | None = Field(None, description="What tells alerts of one cause together.")
    entity: str | None = Field(None, description="What the alert is about.")
    details: dict[str, str] | None = Field(None, description="Anything else, by name.")

    def _responders(self) -> list[dict[str, str]]:
        named = {
            "team": ("name", self.target_team),
            "user": ("username", self.target_user),
            "schedule": ("name", self.target_schedule),
            "escalation": ("name", self.target_escalation),
        }
        return [{"type": kind, key: name} for kind, (key, names) in named.items() for name in names or ()]

    def _send(self, body: str, subject: str | None) -> None:
        alert = {
            "message": (subject or body)[:130],
            "description": body,
            "responders": self._responders() or None,
            "tags": self.tags,
            "priority": None if self.priority is None else f"P{self.priority}",
            "alias": self.alias,
            "entity": self.entity,
            "details": self.details,
        }
        headers = {"Authorization": f"GenieKey {self.apikey.get_secret_value()}"}
        given = {name: value for name, value in alert.items() if value is not None}
        delivered(self._addresses[self.region_name], json=given, headers=headers)


class CustomWebhookNotificationBlock(SendingBlock):
    """Calls any URL, with the message and secrets in place of `{{subject}}`, `{{body}}`, `{{name}}` and each secret's name.

    Attributes:
        name: of the webhook.
        url, method, params, headers, cookies, timeout: of the request.
        json_data, form_data: what is sent, one of them.
        secrets: values by name.
        allow_private_urls: whether the URL may lead to a private address.
    """

    _block_type_name = "Custom Webhook"

    name: str = Field(default=..., description="What the webhook is called.")
    url: str = Field(default=..., title="Webhook URL", description="The URL that is called.")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field("POST", description="The method of the request.")
    params: dict[str, str] | None = Field(None, title="Query Params", description="The query of the URL.")
    json_data: dict[str, Any] | None = Field(None, title="JSON Data", description="What is sent as JSON.")
    form_data: dict[str, str] | str | None = Field(None, title="Form Data", description="What is sent as a form.")
    headers: dict[str, str] | None = Field(None, description="Headers of the request.")
    cookies: dict[str, str] | None = Field(None, description="Cookies of the request.")
    timeout: float = Field(10, description="Seconds that it may take.")
    allow_private_urls: bool = Field(True, description="Whether the URL may lead to a private address.")
    secrets: SecretDict = Field(
        default_factory=lambda: SecretDict({}), title="Custom Secret Values", description="Values by name."
    )

    def block_initialization(self) -> None:
        if self.json_data is not None and self.form_data is not None:
            raise ValueError("Only one of `json_data` and `form_data` may be given.")

    def _request(self, body: str, subject: str | None) -> dict[str, Any]:
        """What is sent, with values in place of their names."""
        values = {**self.secrets.get_secret_value(), "subject": subject or "", "body": body, "name": self.name}
        given = {
            "url": self.url,
            "params": self.params,
            "json": self.json_data,
            "data": None if isinstance(self.form_data, str) else self.form_data,
            "content": self.form_data if isinstance(self.form_data, str) else None,
            "headers": self.headers,
            "cookies": self.cookies,
        }
        return {name: _filled(value, values) for name, value in given.items() if value is not None}

    def _send(self, body: str, subject: str | None) -> None:
        request = self._request(body, subject)
        url = request.pop("url")
        delivered(url, self.method, private=self.allow_private_urls, timeout=self.timeout, **request)


def _filled(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, str):
        for name, known in values.items():
            value = value.replace("{{" + name + "}}", str(known)).replace("{{ " + name + " }}", str(known))
        return value
    if isinstance(value, dict):
        return {_filled(name, values): _filled(item, values) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values) for item in value]
    return value
