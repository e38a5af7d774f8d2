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

PIPELINE: tuple[Step, ...] = (
    Step("receive", receive.run),
    Step("check_malware", check_malware.run),
    Step("identify_format", identify_format.run),
    Step("unpack", unpack.run),
    Step("inspect", inspect.run),
    Step("read_text", read_text.run, ranges=read_text.ranges, read_range=read_text.read_range),
    Step("render", render.run),
    Step("extract", extract.run),
    Step("classify", classify.run),
    Step("register", register.run),
)

FIRST_STEP = PIPELINE[0].name
LAST_STEP = PIPELINE[-1].name


def range_reader(name: str) -> Callable[[StepContext, PageRange], Outcome]:
    """What reads one page range of this step. Raises LookupError for a step that has no ranges (any more)."""
    for step in PIPELINE:
        if step.name == name and step.read_range is not None:
            return step.read_range
    raise LookupError(f"no step {name!r} reads page ranges")


def step_after(name: str) -> str:
    """The next step's name; the last step's own name when there is none."""
    names = [step.name for step in PIPELINE]
    return names[min(names.index(name) + 1, len(names) - 1)]
