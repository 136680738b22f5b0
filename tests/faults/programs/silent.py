"""A whole flow under an audit hook: reports every address that a socket is asked to reach, and every name looked up."""

from __future__ import annotations

import sys

reached: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        reached.append(f"{event} {arguments[1:] if event.startswith('socket.connect') else arguments}")


sys.addaudithook(watch)

from prefect import flow, task  # noqa: E402


@task
def work(number: int) -> int:
    return number


@flow
def quiet() -> int:
    return sum(future.result() for future in [work.submit(number) for number in range(5)]) + work(1)


if __name__ == "__main__":
    quiet()
    for line in reached:
        print("reached", line)
