"""Makes the first model of a new town: trained on made-up letters, before any person has corrected anything."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.classification.classifier import Classifier
from ingest.classification.training import Example, train, train_calibrated
from ingest.samples.examples import background_examples, labelled_examples
from ingest.samples.phrases import TRAINING, Share

PER_KIND = 90
BACKGROUND = 600


def made_up_examples(seed: int, shares: tuple[Share, ...] = TRAINING, *, per_kind: int = PER_KIND) -> list[Example]:
    """Letters of every kind, and texts of none."""
    letters = [Example(text, kind) for text, kind in labelled_examples(per_kind, seed, shares)]
    return letters + [Example(text, None) for text in background_examples(BACKGROUND, seed, shares)]


def train_first_model(seed: int = 1, corrections: Sequence[Example] = ()) -> Classifier:
    """Is calibrated by training on one share of the phrases and asking about another, then trained on both.

    Takes about 15 seconds. `corrections` (weight them, `CORRECTION_WEIGHT`) join the final training.
    """
    held_out = made_up_examples(seed + 1, (Share.SECOND,), per_kind=PER_KIND // 3)
    _, calibration = train_calibrated(made_up_examples(seed, (Share.FIRST,)), held_out)
    return train([*made_up_examples(seed), *corrections], calibration=calibration)
