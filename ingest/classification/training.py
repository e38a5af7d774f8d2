"""Trains the classifier on labelled texts, and finds the threshold above which its answers can be relied on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from ingest.classification.classifier import Classifier
from ingest.classification.vectors import Vocabulary, learn_vocabulary

LEAST_THRESHOLD = 0.6
CORRECTION_WEIGHT = 8.0
"""What a person corrected by hand weighs as much as so many made-up examples."""
PRECISION = 0.95
LEAST_TEXTS = 3
"""A feature must be in so many texts; names and misreadings stay out."""
SOFTNESS = 30.0


@dataclass(frozen=True, slots=True)
class Example:
    """`kind` None: a text that is of none of the kinds."""

    text: str
    kind: str | None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the scores of a model become chances (Platt 1999: a logistic curve), and which chance is enough."""

    slope: float
    shift: float
    threshold: float


USUAL_CALIBRATION = Calibration(slope=4.8, shift=20.0, threshold=LEAST_THRESHOLD)
"""As measured with the made-up letters (`ingest.classification.baseline`)."""


def train(examples: Sequence[Example], *, calibration: Calibration = USUAL_CALIBRATION) -> Classifier:
    """The same examples in the same order give the same model. Raises ValueError without two different kinds."""
    kinds = tuple(sorted({str(example.kind) for example in examples if example.kind}))
    if len({example.kind for example in examples}) < 2:
        raise ValueError("training needs examples of at least two kinds")
    vocabulary = _vocabulary(examples)
    table, weight = _table(examples, vocabulary), np.array([example.weight for example in examples])
    models = []
    for kind in kinds:
        model = LogisticRegression(C=SOFTNESS, solver="liblinear", random_state=0)
        models.append(model.fit(table, [example.kind == kind for example in examples], sample_weight=weight))
    return Classifier(
        kinds=kinds,
        vocabulary=vocabulary,
        weights=(calibration.slope * np.vstack([model.coef_[0] for model in models])).astype(np.float32),
        bias=np.array([calibration.slope * m.intercept_[0] + calibration.shift for m in models], dtype=np.float32),
        threshold=calibration.threshold,
    )


def train_calibrated(examples: Sequence[Example], held_out: Sequence[Example]) -> tuple[Classifier, Calibration]:
    """Learns from `examples` how to decide, and from `held_out` how far to trust it. The calibration may serve the
    next model, trained on both."""
    plain = train(examples, calibration=Calibration(1.0, 0.0, 1.0))
    scores = np.array([plain.scores(example.text) for example in held_out])
    truth = np.array([[example.kind == kind for kind in plain.kinds] for example in held_out])
    curve = LogisticRegression(C=1e6).fit(scores.reshape(-1, 1), truth.reshape(-1))
    calibration = Calibration(float(curve.coef_[0, 0]), float(curve.intercept_[0]), 1.0)
    calibrated = train(examples, calibration=calibration)
    threshold = reliable_threshold(calibrated, held_out)
    return replace(calibrated, threshold=threshold), replace(calibration, threshold=threshold)


def reliable_threshold(classifier: Classifier, held_out: Iterable[Example], precision: float = PRECISION) -> float:
    """The lowest threshold, from LEAST_THRESHOLD on, above which at least this share of the answers is right on texts
    the model was not trained on; an answer to a text of no kind is wrong. 1.0 (never sure) if there is none."""
    verdicts = [(classifier.classify(example.text), example.kind) for example in held_out]
    ranked = sorted(((v.confidence, v.best == kind) for v, kind in verdicts), reverse=True)
    right, threshold = 0, 1.0
    for answered, (confidence, correct) in enumerate(ranked, 1):
        right += correct
        if right / answered >= precision:
            threshold = confidence
    return max(LEAST_THRESHOLD, round(threshold, 3))


def _vocabulary(examples: Sequence[Example]) -> Vocabulary:
    """Corrections count for as many texts as they weigh: their words get known even when they stand alone."""
    repeated = (e.text for e in examples for _ in range(LEAST_TEXTS if e.weight >= LEAST_TEXTS else 1))
    return learn_vocabulary(repeated, least_texts=LEAST_TEXTS)


def _table(examples: Sequence[Example], vocabulary: Vocabulary) -> csr_matrix:
    vectors = [vocabulary.vector(example.text) for example in examples]
    ends = np.cumsum([0, *(len(vector.columns) for vector in vectors)])
    values = np.concatenate([vector.values for vector in vectors])
    columns = np.concatenate([vector.columns for vector in vectors])
    return csr_matrix((values, columns, ends), shape=(len(vectors), len(vocabulary.columns)))
