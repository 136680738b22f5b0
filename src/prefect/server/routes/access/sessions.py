"""Browser sessions, and who asks: signing in gives a cookie that no script reads and no other site sends."""

from __future__ import annotations

from prefect.core.times import SECOND
from prefect.server.access.credentials import new_token, session_cookie
from prefect.server.http import answers
from prefect.server.http.answers import Answer, Deciding
from prefect.server.http.calls import AnyCall, Call, Principal
from prefect.server.http.errors import Refusal
from prefect.server.http.routing import Role, Route
from prefect.server.routes.access.accounts import PREFIX
from prefect.server.views.access import caller_json
from prefect.storage.keyed.access import credentials as stored
from prefect.wire.requests.access import Caller, RoleLine, SignIn

SESSION_SECONDS = 12 * 3600
LARGEST_SIGN_IN = 8192


async def check_sign_in(call: Call[SignIn]) -> None:
    """Before the handler: whose name and password they are. Raises Refusal."""
    given = call.body
    head = call.head
    head.principal = await call.world.access.sign_in(head, given.name, given.password.get_secret_value())
    call.head.notes.clear()


def sign_in(call: Call[SignIn]) -> Deciding[None]:
    """Begin a session."""
    access, principal, now = call.world.access, _caller(call), call.world.clock.now()
    token, account = new_token(), principal.account
    if account is None:
        raise Refusal(409, "Nobody has to sign in here.")
    digest = access.gate.session_digest(token, account)
    expires = now + SESSION_SECONDS * SECOND

    def answer(_done: None) -> Answer:
        cookie = session_cookie(token, SESSION_SECONDS, call.head.scheme == "https", call.head.root or "/")
        return answers.json(caller_json(principal, True), 200, {"Set-Cookie": cookie})

    return Deciding(lambda tx: stored.add_session(tx, digest, account, expires, now), answer)


def sign_out(call: Call[None]) -> Deciding[bool] | Answer:
    """End the session of whoever asks."""
    cookie = {"Set-Cookie": session_cookie("", 0, call.head.scheme == "https", call.head.root or "/")}
    digest = _caller(call).session
    if digest is None:
        return Answer(204, b"", None, cookie)

    def answer(_found: bool) -> Answer:
        call.world.access.gate.forget()
        return Answer(204, b"", None, cookie)

    return Deciding(lambda tx: stored.end_session(tx, digest), answer)


def me(call: Call[None]) -> Answer:
    """Who asks."""
    return answers.json(caller_json(_caller(call), call.world.access.csrf.is_asked_of(call.head)))


def roles(call: Call[None]) -> Answer:
    """Who may call what."""
    return answers.json([line._asdict() for line in call.world.access.table])


def _caller(call: AnyCall) -> Principal:
    principal = call.head.principal
    if principal is None:
        raise Refusal(401, "Nobody is signed in.")
    return principal


ROUTES = (
    Route("POST", f"{PREFIX}/session", sign_in, Role.PUBLIC, SignIn, returns=Caller, inline=True,
          largest_body=LARGEST_SIGN_IN, check=check_sign_in),
    Route("DELETE", f"{PREFIX}/session", sign_out, status=204, inline=True),
    Route("GET", f"{PREFIX}/me", me, returns=Caller, inline=True),
    Route("GET", f"{PREFIX}/roles", roles, returns=list[RoleLine], inline=True),
)  # fmt: skip
