"""Takes an inspected file through reading and rendering, and reads what came out with another program."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, cast

import pytest

from ingest.facts import ReadTextFacts
from ingest.steps import read_text, render
from ingest.steps.contract import Done, StepContext
from ingest.steps.reading_file import read_pages


def render_all(context: StepContext) -> list[dict[str, Any]]:
    """The facts of step render, part by part; those of read_text are put into the context on the way."""
    facts = cast("dict[str, Any]", context.facts)
    outcomes = [read_text.read_range(context, one) for one in read_text.ranges(context)]
    facts["read_text"] = {"ranges": [done.facts for done in outcomes if isinstance(done, Done)]}
    read = read_text.run(context)
    assert isinstance(read, Done)
    facts["read_text"] = read.facts
    outcome = render.run(context)
    assert isinstance(outcome, Done)
    return cast("list[dict[str, Any]]", outcome.facts["parts"])


def words_read(context: StepContext, part: int) -> dict[int, list[str]]:
    """By page number, as the product reads and finds them."""
    facts = cast("ReadTextFacts", context.facts["read_text"])
    return {
        page.number: [word.text for line in page.text.lines for word in line]
        for page in read_pages(facts, part, context.workspace)
    }


def words_by_poppler(path: Path, page: int) -> Counter[str]:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    command = ["pdftotext", "-f", str(page), "-l", str(page), str(path), "-"]
    told = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return Counter(told.decode().split())
