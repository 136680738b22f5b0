"""Accounts of people. Their names are fixed; passwords go in and never come out."""

from __future__ import annotations

from uuid import UUID

from prefect.server.access import deciding, passwords
from prefect.server.http import answers
from prefect.server.http.answers import NO_CONTENT, Answer, Deciding
from prefect.server.http.calls import AnyCall, Call
from prefect.server.http.errors import Refusal, not_found
from prefect.server.http.paging import limit_of
from prefect.server.http.routing import Query, Role, Route
from prefect.server.views.access import account_json, account_row_json
from prefect.storage.aggregates import access as listed
from prefect.storage.keyed.access import credentials as stored
from prefect.storage.keyed.access.credentials import Account as Kept
from prefect.wire.requests.access import Account, AccountCreate, AccountUpdate, PasswordChange

PREFIX = "/headrace/access"
MISSING = not_found("Account")
PAGE = (Query("limit", int, at_least=0), Query("offset", int, default=0, at_least=0, at_most=2**63 - 1))


def create(call: Call[AccountCreate]) -> Deciding[None]:
    """Make an account."""
    given, clock, access = call.body, call.world.clock, call.world.access
    now = clock.now()
    kept = passwords.hashed(given.password.get_secret_value())
    account = Kept(clock.new_id(), given.name, kept, given.role, True, now, now)

    def answer(_done: None) -> Answer:
        access.gate.forget()
        return answers.json(account_json(account), 201)

    call.head.notes["account"] = given.name
    return Deciding(lambda tx: deciding.add_account(tx, account, access.administered), answer)


def page(call: Call[None]) -> Answer:
    """Accounts by name."""
    rows = listed.accounts(call.world.reading, limit_of(call, call.query("limit")), call.query("offset"))
    return answers.json([account_row_json(row) for row in rows])


def read(call: Call[None]) -> Answer:
    """An account by id."""
    row = listed.account(call.world.reading, call.id())
    if row is None:
        raise MISSING
    return answers.json(account_row_json(row))


def update(call: Call[AccountUpdate]) -> Deciding[Kept]:
    """Change an account; whoever uses it signs in anew."""
    given, access = call.body, call.world.access
    secret = given.password
    kept = None if secret is None else passwords.hashed(secret.get_secret_value())
    return _changed(call, call.id(), kept, given.role, given.active, access.administered)


def change_password(call: Call[PasswordChange]) -> Deciding[Kept]:
    """Change the password of whoever asks."""
    principal, access = call.head.principal, call.world.access
    if principal is None or principal.kind != "user" or principal.account is None:
        raise Refusal(409, "Only a person with an account has a password to change.")
    account_id = principal.account
    account = call.world.store.read(lambda tx: stored.account_by_id(tx, account_id))
    if account is None or not passwords.matches(call.body.current.get_secret_value(), account.password):
        raise Refusal(403, "The current password is not that.")
    kept = passwords.hashed(call.body.new.get_secret_value())
    return _changed(call, account_id, kept, None, None, access.administered)


def _changed(
    call: AnyCall,
    account_id: UUID,
    password: str | None,
    role: str | None,
    active: bool | None,
    administered: bool,
) -> Deciding[Kept]:
    now = call.world.clock.now()

    def answer(account: Kept) -> Answer:
        call.world.access.gate.forget()
        return answers.json(account_json(account))

    return Deciding(
        lambda tx: deciding.change_account(tx, account_id, password, role, active, now, administered), answer
    )


def delete(call: Call[None]) -> Deciding[bool]:
    """Delete an account with its keys and sessions."""
    account_id, now, access = call.id(), call.world.clock.now(), call.world.access

    def answer(found: bool) -> Answer:
        if not found:
            raise MISSING
        access.gate.forget()
        return NO_CONTENT

    return Deciding(lambda tx: deciding.delete_account(tx, account_id, now, access.administered), answer)


ROUTES = (
    Route("POST", f"{PREFIX}/accounts", create, Role.ADMIN, AccountCreate, returns=Account, status=201),
    Route("GET", f"{PREFIX}/accounts", page, Role.ADMIN, returns=list[Account], query=PAGE),
    Route("GET", f"{PREFIX}/accounts/{{id}}", read, Role.ADMIN, returns=Account),
    Route("PATCH", f"{PREFIX}/accounts/{{id}}", update, Role.ADMIN, AccountUpdate, returns=Account),
    Route("DELETE", f"{PREFIX}/accounts/{{id}}", delete, Role.ADMIN, status=204, inline=True),
    Route("PUT", f"{PREFIX}/password", change_password, Role.VIEWER, PasswordChange, returns=Account),
)
