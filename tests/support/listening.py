"""A server on loopback in a thread of this process, for clients that need a socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from prefect.core.ports import Clock
from prefect.server.building import build
from prefect.server.main import listening
from prefect.server.world import ServerOptions
from prefect.storage.store import Store

STARTING_SECONDS = 20.0


@contextmanager
def server_on(store: Store, clock: Clock, home: Path, **options: Any) -> Iterator[str]:
    """Serve a store; yields the API's address."""
    with listening("127.0.0.1", 0) as listener:
        port: int = listener.getsockname()[1]
        chosen = ServerOptions(home=home, port=port, **{"services": False, **options})
        server = uvicorn.Server(uvicorn.Config(build(store, clock, chosen), lifespan="on", log_config=None))
        thread = threading.Thread(target=server.run, args=([listener],), name="test-server", daemon=True)
        thread.start()
        deadline = time.monotonic() + STARTING_SECONDS
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server did not start in time"
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{port}/api"
        finally:
            server.should_exit = True
            thread.join(STARTING_SECONDS)
