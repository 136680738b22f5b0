"""Sending HTTP requests for blocks; private addresses only where a block allows them."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

TIMEOUT = 30.0


def check_public(url: str) -> None:
    """Raise ValueError unless the URL is one of http or https whose host is nowhere but on public addresses."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{parts.scheme or 'An empty scheme'} is not allowed here: give a URL of http or https.")
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ValueError(f"The host {parts.hostname!r} cannot be found: {error}.") from error
    for entry in found:
        if not ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_global:
            raise ValueError(
                f"The host {parts.hostname!r} is at a private address, which this block does not allow;"
                " set `allow_private_urls=True` if it is meant."
            )


def post(
    url: str, method: str = "POST", *, private: bool = True, verify: bool = True, **options: Any
) -> httpx.Response:
    """The answer to a request. Raises ValueError for a private address unless `private`."""
    import httpx

    if not private:
        check_public(url)
    with httpx.Client(timeout=options.pop("timeout", TIMEOUT), verify=verify) as client:
        return client.request(method, url, **options)
