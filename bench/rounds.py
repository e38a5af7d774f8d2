"""What a measurement is: product and reference in turns, several rounds, and the spread between the rounds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True)
class Measurement:
    """One line of the table: values in `unit`, one per round; `reference` in the same unit and order, or empty.

    `goal` is a bound for the ratio where there is a reference, else for the value itself.
    """

    name: str
    unit: str
    product: Sequence[float]
    reference: Sequence[float] = ()
    against: str = ""
    goal: float | None = None
    better: Better = Better.HIGHER
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def ratios(self) -> list[float]:
        """Product by reference, round by round: neighbours that slow one round slow both halves of it."""
        if not self.reference:
            return []
        return [ours / theirs for ours, theirs in zip(self.product, self.reference, strict=True) if theirs]

    @property
    def judged(self) -> float:
        return statistics.median(self.ratios or self.product)

    @property
    def reached(self) -> bool | None:
        """None where there is no goal."""
        if self.goal is None:
            return None
        return self.judged >= self.goal if self.better is Better.HIGHER else self.judged <= self.goal


def take_turns(
    rounds: int, ours: Callable[[int], float], theirs: Callable[[int], float]
) -> tuple[list[float], list[float]]:
    """Both in each round, the order changing, so that neither always meets the warmer machine."""
    product, reference = [], []
    for number in range(rounds):
        if number % 2:
            reference.append(theirs(number))
            product.append(ours(number))
        else:
            product.append(ours(number))
            reference.append(theirs(number))
    return product, reference


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share (0 to 1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]
