"""A PostgreSQL server of the tests' own: a fresh cluster in a temporary folder, on a free loopback port.

PostgreSQL refuses to run as root, so under root the server runs as the user `postgres`, or `nobody` without
such a user. Durability is off: what is tested is our use of the database, not the database.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.ports import free_port

START_SECONDS = 30


def find_binaries() -> Path | None:
    """The newest folder that holds `initdb` and `postgres`, or None."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    return next((folder for folder in candidates if _complete(folder)), None)


@contextmanager
def server(binaries: Path) -> Iterator[str]:
    """Start a cluster, yield its URL, stop and remove it."""
    home = Path(tempfile.mkdtemp(prefix="headrace-postgres-"))
    owner = _unprivileged_user()
    if owner:
        shutil.chown(home, owner)
    try:
        _initialise(binaries, home, owner)
        port = free_port()
        process = _start(binaries, home, port, owner)
        try:
            url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            _wait_until_open(process, url, home)
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: does not wait for clients to leave
            process.wait(START_SECONDS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _version(folder: Path) -> float:
    return float(folder.parent.name) if folder.parent.name.replace(".", "").isdigit() else 0.0


def _complete(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _initialise(binaries: Path, home: Path, owner: str | None) -> None:
    command = [
        binaries / "initdb",
        "-D",
        home / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    done = subprocess.run(command, user=owner, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"initdb failed in {home}:\n{done.stdout}{done.stderr}")


def _start(binaries: Path, home: Path, port: int, owner: str | None) -> subprocess.Popen[bytes]:
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "full_page_writes": "off",
    }
    command = [str(binaries / "postgres"), "-D", str(home / "data"), "-p", str(port)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(command, user=owner, cwd=home, stdout=log, stderr=log)


def _wait_until_open(process: subprocess.Popen[bytes], url: str, home: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        try:
            # The port is bound before the server accepts, so only a whole connection proves anything.
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not open {url}:\n{(home / 'log').read_text()}")
