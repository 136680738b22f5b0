"""The pipeline as a command: `python -m examples.ledger --help`."""

from __future__ import annotations

import argparse

from examples.ledger.pipeline import load_ledger
from examples.ledger.warehouse import counts


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.ledger", description=load_ledger.description)
    parser.add_argument(
        "--warehouse",
        default="sqlite:///ledger.db",
        metavar="URL",
        help="where to load: sqlite:///FILE or postgresql://USER@HOST/DATABASE (default: %(default)s). "
        "The address becomes part of the run's record, so leave the password to PGPASSWORD or ~/.pgpass",
    )
    parser.add_argument("--chunk-rows", type=positive, default=20_000, help="rows in memory at a time (%(default)s)")
    parser.add_argument("--limit", type=positive, default=None, help="read only so many rows of the export (all)")
    options = parser.parse_args()
    load_ledger(options.warehouse, options.chunk_rows, options.limit)
    print("The warehouse now holds " + ", ".join(f"{n:,} {name}" for name, n in counts(options.warehouse).items()))


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return number


if __name__ == "__main__":
    main()
