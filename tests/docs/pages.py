"""A page of documentation as steps to run, and its promised output compared with the real one.

Fences say what to do with their content:

    ```python              executed; blocks of a page share one namespace, in order
    ```python file=x.py    written to the file `x.py`
    ```console             each line after `$ ` is run by the shell; what follows is its output
    ```text                after a Python block: what that block prints
    anything else          not touched

Output is compared loosely: each promised line must appear, in order, with whatever differs from run to run
(times, ids, generated names, durations, spacing) left aside. A line `...` stands for any lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

FENCE = re.compile(r"^(?P<indent> *)```(?P<info>.*)$")

VARIES = [
    (re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]"), ""),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00| UTC)?"), "TIME"),
    (re.compile(r"\d\d:\d\d:\d\d(\.\d+)?"), "TIME"),
    (re.compile(r"\b\d+(\.\d+)? ?(ms|µs|us|s|seconds?|minutes?|hours?)\b( ago)?"), "DURATION"),
    (re.compile(r"(?<=[Ff]low run )'[a-z]+-[a-z]+'"), "'NAME'"),
    (re.compile(r"\b([a-z_]+)-[0-9a-f]{3}\b"), r"\1-XXX"),
    (re.compile(r"[│┃|╭╮╰╯┏┓┗┛┡┩┌┐└┘├┤┴┬┼╇╈━─═-]+"), " "),
    (re.compile(r"\s+"), " "),
]


@dataclass
class Step:
    """One thing to do: execute Python, write a file or run a command; `line` is where its fence opens."""

    kind: Literal["python", "file", "console"]
    text: str
    line: int
    name: str = ""
    output: str | None = None
    commands: list[tuple[str, str]] = field(default_factory=list)


def read(path: Path) -> list[Step]:
    """The steps of a Markdown file, in order."""
    steps: list[Step] = []
    for line, info, text in fences(path.read_text(encoding="utf-8")):
        match info.split(maxsplit=1):
            case ["python"]:
                steps.append(Step("python", text, line))
            case ["python", rest] if rest.startswith("file="):
                steps.append(Step("file", text, line, name=rest.removeprefix("file=")))
            case ["console"]:
                steps.append(Step("console", text, line, commands=list(commands(text))))
            case ["text"] if steps and steps[-1].kind == "python" and steps[-1].output is None:
                steps[-1].output = text
            case ["python", rest]:
                raise ValueError(f"{path}:{line}: unknown option {rest!r} of a Python block")
    return steps


def fences(markdown: str) -> Iterator[tuple[int, str, str]]:
    """Line number, info string and dedented content of every fenced block."""
    opened: tuple[int, str, str] | None = None
    content: list[str] = []
    for number, line in enumerate(markdown.splitlines(), start=1):
        found = FENCE.match(line)
        if opened is None and found:
            opened, content = (number, found["info"].strip(), found["indent"]), []
        elif opened and found and not found["info"].strip():
            yield opened[0], opened[1], "\n".join(content) + "\n"
            opened = None
        elif opened:
            content.append(line.removeprefix(opened[2]))
    if opened:
        raise ValueError(f"line {opened[0]}: this block is never closed")


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output promised for it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def mismatch(promised: str, stdout: str, stderr: str) -> str | None:
    """The first line in which promise and output differ, or None.

    Log lines and complaints go to standard error: each promised one must be there, among others, and in any order,
    since tasks may run side by side. All other lines must be exactly those of standard output.
    """
    lines, printed, complained = normal(promised), normal(stdout), normal(stderr)
    aside = [line for line in lines if line.startswith("TIME ") or (line in complained and line not in printed)]
    lost = next(iter((Counter(aside) - Counter(complained)).elements()), None)
    return lost or compare([line for line in lines if line not in aside], printed)


def compare(promised: list[str], real: list[str]) -> str | None:
    """The same for whole outputs, where `...` stands for any lines up to the next promised one."""
    gap = False
    for line in promised:
        if line == "...":
            gap = True
            continue
        while gap and real and real[0] != line:
            real = real[1:]
        if not real or real[0] != line:
            return line
        gap, real = False, real[1:]
    return real[0] if real and not gap else None


def normal(output: str) -> list[str]:
    """Lines with what varies replaced, without empty ones."""
    lines = []
    for line in output.splitlines():
        for pattern, replacement in VARIES:
            line = pattern.sub(replacement, line)
        lines.append(line.strip())
    return [line for line in lines if line]
