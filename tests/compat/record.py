"""Run the corpus under whichever `prefect` is importable and write what was observed.

    python tests/compat/record.py --out tests/compat/observed.json      # every case
    python tests/compat/record.py --only retries. --only states.groups  # by prefix, printed
    python tests/compat/record.py --repeat 2                            # name cases that differ between runs
    python tests/compat/record.py --against tests/compat/observed.json  # print what is otherwise, place by place

`observed.json` is made with Prefect 3.8.8 in an environment of its own. The runner uses a temporary home and
one temporary server for all cases, and touches nothing of the user's.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",  # a second per flow run, and no case reads logs back
}
SLOW_SECONDS = 3.0
STUCK_SECONDS = 30.0
STARTUP_SECONDS = 120


def main() -> int:
    """Parse the command line, run the chosen cases, write or print the observations."""
    options = _options()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ |= {"PREFECT_HOME": home, **QUIET}
        runs = _run_in_harness(options.only, options.repeat)
    unstable = [name for name in runs[0] if any(run[name] != runs[0][name] for run in runs[1:])]
    for name in unstable:
        print(f"not deterministic: {name}: {[run[name] for run in runs]}", file=sys.stderr)
    text = json.dumps(runs[0], indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    elif options.against:
        return _compare(runs[0], json.loads(options.against.read_text(encoding="utf-8")))
    else:
        print(text)
    return 1 if unstable else 0


def _compare(found: dict[str, Any], expected: dict[str, Any]) -> int:
    """Print every place that differs, in the form `differences.py` names it; exit code 1 if there is one."""
    from tests.compat.comparison import differing

    lines = 0
    for name, observation in found.items():
        for where, theirs, ours in differing(expected.get(name, "<not recorded>"), observation):
            print(f"{name} {where}\n    expected {json.dumps(theirs)}\n    found    {json.dumps(ours)}")
            lines += 1
    return 1 if lines else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Record what a Prefect-compatible package does.")
    parser.add_argument("--out", type=Path, help="file to write; default: standard output")
    parser.add_argument("--against", type=Path, help="recorded observations to compare with")
    parser.add_argument("--only", action="append", default=[], help="prefix of case names; repeatable")
    parser.add_argument("--repeat", type=int, default=1, help="run each case so often and compare")
    return parser.parse_args()


def _run_in_harness(only: list[str], repeat: int) -> list[dict[str, Any]]:
    sys.path[:0] = [str(ROOT)]
    from prefect.testing.utilities import prefect_test_harness
    from tests.compat.support import CASES

    importlib.import_module("tests.compat.cases")
    chosen = [name for name in CASES if not only or any(name.startswith(prefix) for prefix in only)]
    with prefect_test_harness(server_startup_timeout=STARTUP_SECONDS):
        return [{name: _run_one(name) for name in chosen} for _ in range(repeat)]


def _run_one(name: str) -> Any:
    from tests.compat.support import CASES, observe

    print(f"       {name}", end="", file=sys.stderr, flush=True)
    faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
    started = time.perf_counter()
    try:
        observation = observe(CASES[name].run())
    except BaseException as error:
        observation = {"the case itself failed": observe(error)}
        print(f"{name}: {error!r}", file=sys.stderr)
    faulthandler.cancel_dump_traceback_later()
    spent = time.perf_counter() - started
    print(f"\r{spent:6.2f} s {name}{'  SLOW' if spent > SLOW_SECONDS else ''}", file=sys.stderr)
    return observation


if __name__ == "__main__":
    sys.exit(main())
