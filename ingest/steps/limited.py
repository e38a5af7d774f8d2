"""Runs a step's work on a file under its limits, and knows which reason stands for which failure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ingest.reading.sandbox import ChildDied, TooExpensive, WorkFailed, run_limited
from ingest.reasons import Reason
from ingest.steps.contract import StepContext

T = TypeVar("T")

FILE_TROUBLE = (TooExpensive, ChildDied, WorkFailed)
"""What a file may do to the process that works on it. Anything else is a fault of ours, and the runner's to judge."""


def limited(context: StepContext, work: Callable[..., T], *args: Any) -> T:
    """Raises what `run_limited` raises. Work that somebody killed from outside is not the file's fault: once more."""
    run = context.child.run if context.child else run_limited
    try:
        return run(work, *args, limits=context.limits)
    except ChildDied as death:
        if not death.from_outside:
            raise
    return run(work, *args, limits=context.limits)


def reason_of(trouble: TooExpensive | ChildDied | WorkFailed) -> Reason:
    return Reason.TOO_EXPENSIVE if isinstance(trouble, TooExpensive) else Reason.DAMAGED_FILE
