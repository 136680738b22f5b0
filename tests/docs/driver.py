"""Runs the steps of one page in this process and reports what each printed. Started by `test_pages.py`.

    python driver.py PAGE REPORT

Python blocks become part of a module `__main__` of their own, compiled under the page's name and line
numbers, so that tracebacks and `inspect.getsource` point into the page. Output is taken at the file
descriptors: loggers, child processes and prints all arrive, in order.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from tests.docs.pages import Step, read


def main(page: Path, report: Path) -> None:
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    results: list[dict[str, Any]] = []
    for step in read(page):
        for line, work, promised in parts(step, page, module):
            results.append({"line": line, "promised": promised, **perform(work)})
            report.write_text(json.dumps(results))


def parts(step: Step, page: Path, module: ModuleType) -> Iterator[tuple[int, Callable[[], None], str | None]]:
    """What a step consists of: its line, the work, and what it promises to print."""
    if step.kind == "python":
        yield step.line, partial(execute, step, page, module), step.output
    elif step.kind == "file":
        yield step.line, partial(write, step), None
    else:
        for command, output in step.commands:
            yield step.line, partial(run, command), output


def execute(step: Step, page: Path, module: ModuleType) -> None:
    padded = "\n" * step.line + step.text
    exec(compile(padded, page, "exec"), module.__dict__)


def write(step: Step) -> None:
    Path(step.name).parent.mkdir(parents=True, exist_ok=True)
    Path(step.name).write_text(step.text)


def run(command: str) -> None:
    subprocess.run(command, shell=True, check=False)


def perform(work: Callable[[], None]) -> dict[str, str]:
    """Do it and return `stdout`, `stderr`, and as `error` the traceback if it raised."""
    error = ""
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        with captured(stdout, stderr):
            try:
                work()
            except BaseException:
                error = traceback.format_exc()
        return {"stdout": content(stdout), "stderr": content(stderr), "error": error}


def content(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


@contextmanager
def captured(*files: IO[str]) -> Iterator[None]:
    """Send the descriptors 1 and 2 to these files."""
    saved = os.dup(1), os.dup(2)
    flush()
    for number, file in enumerate(files, start=1):
        os.dup2(file.fileno(), number)
    try:
        yield
    finally:
        flush()
        for number, copy in enumerate(saved, start=1):
            os.dup2(copy, number)
            os.close(copy)


def flush() -> None:
    """Let everything arrive that is under way: what was printed, and log lines that wait for company."""
    for name in ("prefect", "prefect.flow_runs", "prefect.task_runs"):
        for handler in logging.getLogger(name).handlers:
            handler.flush()
    sys.stdout.flush()
    sys.stderr.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
