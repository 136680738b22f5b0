"""A careless pipeline: secrets are printed, logged, raised, passed around, returned and shown."""

from __future__ import annotations

import json
import logging
import os
import sys

from pydantic import BaseModel, SecretStr

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.task_runners import ProcessPoolTaskRunner

LOOKED_UP: list[str] = []


def _note_lookups(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        LOOKED_UP.append(str(arguments[0]))
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        LOOKED_UP.append(str(arguments[1][0]))


sys.addaudithook(_note_lookups)


class Login(BaseModel):
    user: str
    password: SecretStr


@task(retries=1, log_prints=True, task_run_name="open-{url}")
def connect(login: Login, url: str) -> str:
    print("logging in with", login.password.get_secret_value())
    logging.getLogger("careless").warning("password %s", login.password.get_secret_value())
    raise ConnectionError(f"{url} refused {login.password.get_secret_value()}")


@task
def give(token: SecretStr) -> str:
    return token.get_secret_value()


@task
def give_much(token: SecretStr) -> list[str]:
    return [token.get_secret_value()] * 10_000


@task(log_prints=True)
def elsewhere(token: SecretStr) -> SecretStr:
    print("in another process:", token.get_secret_value())
    return token


@flow(log_prints=True)
def child(plain: str) -> str:
    print("the child has", plain)
    return plain


@flow(log_prints=True, task_runner=ProcessPoolTaskRunner(max_workers=1), flow_run_name="telltale-{url}")
def telltale(login: Login, token: SecretStr, url: str, key: str, broken: bool = True) -> str:
    secret = token.get_secret_value()
    print("printed:", secret, url)
    get_run_logger().error("logged: %r, and the key %s", {"token": secret}, key)
    child(give(token))
    give_much(token)
    elsewhere.submit(token).result()
    create_markdown_artifact(f"The token is {secret}", key="note", description=url)
    create_table_artifact([{"token": secret, "url": url}], key="rows")
    if broken and "MENDED" not in os.environ:
        connect(login, url)
    return secret


@flow
def mistyped(password: SecretStr, count: int) -> None:
    raise AssertionError("never called")


if __name__ == "__main__":
    canaries = json.loads(os.environ["CANARIES"])
    if sys.argv[1] == "begin":
        login, url = {"user": "me", "password": canaries[0]}, f"postgresql://me:{canaries[2]}@localhost/x"
        ended = telltale(login, canaries[1], url, canaries[3], return_state=True)
        mistyped(canaries[4], "many", return_state=True)
        print("run", ended.state_details.flow_run_id)
    else:
        result = telltale.resume(sys.argv[2])
        print("same" if result == canaries[1] else "another")
    print("looked up", [host for host in LOOKED_UP if host not in ("localhost", "127.0.0.1", "::1")])
