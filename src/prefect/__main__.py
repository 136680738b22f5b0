"""`python -m prefect`: the command line."""

from __future__ import annotations

from prefect.cli.app import main

if __name__ == "__main__":
    main()
