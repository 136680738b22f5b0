"""By which names the server may be called, and from which pages.

A web page can make its reader's browser send requests to any address, this machine's included. Two headers tell, and no
page can forge them: `Host` says which name the browser believes it talks to, `Origin` which page asks. A name that is not
ours means that somebody had their own name point here (DNS rebinding); an origin that is not ours is somebody else's page.
Programs send no `Origin`, and call the server by its name, so that nothing they do is refused.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from prefect.server.http import answers
from prefect.server.http.answers import Answer
from prefect.server.http.calls import Head

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost", "ip6-loopback"})
DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
PREFLIGHT_SECONDS = "600"

FOREIGN_ORIGIN = answers.json({"detail": "Requests from pages of other origins are refused."}, 403)
REPEATED_HEADER = answers.json({"detail": "A header that may come once came twice."}, 400)
FOREIGN_HOST = answers.json(
    {
        "detail": "The server is not called by the name in the Host header. Names beside this machine's own are listed in"
        " PREFECT_SERVER_API_ALLOWED_HOSTS."
    },
    421,
)


def is_loopback(host: str) -> bool:
    """Whether a name or an address means this machine, whoever looks it up."""
    name = host.strip("[]").lower().rstrip(".")
    return name in LOOPBACK_NAMES or _is_loopback_address(name)


def _is_loopback_address(name: str) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class Hosts:
    """Lets in what calls the server by one of its names, from one of its own pages or from none.

    Args:
        host: where the server listens.
        allowed: further names, `*` for any.
        origins: pages of others that may call, as `https://host:port`.
        any_name: whether every name will do where none are listed, since no request is trusted for where it comes from.
    """

    def __init__(
        self, host: str, allowed: Sequence[str] = (), origins: Sequence[str] = (), any_name: bool = False
    ) -> None:
        self._names = {name.lower().strip("[]").rstrip(".") for name in (host, *allowed)}
        self._wide = not is_loopback(host)
        if self._wide:
            self._names.update({socket.gethostname().lower(), socket.getfqdn().lower()})
        self._any = "*" in allowed or (any_name and not allowed)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)
        self._known: set[str] = set()

    def __call__(self, head: Head) -> Answer | None:
        """Refuse what comes by a foreign name or from a foreign page; answer the preflights of those that may ask."""
        if head.repeated:
            return REPEATED_HEADER
        host = head.headers.get("host", "")
        if host not in self._known and not self._is_ours(host):
            return FOREIGN_HOST
        origin = head.headers.get("origin")
        if origin is not None:
            return self._from_page(head, origin, host)
        if head.headers.get("sec-fetch-site") in ("cross-site", "same-site") and not _is_visit(head):
            return FOREIGN_ORIGIN
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a Host header names this server; what does is remembered."""
        name = name_of(host)
        if name is None:
            return False
        ours = self._any or is_loopback(name) or name in self._names or (self._wide and _is_address(name))
        if ours and len(self._known) < 1000:
            self._known.add(host)
        return ours

    def _from_page(self, head: Head, origin: str, host: str) -> Answer | None:
        if _is_same(origin, host):
            return None
        if origin.lower() not in self._origins:
            return FOREIGN_ORIGIN
        allowed = origin.encode("latin-1")
        head.answer_headers += [(b"access-control-allow-origin", allowed), (b"vary", b"Origin")]
        head.answer_headers.append((b"access-control-allow-credentials", b"true"))
        if head.method == "OPTIONS" and "access-control-request-method" in head.headers:
            return _preflight(head)
        return None


def name_of(host: str) -> str | None:
    """The name in a Host header without its port, in lower case; None for what is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    if parts.hostname is None or parts.username is not None or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname.rstrip(".")


def _is_same(origin: str, host: str) -> bool:
    """Whether an origin is the very host that was called. A proxy may have ended TLS, so the scheme does not count."""
    scheme, _, place = origin.lower().partition("://")
    if not place:
        return False
    default = DEFAULT_PORTS.get(scheme, "")
    called = host.lower()
    return place == called or place.removesuffix(f":{default}") == called.removesuffix(f":{default}")


def _is_visit(head: Head) -> bool:
    """Whether somebody follows a link to here, which shows the page to them and to nobody else."""
    headers = head.headers
    return (
        head.method in ("GET", "HEAD")
        and not head.is_socket
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )


def _preflight(head: Head) -> Answer:
    return Answer(
        204,
        b"",
        None,
        {
            "Access-Control-Allow-Methods": "DELETE, GET, PATCH, POST, PUT",
            "Access-Control-Allow-Headers": head.headers.get("access-control-request-headers", "")[:1000],
            "Access-Control-Max-Age": PREFLIGHT_SECONDS,
        },
    )
