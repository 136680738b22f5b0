"""Real processes to do harm to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).resolve().parent / "programs"


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a program needs to run on a home of its own, with our sources."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    paths = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    return {**inherited, "PREFECT_HOME": str(home), "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", **more}


def start(program: str, *arguments: str, home: Path, **more: str) -> subprocess.Popen[str]:
    """Start one of the programs in this folder; its output, both streams as one, is piped."""
    return subprocess.Popen(
        [sys.executable, str(PROGRAMS / f"{program}.py"), *arguments],
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(program: str, *arguments: str, home: Path, timeout: float = 60, **more: str) -> tuple[int, str]:
    """Run one of the programs to its end; returns its exit code and output."""
    process = start(program, *arguments, home=home, **more)
    output, _ = process.communicate(timeout=timeout)
    return process.returncode, output
