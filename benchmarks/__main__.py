"""`python -m benchmarks`: measure everything, ours beside Prefect, and say which budgets are kept."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import peers, report
from benchmarks.plan import SCENARIOS
from benchmarks.running import measure, note


def main() -> int:
    """Run the chosen scenarios and print the report. Exit code 1 if something could not be measured."""
    options = _options()
    machine = report.machine()
    names = options.only or [scenario.name for scenario in SCENARIOS]
    with tempfile.TemporaryDirectory(prefix="headrace-bench-", ignore_cleanup_errors=True) as scratch:
        chosen = [peers.ours()]
        if not options.no_peer:
            chosen.append(peers.prefect(Path(scratch)))
        measured = {}
        for scenario in (each for each in SCENARIOS if each.name in names):
            note(f"measuring {scenario.name} ...")
            measured[scenario.name] = measure(scenario, chosen, options.repeats, options.scale)
    title = chosen[-1].title if len(chosen) > 1 else ""
    print(f"{machine}; median (min..max) of {options.repeats}, scale {options.scale:g}\n")
    print("\n".join(report.lines(measured, title)))
    missed = report.missed(measured)
    print(f"\nmissed: {'; '.join(missed)}" if missed else "\nall budgets met")
    if options.json:
        settings = {"machine": machine, "repeats": options.repeats, "scale": options.scale, "peer": title}
        text = json.dumps(report.as_data(measured, settings), indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    return 1 if any(mine.errors for samples in measured.values() for mine in samples.values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument(
        "--only",
        action="append",
        choices=names,
        metavar="NAME",
        help=f"one of {', '.join(names)}; repeatable",
    )
    parser.add_argument("--scale", type=float, default=1.0, help="multiply all counts by this, e.g. 0.1; budgets stay")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each scenario under each peer; default 3")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every sample to a file")
    parser.add_argument("--no-peer", action="store_true", help="measure Headrace alone")
    options = parser.parse_args()
    if options.scale <= 0 or options.repeats < 1:
        parser.error("--scale must be above 0 and --repeats at least 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
