"""The names of the steps, in their order; told without loading what the steps work with."""

from __future__ import annotations

from enum import StrEnum


class StepName(StrEnum):
    """The value stands in the database: in an item's `step`, in its step runs and in its events."""

    RECEIVE = "receive"
    CHECK_MALWARE = "check_malware"
    IDENTIFY_FORMAT = "identify_format"
    UNPACK = "unpack"
    INSPECT = "inspect"
    READ_TEXT = "read_text"
    RENDER = "render"
    EXTRACT = "extract"
    CLASSIFY = "classify"
    REGISTER = "register"


FIRST_STEP, *_, LAST_STEP = StepName


def step_after(name: str) -> StepName:
    """The last step's own name when there is none."""
    steps = list(StepName)
    return steps[min(steps.index(StepName(name)) + 1, len(steps) - 1)]
