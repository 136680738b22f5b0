"""What the routes of accounts, API keys, sessions and the audit log read and answer. Not part of Prefect's API."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints

from prefect.wire.base import Body, GivenMoment, Moment, NonNegativeInteger, PageLimit, Request, Shape, Text

AccountRole = Literal["viewer", "runner", "editor", "admin"]
_NAME = r"^[^\s:/%&<>\"'\x00-\x1f][^:/%&<>\"'\x00-\x1f]*$"
AccountName = Annotated[Text, StringConstraints(min_length=1, max_length=100, pattern=_NAME)]
"""A name without what headers and paths give a meaning, such as the colon before a password."""

KeyName = Annotated[Text, StringConstraints(min_length=1, max_length=200)]
Password = Annotated[SecretStr, Field(min_length=8, max_length=1024)]
ShownPassword = Annotated[SecretStr, Field(max_length=1024)]


class AccountCreate(Request):
    """A person who may sign in."""

    name: AccountName
    password: Password
    role: AccountRole = "viewer"


class AccountUpdate(Request):
    """What to change of a person's account; what is left out stays."""

    password: Password | None = None
    role: AccountRole | None = None
    active: bool | None = None


class Account(Shape):
    """A person who may sign in."""

    id: UUID
    name: Text
    role: AccountRole
    active: bool
    created: Moment
    updated: Moment


class PasswordChange(Request):
    """A new password for whoever asks."""

    current: ShownPassword
    new: Password


class KeyScopes(Request):
    """What a key is confined to."""

    flow_run: UUID | None = None
    """The one flow run, with its subflow runs, that it may report."""

    blocks: list[Text] | None = Field(default=None, max_length=1000)
    """Block documents whose secrets it may read all the same, as `type-slug/name`."""


class KeyCreate(Request):
    """A key for a program."""

    name: KeyName
    role: AccountRole = "runner"
    expires: GivenMoment = None
    account_id: UUID | None = None
    """Whose key it is: it ends with their account and can do no more than they."""

    scopes: KeyScopes = Field(default_factory=KeyScopes)


class Key(Shape):
    """A key, as it may be seen again."""

    id: UUID
    name: Text
    prefix: Text
    role: AccountRole
    scopes: KeyScopes
    account_id: UUID | None
    owner: Text | None
    expires: Moment | None
    revoked: Moment | None
    last_used: Moment | None
    created: Moment


class NewKey(Key):
    """A key when it is made, the only time it is shown."""

    key: Text


class SignIn(Request):
    """Who signs in with a browser."""

    name: Annotated[Text, StringConstraints(max_length=200)]
    password: ShownPassword


class Caller(Shape):
    """Who asks, and what they may do."""

    name: Text
    kind: Text
    role: AccountRole
    account_id: UUID | None
    csrf_required: bool


class RoleLine(Shape):
    """Who may call an operation."""

    method: Text
    path: Text
    role: Text


class AuditFilter(Request):
    """Which entries of the audit log: by any of the values given, a part of the path, and a time."""

    actor: list[Text] | None = Field(default=None, max_length=1000)
    method: list[Text] | None = Field(default=None, max_length=20)
    status: list[NonNegativeInteger] | None = Field(default=None, max_length=1000)
    address: list[Text] | None = Field(default=None, max_length=1000)
    path_like: Annotated[Text, StringConstraints(max_length=300)] | None = None
    after: GivenMoment = None
    before: GivenMoment = None


class AuditFilterBody(Body):
    """Which entries of the audit log, from which on."""

    audit: AuditFilter = Field(default_factory=AuditFilter)
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class AuditEntry(Shape):
    """Who did what, when, from where, and how it was answered."""

    id: UUID
    moment: Moment
    actor: Text
    role: Text | None
    address: Text | None
    method: Text
    path: Text
    status: int
    details: dict[str, object] | None


class AuditPage(Shape):
    """Entries of the audit log, newest first, and how many match."""

    results: list[AuditEntry]
    count: int
