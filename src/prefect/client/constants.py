"""Which API this package speaks, where everything that talks to it may read it."""

from __future__ import annotations

SERVER_API_VERSION = "0.8.4"
"""The API's own version; clients send it in `VERSION_HEADER`, and a server of another major version refuses them."""

COMPATIBLE_VERSION = "3.8.8"
"""The version of Prefect whose API this is. A server names the one it is compatible with at `/admin/version`."""

VERSION_HEADER = "X-PREFECT-API-VERSION"
