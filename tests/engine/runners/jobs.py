"""Tasks that are sent to other processes by tests; importable there under their names."""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import Any

from prefect import get_run_logger, task


class Odd(Exception):
    """Cannot be unpickled: its arguments are not those it was made with."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


@task
def whoami(x: int) -> tuple[int, int]:
    return os.getpid(), x


@task
def plus_one(x: int) -> int:
    get_run_logger().info("adding to %s", x)
    return x + 1


@task
async def plus_two(x: int) -> int:
    return x + 2


@task
def calls(function: Any) -> Any:
    return function(3)


@task
def fails() -> None:
    raise ValueError("no")


@task
def fails_oddly() -> None:
    raise Odd("a", "b")


@task
def is_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@task
def exits() -> None:
    os._exit(3)


@task
def sums(count: int) -> int:
    return sum(result[1] for result in whoami.map(range(count)).result())


@task
def takes_socket(link: socket.socket) -> None:
    """Never runs."""


@task
def returns_lock() -> Any:
    return threading.Lock()


@task
def big(size: int) -> bytes:
    return bytes(size)


@task
def length(content: bytes) -> int:
    return len(content)
