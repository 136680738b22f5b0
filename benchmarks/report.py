"""Turns samples into the table people read and the JSON machines read."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks.plan import FIGURES, Figure
from benchmarks.running import Samples

Measured = dict[str, dict[str, Samples]]
HEADINGS = ("what", "Headrace", "{peer}", "better", "budget", "")


def machine() -> str:
    """The machine in one line; figures of two machines do not compare, nor do those of a busy one."""
    cores = os.cpu_count() or 1
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}, {_load()}"


def _load() -> str:
    """How busy the machine is with other things; to be asked before anything is measured."""
    if not hasattr(os, "getloadavg"):
        return "load unknown"
    load = os.getloadavg()[0]
    return f"load {load:.1f} at the start{' (others are at work: read with care)' if load > 0.7 else ''}"


def lines(measured: Measured, peer_title: str) -> Iterator[str]:
    """The report: one row a figure, columns aligned, errors below."""
    table = [tuple(heading.format(peer=peer_title or "-") for heading in HEADINGS)]
    table += [_row(figure, measured[figure.scenario]) for figure in FIGURES if figure.scenario in measured]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    for number, row in enumerate(table):
        cells = [
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
        if number == 0:
            yield "  ".join("-" * width for width in widths)
    for scenario, samples in measured.items():
        for mine in samples.values():
            yield from (f"\n{scenario}: {error}" for error in mine.errors)


def _row(figure: Figure, samples: dict[str, Samples]) -> tuple[str, ...]:
    ours, theirs = samples.get("headrace"), samples.get("prefect")
    value, other = _middle(figure, ours), _middle(figure, theirs)
    better = figure.times_better(value, other) if value is not None and other is not None else None
    what = figure.what if ours is None or ours.count == 1 else f"{figure.what} ({_counts(ours, theirs)})"
    return (
        what,
        _cell(figure, ours),
        _cell(figure, theirs),
        "" if better is None else f"{_number(better)} x",
        "" if figure.budget is None else f"{'>=' if figure.more_is_better else '<='} {_number(figure.budget)}",
        _verdict(figure, value),
    )


def _counts(ours: Samples, theirs: Samples | None) -> str:
    if theirs is None or theirs.count == ours.count:
        return f"{ours.count:,}"
    return f"{ours.count:,} / {theirs.count:,}"


def _middle(figure: Figure, samples: Samples | None) -> float | None:
    values = samples.values.get(figure.label) if samples else None
    return median(values) if values else None


def _cell(figure: Figure, samples: Samples | None) -> str:
    values = samples.values.get(figure.label) if samples else None
    if not values:
        return "failed" if samples and samples.errors else ""
    spread = f" ({_number(min(values))}..{_number(max(values))})" if len(values) > 1 else ""
    failed = f" {len(samples.errors)} failed" if samples and samples.errors else ""
    return f"{_number(median(values))} {figure.unit}{spread}{failed}"


def _verdict(figure: Figure, value: float | None) -> str:
    if figure.budget is None:
        return ""
    if value is None:
        return "NOT MEASURED"
    return "met" if figure.met(value) else "MISSED"


def _number(value: float) -> str:
    """Three significant digits, thousands grouped."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def as_data(measured: Measured, settings: dict[str, Any]) -> dict[str, Any]:
    """Everything measured, every sample included."""
    return {
        "settings": settings,
        "figures": [
            _figure_data(figure, measured[figure.scenario]) for figure in FIGURES if figure.scenario in measured
        ],
        "errors": {
            f"{scenario}/{peer}": mine.errors
            for scenario, samples in measured.items()
            for peer, mine in samples.items()
            if mine.errors
        },
    }


def _figure_data(figure: Figure, samples: dict[str, Samples]) -> dict[str, Any]:
    value = _middle(figure, samples.get("headrace"))
    return {
        "scenario": figure.scenario,
        "what": figure.what,
        "label": figure.label,
        "unit": figure.unit,
        "budget": figure.budget,
        "more_is_better": figure.more_is_better,
        "met": None if value is None else figure.met(value),
        "peers": {
            name: {
                "count": mine.count,
                "median": _middle(figure, mine),
                "samples": mine.values.get(figure.label, []),
            }
            for name, mine in samples.items()
        },
    }


def missed(measured: Measured) -> list[str]:
    """The figures with a budget that was not kept, or not measured."""
    return [
        figure.what
        for figure in FIGURES
        if figure.scenario in measured
        and _verdict(figure, _middle(figure, measured[figure.scenario].get("headrace"))) in ("MISSED", "NOT MEASURED")
    ]
