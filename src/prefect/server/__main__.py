"""`python -m prefect.server`: the server by the settings in force."""

from __future__ import annotations

from prefect.server.main import run
from prefect.settings import get_current_settings

if __name__ == "__main__":
    run(get_current_settings())
