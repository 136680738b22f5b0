"""Ports for servers that are processes of their own, or that have to come back on the same port."""

from __future__ import annotations

import random
import socket

# Systems give clients their ports from 32768 (Linux) or 49152 (the registry's range) upwards. A port below
# stays free between its choice and the server's start, and while a killed server is away.
CANDIDATES = range(20_000, 30_000)


def free_port() -> int:
    """A port of this machine that nobody listens on and that no client is given by chance."""
    for port in random.sample(CANDIDATES, 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port among 200 of {CANDIDATES.start} to {CANDIDATES.stop}")
