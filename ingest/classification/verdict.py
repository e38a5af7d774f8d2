"""Knows what the classifier says about one text: a kind or "unsure", how sure, and because of which words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeightedWord:
    """`weight` is the share of this word in all that speaks for the kind, 0 to 1."""

    word: str
    weight: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`type` is None below the model's threshold ("unsure"); `best` is its best guess all the same, None without one.

    `confidence` is between 0 and 1; `model` names the model that spoke (`Classifier.version`).
    """

    type: str | None
    best: str | None
    confidence: float
    because: tuple[WeightedWord, ...]
    model: str
