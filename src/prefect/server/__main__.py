"""`python -m prefect.server`: the server by the settings in force."""

from __future__ import annotations

import sys

from prefect.exceptions import PrefectException
from prefect.server.main import run
from prefect.settings import get_current_settings

if __name__ == "__main__":
    try:
        run(get_current_settings())
    except PrefectException as error:
        sys.exit(str(error))
