"""The gate: who asks, by the credential they show, and whether one is needed at all.

No credential exists (no auth string, no account, no key): whoever asks from this very machine is its administrator, as in a
program that runs here, and nobody else comes in. As soon as one exists, one is needed everywhere but on the paths of `OPEN`.

A credential that was good stays known for some seconds, so that most requests cost a look into a dictionary. What is not
known is looked up in a thread of its own pool, never in the event loop, and counts as a try (`throttle.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from os import urandom
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from prefect.core.ports import Clock
from prefect.server.access import passwords
from prefect.server.access.credentials import Shown, digest_of, same, shown_by
from prefect.server.access.hosts import is_loopback, name_of
from prefect.server.access.throttle import Throttle, place_of
from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Head, Principal
from prefect.server.http.routing import Role
from prefect.storage.keyed.access import credentials as stored
from prefect.storage.store import Store

T = TypeVar("T")

OPEN = frozenset({
    ("GET", "/api/health"), ("HEAD", "/api/health"), ("GET", "/api/ready"), ("HEAD", "/api/ready"),
    ("POST", "/api/headrace/access/session"),
})  # fmt: skip
"""What needs no credential, spelled exactly so: the two probes, and signing in."""

KNOWN_SECONDS = 5.0
"""Seconds for which a credential is good without being looked up; so long may another replica honour a revoked one."""

MOST_KNOWN = 10_000
USE_NOTED_EVERY = 60.0
HASHES_AT_ONCE = 2
"""Passwords that are checked at the same time; each takes 32 MB."""

OWNER = Principal("local", Role.ADMIN)
"""Whoever is on the machine of a server that has no credentials."""

AUTH_STRING_ACCOUNT = UUID(int=0)
"""Stands for whoever knows the auth string, in sessions."""

UNAUTHORIZED = answers.json({"exception_message": "Unauthorized"}, 401, {"WWW-Authenticate": 'Bearer realm="Headrace"'})
"""What Prefect answers. Browsers are not asked for Basic credentials, which they would then send by themselves."""

logger = logging.getLogger("prefect.server")


class Known(NamedTuple):
    """A credential that was good."""

    principal: Principal
    until: float
    key: UUID | None


class Gate:
    """Finds out who asks.

    Args:
        store: where accounts, keys and sessions are.
        clock: for expiry, and for how long things are known.
        auth_string: `user:password` of an administrator.
        insecure: whether everybody may do everything.
        is_page: whether a path is that of a page, or a part of one, that holds no data and shows the way to sign in.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        auth_string: str | None = None,
        insecure: bool = False,
        is_page: Callable[[str], bool] | None = None,
    ) -> None:
        self.auth_string = auth_string
        self.throttle = Throttle()
        self.on_wrong: Callable[[Head, str], None] = lambda head, who: None
        """Told of every wrong credential that was looked at."""

        self._store = store
        self._clock = clock
        self._insecure = insecure
        self._is_page = is_page
        self._salt = urandom(32)
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._verified: OrderedDict[bytes, str] = OrderedDict()
        self._needed: tuple[bool, float] = (True, 0.0)
        self._used: dict[UUID, int] = {}
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="prefect-access")
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._noting: asyncio.Task[None] | None = None

    # --- the guard

    def __call__(self, head: Head) -> Answer | Coroutine[Any, Any, Answer | None] | None:
        """Set who asks, or refuse; what is not known is looked up."""
        if self._is_open(head):
            return None
        if self._insecure:
            head.principal = OWNER
            return None
        shown = shown_by(head)
        if shown is not None:
            known = self._recall(self._proof(shown))
            if known is not None:
                head.principal = known
                return None
        needed, until = self._needed
        if until < self._clock.monotonic():
            return self._ask(head, shown)
        return self._without(head, needed) if shown is None or not needed else self._ask(head, shown)

    def _is_open(self, head: Head) -> bool:
        if (head.method, head.path) in OPEN and b"%" not in head.raw_path and not head.is_socket:
            return True
        if self._is_page is None or head.method not in ("GET", "HEAD") or head.is_socket or b"%" in head.raw_path:
            return False
        return not head.path.startswith("/api") and self._is_page(head.path)

    def _without(self, head: Head, needed: bool) -> Answer | None:
        """What becomes of a request that shows no credential, or need not."""
        if not needed and _is_from_here(head):
            head.principal = OWNER
            return None
        if head.is_socket and needed:
            return None  # its first message shows it
        return UNAUTHORIZED

    async def _ask(self, head: Head, shown: Shown | None) -> Answer | None:
        needed = await self.is_needed()
        if shown is None or not needed:
            return self._without(head, needed)
        principal = await self.identify(head, shown)
        if isinstance(principal, Answer):
            return principal
        head.principal = principal
        return None

    # --- identifying

    async def identify(self, head: Head, shown: Shown) -> Principal | Answer:
        """Who shows a credential, or why that is not answered. Raises StorageError."""
        proof = self._proof(shown)
        known = self._recall(proof)
        if known is not None:
            return known
        place = place_of(head.address)
        whos: tuple[Hashable, ...] = (place,) if shown.name is None else (place, ("account", shown.name))
        moment = self._clock.monotonic()
        delay: float | None = 0.0
        if not self.throttle.was_right((place, proof)):
            delay = self.throttle.wait(whos, moment)
        if delay is None:
            return _too_many(self.throttle.seconds_left(whos, moment))
        found = await self._found(shown, proof)
        if found is None:
            self.throttle.wrong((place, proof))
            self.on_wrong(head, shown.name or shown.kind)
            await asyncio.sleep(delay)
            return UNAUTHORIZED
        self.throttle.right(whos, (place, proof))
        self._remember(proof, *found)
        return found[0]

    async def _found(self, shown: Shown, proof: bytes) -> tuple[Principal, UUID | None] | None:
        """Whose credential it is, with the key's id if it is one."""
        if shown.kind in ("basic", "bearer") and self.auth_string is not None and same(shown.text, self.auth_string):
            return Principal("auth-string", Role.ADMIN, kind="auth-string", account=AUTH_STRING_ACCOUNT), None
        key = shown.key
        if key is not None:
            return await self.in_thread(lambda: self._key(key))
        if shown.kind == "basic":
            return await self._person(shown, proof)
        if shown.kind == "cookie":
            return await self.in_thread(lambda: self._session(shown.text))
        return None

    async def _person(self, shown: Shown, proof: bytes) -> tuple[Principal, None] | None:
        """The account that a name and a password belong to; a password that was right is not hashed again."""
        name, _, password = shown.text.partition(":")
        account = await self.in_thread(lambda: self._store.read(lambda tx: stored.account_by_name(tx, name)))
        kept = None if account is None or not account.active else account.password
        if kept is None or self._verified.get(proof) != kept:
            async with self._hashing:
                right = await self.in_thread(lambda: passwords.matches(password, kept))
            if not right or kept is None:
                return None
            _keep(self._verified, proof, kept)
        assert account is not None
        return principal_of(account), None

    def _key(self, text: str) -> tuple[Principal, UUID] | None:
        key = self._store.read(lambda tx: stored.key_by_digest(tx, digest_of(text)))
        if key is None or not key.is_live(self._clock.now()):
            return None
        role = Role[key.role.upper()]
        if key.owner is not None:
            role = min(role, Role[key.owner.role.upper()])
        return Principal(f"key {key.name}", role, key.scopes, "key", key.account_id), key.id

    def _session(self, token: str) -> tuple[Principal, None] | None:
        """Whose browser it is. Sessions of the auth string end when it changes."""
        plain, bound = digest_of(token), self.session_digest(token, AUTH_STRING_ACCOUNT)

        def look(tx: Any) -> Principal | None:
            now = self._clock.now()
            if self.auth_string is not None and stored.session_account(tx, bound, now) == AUTH_STRING_ACCOUNT:
                return Principal("auth-string", Role.ADMIN, None, "auth-string", AUTH_STRING_ACCOUNT, bound)
            account_id = stored.session_account(tx, plain, now)
            account = None if account_id is None else stored.account_by_id(tx, account_id)
            return principal_of(account, plain) if account is not None and account.active else None

        found = self._store.read(look)
        return None if found is None else (found, None)

    def session_digest(self, token: str, account: UUID) -> str:
        """What a session is kept by."""
        return digest_of(f"{token}\0{self.auth_string}" if account == AUTH_STRING_ACCOUNT else token)

    # --- what is known

    async def is_needed(self) -> bool:
        """Whether a credential is needed. Raises StorageError."""
        if self._insecure:
            return False
        needed, until = self._needed
        if until < self._clock.monotonic():
            needed = self.auth_string is not None or await self.in_thread(self._any_exists)
            self._needed = (needed, self._clock.monotonic() + KNOWN_SECONDS)
        return needed

    def _any_exists(self) -> bool:
        found = self._store.read(lambda tx: stored.standing(tx, self._clock.now(), "admin"))
        return bool(found.accounts or found.keys)

    def forget(self) -> None:
        """Look everything up anew: accounts, keys or sessions have changed."""
        self._known.clear()
        self._needed = (True, 0.0)

    def _proof(self, shown: Shown) -> bytes:
        text = f"{shown.kind}\0{shown.text}".encode("utf-8", "surrogatepass")
        return blake2b(text, key=self._salt, digest_size=16).digest()

    def _recall(self, proof: bytes) -> Principal | None:
        known = self._known.get(proof)
        if known is None or known.until < self._clock.monotonic():
            return None
        if known.key is not None:
            self._used[known.key] = self._clock.now()
        return known.principal

    def _remember(self, proof: bytes, principal: Principal, key: UUID | None) -> None:
        _keep(self._known, proof, Known(principal, self._clock.monotonic() + KNOWN_SECONDS, key))
        if key is not None:
            self._used[key] = self._clock.now()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do blocking work of access in a thread that no other request can hold up."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    # --- its own life

    def start(self) -> None:
        """Before the first request, in the event loop."""
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._noting = asyncio.get_running_loop().create_task(self._note_use())

    def stop(self) -> None:
        """After the last one."""
        if self._noting is not None:
            self._noting.cancel()
        self.note_use()
        self._threads.shutdown(wait=False)

    async def _note_use(self) -> None:
        while True:
            await asyncio.sleep(USE_NOTED_EVERY)
            self.note_use()

    def note_use(self) -> None:
        """Have it written when keys were last used: all that were since the last time, at once."""
        used, self._used = self._used, {}
        if used:
            self._store.defer(lambda tx: stored.note_use(tx, used))


def principal_of(account: stored.Account, session: str | None = None) -> Principal:
    """A person as who asks."""
    return Principal(account.name, Role[account.role.upper()], None, "user", account.id, session)


def _is_from_here(head: Head) -> bool:
    """Whether a request comes from this machine, and calls it by a name that no other machine can have."""
    name = name_of(head.headers.get("host", ""))
    return head.address is not None and is_loopback(head.address) and name is not None and is_loopback(name)


def _too_many(seconds: int) -> Answer:
    content = {"detail": "Too many wrong credentials; wait before the next try."}
    return answers.json(content, 429, {"Retry-After": str(seconds)})


def _keep(kept: OrderedDict[bytes, T], key: bytes, value: T) -> None:
    kept[key] = value
    while len(kept) > MOST_KNOWN:
        kept.popitem(last=False)
