"""Which process holds a lease, and whether it lives.

A holder is `host/boot-and-namespace/pid/start`. Only on its own host and boot can a process be looked at; anywhere
else the lease's expiry is all there is to go by.
"""

from __future__ import annotations

import os
import platform
from pathlib import Path


def this_process() -> str:
    """The identity of this process."""
    return holder_of(os.getpid())


def holder_of(pid: int) -> str:
    """The identity of a process of this machine."""
    return f"{_here()}/{pid}/{_start_of(pid)}"


def this_host() -> str:
    """The identity of this machine, or container, since it was booted."""
    return _here()


def _here() -> str:
    return f"{platform.node()}/{_boot()}"


def _boot() -> str:
    """What tells apart two boots, or two containers that share a host name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        namespace = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return "-"
    return f"{boot}-{namespace}"


def _start_of(pid: int) -> str:
    """When the process of that number began, so that a reused number is not taken for it; '' if that is unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def is_gone(holder: str) -> bool | None:
    """Whether the holder's process has ended; None if that cannot be seen from here."""
    place, _, rest = holder.rpartition("/")[0].rpartition("/")
    start = holder.rpartition("/")[2]
    if place != _here() or not rest.isdigit():
        return None
    if start:
        return _start_of(int(rest)) != start
    return not _exists(int(rest))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
