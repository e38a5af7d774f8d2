"""Prints measurements as a table and writes them to bench/results.json."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.rounds import Better, Measurement

RESULTS = Path(__file__).with_name("results.json")


def line_of(one: Measurement) -> str:
    cells = [
        f"{one.name:<58}",
        f"{_number(statistics.median(one.product)):>9} {one.unit:<8}",
        f"{_number(statistics.median(one.reference)):>9}" if one.reference else " " * 9,
        f"{_number(one.judged):>7}" if one.reference else " " * 7,
        f"{_spread(one.ratios or one.product):<15}",
        _goal(one),
    ]
    return "  ".join(cells).rstrip()


def heading() -> str:
    return f"{'':<58}  {'product':>9} {'':<8}  {'reference':>9}  {'ratio':>7}  {'spread':<15}  goal"


def print_lines(measurements: Sequence[Measurement]) -> None:
    for one in measurements:
        print(line_of(one), flush=True)
        for note in [one.against and f"reference: {one.against}", *one.notes]:
            if note:
                print(f"    {note}", flush=True)


def write_results(measurements: Sequence[Measurement], load_before: float) -> None:
    """Replaces the lines of the same name in the file and keeps the others, each with the day it was measured."""
    known = json.loads(RESULTS.read_text(encoding="utf-8"))["measurements"] if RESULTS.exists() else []
    fresh = {one.name: _record(one, load_before) for one in measurements}
    kept = [fresh.pop(old["name"], old) for old in known]
    text = json.dumps({"measurements": [*kept, *fresh.values()]}, ensure_ascii=False, indent=1)
    RESULTS.write_text(text + "\n", encoding="utf-8")


def _record(one: Measurement, load_before: float) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": one.unit,
        "product": [float(f"{value:.4g}") for value in one.product],
        "reference": [float(f"{value:.4g}") for value in one.reference],
        "against": one.against,
        "ratio": float(f"{one.judged:.3g}") if one.reference else None,
        "goal": one.goal,
        "reached": one.reached,
        "notes": list(one.notes),
        "measured": f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}",
        "commit": _commit(),
        "machine": f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {load_before:.1f} before",
    }


def _commit() -> str:
    command = ["git", "-C", str(RESULTS.parent), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _goal(one: Measurement) -> str:
    if one.goal is None:
        return ""
    sign = "≥" if one.better is Better.HIGHER else "≤"
    return f"{sign} {_number(one.goal)} {'reached' if one.reached else 'MISSED'}"


def _spread(values: Sequence[float]) -> str:
    return f"{_number(min(values))} – {_number(max(values))}" if len(values) > 1 else ""


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
