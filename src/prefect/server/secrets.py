"""Secrets at rest: encrypted with a key that lies outside the database.

The keys are those of the setting PREFECT_SERVER_ENCRYPTION_KEY, else those of the file `secrets.key` in PREFECT_HOME, which
is made when a server first starts. The first key encrypts, all of them decrypt: a new key is put in front of the old ones.

    database: configuration["secrets.keys"] ── fingerprints ──▶ is one of ours among them?
                                                                  ├─ yes: secrets are sealed and unsealed
                                                                  └─ no: neither, and the message says what to do

So replicas that were started with different keys are found out when they start, not when a secret turns out unreadable.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from prefect.exceptions import ConfigurationError, PrefectException
from prefect.storage.keyed.access import configuration
from prefect.storage.store import Store
from prefect.storage.transaction import Transaction
from prefect.utilities.filesystem import PRIVATE_FILE, make_private_folder

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

KEY_FILE = "secrets.key"
KEY_BYTES = 32
KEYS_ROW = "secrets.keys"
"""Row of `configuration` that names the keys by their fingerprints."""

REMEDY = (
    "Give this server the key of those that wrote them: set PREFECT_SERVER_ENCRYPTION_KEY, or copy their"
    f" {KEY_FILE!r} into its PREFECT_HOME."
)

logger = logging.getLogger("prefect.server")


class UnreadableSecret(PrefectException):
    """A secret was encrypted with a key that this server does not have."""

    status = 409


class Vault:
    """Encrypts and decrypts texts.

    Args:
        keys: 32 bytes each, as URL-safe base64; the first encrypts.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = tuple(keys)
        self._closed_because: str | None = None

    @cached_property
    def _cipher(self) -> MultiFernet:
        from cryptography.fernet import Fernet, MultiFernet

        return MultiFernet([Fernet(key) for key in self._keys])

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What tells the keys apart and gives none away."""
        return tuple(blake2b(key, digest_size=8, person=b"headrace.keyname").hexdigest() for key in self._keys)

    def seal(self, text: str) -> str:
        """The text encrypted. Raises UnreadableSecret if the database's secrets were written with other keys."""
        self._require_open()
        return self._cipher.encrypt(text.encode()).decode()

    def unseal(self, token: str) -> str:
        """What was sealed. Raises UnreadableSecret, which names the remedy."""
        from cryptography.fernet import InvalidToken

        self._require_open()
        try:
            return self._cipher.decrypt(token.encode()).decode()
        except InvalidToken:
            raise UnreadableSecret(f"A secret was encrypted with another key, or is damaged. {REMEDY}") from None

    def _require_open(self) -> None:
        if self._closed_because is not None:
            raise UnreadableSecret(self._closed_because)

    def agree_with(self, store: Store, now: int) -> bool:
        """Find out whether the database's secrets were written with one of these keys; a first server says so itself.

        Raises StorageError.
        """
        known = store.read(_known)
        if known is None or (set(known) & set(self.fingerprints) and self.fingerprints[0] not in known):
            known = store.transact(lambda tx: self._make_known(tx, now))
        if set(known) & set(self.fingerprints):
            return True
        self._closed_because = f"The secrets in {store.place} were encrypted with another key. {REMEDY}"
        logger.error("%s Until then secrets can neither be read nor written here.", self._closed_because)
        return False

    def _make_known(self, tx: Transaction, now: int) -> list[str]:
        """Add the fingerprints, unless others were there first."""
        configuration.write_first(tx, KEYS_ROW, json.dumps(self.fingerprints), now)
        known = _known(tx) or []
        if known[:1] == [self.fingerprints[0]] or not set(known) & set(self.fingerprints):
            return known
        known = [*self.fingerprints, *(name for name in known if name not in self.fingerprints)]
        configuration.write(tx, KEYS_ROW, json.dumps(known), now)
        return known


def _known(tx: Transaction) -> list[str] | None:
    text = configuration.find(tx, KEYS_ROW)
    return None if text is None else [str(name) for name in json.loads(text)]


def open_vault(home: Path, given: str | None = None) -> Vault:
    """The vault of an installation.

    Args:
        home: PREFECT_HOME, where the key file lies, or is made.
        given: keys, newest first, separated by commas or spaces; then no file is looked at.

    Raises ConfigurationError for what is no key.
    """
    place = "PREFECT_SERVER_ENCRYPTION_KEY" if given else str(home / KEY_FILE)
    keys = (given or _from_file(home / KEY_FILE)).replace(",", " ").split()
    if not keys or not all(_is_key(key) for key in keys):
        raise ConfigurationError(
            f"{place} holds no encryption key: each is 32 random bytes as URL-safe base64, as made by"
            ' `python -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"`.'
        )
    return Vault([key.encode() for key in keys])


def _is_key(text: str) -> bool:
    try:
        return len(urlsafe_b64decode(text)) == KEY_BYTES
    except ValueError:
        return False


def _from_file(path: Path) -> str:
    """What is in the key file; it is made if there is none, by one of all processes that try."""
    if not path.exists():
        make_private_folder(path.parent)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.draft")
        descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(urlsafe_b64encode(os.urandom(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    if path.stat().st_mode & 0o077:
        path.chmod(PRIVATE_FILE)
    return path.read_text()
