"""Turns a text into TF-IDF numbers over a fixed vocabulary, in which unknown words count against everything known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.classification.words import count_features

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SparseVector:
    """`columns` of the vocabulary and their values; together at most of length 1."""

    columns: NDArray[np.intp]
    values: Floats


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Features by column; `idf` has one value per column."""

    columns: Mapping[str, int]
    idf: Floats

    def vector(self, text: str) -> SparseVector:
        """The length is taken over all words, known or not: a text of strange words is a short vector, which no kind
        can claim. This is what makes foreign texts come out as unsure."""
        counts = count_features(text)
        rarest = float(self.idf.max(initial=1.0))
        known = [(self.columns[word], count) for word, count in counts.items() if word in self.columns]
        unknown = sum((1 + np.log(count)) ** 2 for word, count in counts.items() if word not in self.columns)
        columns = np.array([column for column, _ in known], dtype=np.intp)
        weights = (1 + np.log(np.array([count for _, count in known], dtype=np.float32))) * self.idf[columns]
        length = np.sqrt(float(weights @ weights) + unknown * rarest**2)
        return SparseVector(columns, (weights / length if length else weights).astype(np.float32))


def learn_vocabulary(texts: Iterable[str], *, least_texts: int) -> Vocabulary:
    """Features that at least so many texts share. Smoothed inverse document frequency, as scikit-learn has it."""
    total, seen = 0, dict[str, int]()
    for text in texts:
        total += 1
        for feature in count_features(text):
            seen[feature] = seen.get(feature, 0) + 1
    kept = sorted(feature for feature, count in seen.items() if count >= least_texts)
    counts = np.array([seen[feature] for feature in kept], dtype=np.float64)
    idf = np.log((1 + total) / (1 + counts)) + 1
    return Vocabulary({feature: column for column, feature in enumerate(kept)}, idf.astype(np.float32))
