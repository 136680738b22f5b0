"""Runs what a user types, in a process of its own with a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.source import ROOT

SECONDS = 120


@dataclass(frozen=True)
class Terminal:
    """A user's terminal in the repository's root, whose record lies in `home`."""

    home: Path

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PREFECT_HOME": str(self.home), "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `python` with these arguments."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def python(self, *arguments: str) -> str:
        """Run `python` to its end and return what it printed; fail with all of that on a non-zero exit."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, f"python {' '.join(arguments)} exited with {process.returncode}:\n{output}"
        return output

    def prefect(self, *arguments: str) -> str:
        """Run the `prefect` command."""
        return self.python("-c", "from prefect.cli.app import main; main()", *arguments)

    def read(self, *arguments: str) -> Any:
        """Run a `prefect` command and read its JSON."""
        return json.loads(self.prefect(*arguments, "--output", "json"))
