"""Locks between the processes that share a folder.

Each lock is a file that says who holds it: holder, host, process and when that process started. Every change
is made while an operating system lock on a guard file in the folder is held, which dies with its process; so
no two processes ever break or take one lock at once. A lock whose process is gone from this host is void; of
processes on other hosts nothing is known, for them give `hold_timeout`.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from prefect.engine.results.locks import Waiting, atry_until, try_until
from prefect.engine.results.surroundings import surroundings
from prefect.utilities.filesystem import make_private_folder

GUARD = ".guard"
_SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


class FileSystemLockManager:
    """Locks as files.

    Args:
        lock_files_directory: the folder; made when first needed.
    """

    def __init__(self, lock_files_directory: Path) -> None:
        self.lock_files_directory = Path(lock_files_directory).expanduser().resolve()

    def _path(self, key: str) -> Path:
        name = key if _SAFE.fullmatch(key) else blake2b(key.encode(), digest_size=20).hexdigest()
        return self.lock_files_directory / f"{name}.lock"

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Nobody else, in this process or another, changes locks meanwhile."""
        make_private_folder(self.lock_files_directory)
        with open(self.lock_files_directory / GUARD, "a+b") as file:
            _lock_file(file.fileno())
            try:
                yield
            finally:
                _unlock_file(file.fileno())

    def _holder(self, key: str) -> str | None:
        """Who holds a key now."""
        try:
            held: Any = json.loads(self._path(key).read_bytes())
            void = _is_void(held)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):  # written by somebody who died, or is no lock of ours
            return None
        return None if void else str(held["holder"])

    def _try(self, key: str, holder: str, hold_timeout: float | None) -> bool:
        with self._guarded():
            if self._holder(key) not in (None, holder):
                return False
            path = self._path(key)
            draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}.draft")
            draft.write_text(json.dumps(_about(holder, hold_timeout)))
            os.replace(draft, path)
            return True

    def acquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> bool:
        """Lock a key; False if another still holds it after `acquire_timeout` seconds."""
        return try_until(lambda: self._try(key, holder, hold_timeout), acquire_timeout)

    def release_lock(self, key: str, holder: str) -> None:
        """Unlock a key. Raises ValueError if the holder does not hold it."""
        with self._guarded():
            held_by = self._holder(key)
            if held_by is None:
                raise ValueError(f"No lock for transaction with key {key}")
            if held_by != holder:
                raise ValueError(f"No lock held by {holder} for transaction with key {key}")
            with suppress(FileNotFoundError):
                self._path(key).unlink()

    def is_locked(self, key: str, use_cache: bool = False) -> bool:
        """Whether anybody holds a key; always looks at the file, whatever `use_cache` says."""
        return self._holder(key) is not None

    def is_lock_holder(self, key: str, holder: str) -> bool:
        """Whether a holder holds a key."""
        return self._holder(key) == holder

    def wait_for_lock(self, key: str, timeout: float | None = None) -> bool:
        """Wait until a key is free; False if it is not after `timeout` seconds."""
        return try_until(lambda: self._holder(key) is None, timeout)

    def aacquire_lock(
        self, key: str, holder: str, acquire_timeout: float | None = None, hold_timeout: float | None = None
    ) -> Waiting:
        """As `acquire_lock`, to be awaited."""
        return atry_until(lambda: self._try(key, holder, hold_timeout), acquire_timeout)

    def await_for_lock(self, key: str, timeout: float | None = None) -> Waiting:
        """As `wait_for_lock`, to be awaited."""
        return atry_until(lambda: self._holder(key) is None, timeout)


# --- who holds a lock


def _about(holder: str, hold_timeout: float | None) -> dict[str, object]:
    now = surroundings.clock().now()
    return {
        "holder": holder,
        "expiration": None if hold_timeout is None else now + int(hold_timeout * 1_000_000),
        "host": platform.node(),
        "process": os.getpid(),
        "started": _started(os.getpid()),
    }


def _is_void(held: Any) -> bool:
    """Whether a lock has run out, or its process on this host is gone."""
    expiration = held["expiration"]
    if expiration is not None and expiration <= surroundings.clock().now():
        return True
    if held["host"] != platform.node():
        return False
    return not _is_alive(held["process"]) or _started(held["process"]) != held["started"]


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":  # where signal 0 would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(process: int) -> str | None:
    """When a process started, in the kernel's ticks, by which a later one with the same id is told from it."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()[19]


# --- locks of the operating system

if sys.platform == "win32":
    import msvcrt

    def _lock_file(descriptor: int) -> None:
        while True:  # it gives up after ten seconds
            with suppress(OSError):
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
                return

    def _unlock_file(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock_file(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    def _unlock_file(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
