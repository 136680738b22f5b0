"""Whether a server may listen where it is told to: beyond this machine only if credentials are needed there."""

from __future__ import annotations

from collections.abc import Sequence

from prefect.exceptions import ConfigurationError
from prefect.server.access.hosts import is_loopback
from prefect.storage.keyed.access import credentials as stored
from prefect.storage.store import Store


def is_reached_from_elsewhere(host: str, allowed_hosts: Sequence[str]) -> bool:
    """Whether others than this machine are meant to call: by the address, or by a name that a proxy passes on."""
    return not is_loopback(host) or any(not is_loopback(name) for name in allowed_hosts)


def check_binding(store: Store, now: int, host: str, allowed_hosts: Sequence[str]) -> None:
    """Raise ConfigurationError if others could call and nobody needed a credential. Raises StorageError."""
    if not is_reached_from_elsewhere(host, allowed_hosts):
        return
    found = store.read(lambda tx: stored.standing(tx, now, "admin"))
    if found.accounts or found.keys:
        return
    raise ConfigurationError(
        f"The server would answer everybody who reaches {host!r}. Set PREFECT_SERVER_API_AUTH_STRING=user:password (and"
        " PREFECT_API_AUTH_STRING for its clients), listen on 127.0.0.1, or pass --insecure if that is meant."
    )
