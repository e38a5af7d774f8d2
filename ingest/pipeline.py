"""The order of the steps: what happens to a piece of mail, from top to bottom."""

from __future__ import annotations

from collections.abc import Callable

from ingest.steps import (
    check_malware,
    classify,
    extract,
    identify_format,
    inspect,
    read_text,
    receive,
    register,
    render,
    unpack,
)
from ingest.steps.contract import Outcome, PageRange, Step, StepContext
from ingest.steps.names import StepName

PIPELINE: tuple[Step, ...] = (
    Step(StepName.RECEIVE, receive.run),
    Step(StepName.CHECK_MALWARE, check_malware.run),
    Step(StepName.IDENTIFY_FORMAT, identify_format.run),
    Step(StepName.UNPACK, unpack.run),
    Step(StepName.INSPECT, inspect.run),
    Step(
        StepName.READ_TEXT,
        read_text.run,
        ranges=read_text.ranges,
        read_range=read_text.read_range,
        is_quick=read_text.is_quick,
    ),
    Step(StepName.RENDER, render.run),
    Step(StepName.EXTRACT, extract.run),
    Step(StepName.CLASSIFY, classify.run),
    Step(StepName.REGISTER, register.run),
)


def range_reader(name: str) -> Callable[[StepContext, PageRange], Outcome]:
    """What reads one page range of this step. Raises LookupError for a step that has no ranges (any more)."""
    for step in PIPELINE:
        if step.name == name and step.read_range is not None:
            return step.read_range
    raise LookupError(f"no step {name!r} reads page ranges")
