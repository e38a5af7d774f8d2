"""Tells the kind of a text with a trained linear model, in numpy alone, and can be kept as bytes that run no code."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ingest.classification.vectors import Floats, SparseVector, Vocabulary
from ingest.classification.verdict import Verdict, WeightedWord
from ingest.classification.words import count_features, features_of, words_of

FORMAT = 1
WORDS_SHOWN = 8


class ClassifierDamaged(ValueError):
    """The bytes are no kept classifier: cut off, of another format, or inconsistent."""


@dataclass(frozen=True)
class Classifier:
    """One logistic model per kind, each asking "this kind or anything else?", so that all may say no.

    `weights`: kinds × features; `bias`: one per kind; below `threshold` the answer is "unsure".
    """

    kinds: tuple[str, ...]
    vocabulary: Vocabulary
    weights: Floats
    bias: Floats
    threshold: float

    @cached_property
    def version(self) -> str:
        """The same content has the same version, wherever and whenever it was made."""
        digest = hashlib.sha256(json.dumps([FORMAT, *self.kinds, round(self.threshold, 6)]).encode())
        digest.update("\n".join(self.vocabulary.columns).encode())
        for numbers in (self.vocabulary.idf, self.weights, self.bias):
            digest.update(np.ascontiguousarray(numbers, dtype="<f4").tobytes())
        return digest.hexdigest()[:12]

    def classify(self, text: str) -> Verdict:
        """An empty text, or one without any known word, has no best guess either."""
        vector = self.vocabulary.vector(text)
        if not len(vector.columns) or not self.kinds:
            return Verdict(None, None, 0.0, (), self.version)
        chances = self._chances(vector)
        best = int(chances.argmax())
        confidence = float(chances[best])
        kind = self.kinds[best]
        sure = kind if confidence >= self.threshold else None
        return Verdict(sure, kind, round(confidence, 4), self._because(text, vector, best), self.version)

    def scores(self, text: str) -> Floats:
        """One number per kind, the more the likelier; no chances yet."""
        return self._scores(self.vocabulary.vector(text))

    def _scores(self, vector: SparseVector) -> Floats:
        scores: Floats = self.weights[:, vector.columns] @ vector.values + self.bias
        return scores

    def _chances(self, vector: SparseVector) -> Floats:
        """Each kind's own chance; where several claim the text, they share it."""
        chances = (1 / (1 + np.exp(-self._scores(vector)))).astype(np.float32)
        shared: Floats = chances / max(1.0, float(chances.sum()))
        return shared

    def _because(self, text: str, vector: SparseVector, kind: int) -> tuple[WeightedWord, ...]:
        """What each feature adds is credited to the words it came from, so that people read words and no fragments."""
        known = self.vocabulary.columns
        names = {known[feature]: feature for feature in count_features(text) if feature in known}
        added = self.weights[kind, vector.columns] * vector.values
        gain = {names[int(c)]: max(0.0, float(a)) for c, a in zip(vector.columns, added, strict=True)}
        total = sum(gain.values())
        if not total:
            return ()
        credit: dict[str, float] = {}
        for word in sorted(set(words_of(text)), key=len):
            for feature in features_of(word):
                credit[word] = credit.get(word, 0.0) + gain.pop(feature, 0.0)
        ranked = sorted(credit.items(), key=lambda entry: (-entry[1], entry[0]))[:WORDS_SHOWN]
        return tuple(WeightedWord(word, round(share / total, 4)) for word, share in ranked if share > 0)

    def dump(self) -> bytes:
        """A numpy archive: numbers and UTF-8 JSON, no pickles."""
        head = {
            "format": FORMAT,
            "kinds": self.kinds,
            "threshold": self.threshold,
            "features": list(self.vocabulary.columns),
        }
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            head=np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), dtype=np.uint8),
            idf=self.vocabulary.idf.astype("<f4"),
            weights=self.weights.astype("<f4"),
            bias=self.bias.astype("<f4"),
        )
        return buffer.getvalue()

    @classmethod
    def load(cls, kept: bytes) -> Classifier:
        """Runs nothing that is in the bytes. Raises ClassifierDamaged."""
        try:
            with np.load(io.BytesIO(kept), allow_pickle=False) as archive:
                head = json.loads(archive["head"].tobytes())
                idf, weights, bias = (np.asarray(archive[name], np.float32) for name in ("idf", "weights", "bias"))
            if head["format"] != FORMAT:
                raise ClassifierDamaged(f"kept in format {head['format']}, this program reads {FORMAT}")
            columns = {str(feature): column for column, feature in enumerate(head["features"])}
            loaded = cls(tuple(head["kinds"]), Vocabulary(columns, idf), weights, bias, float(head["threshold"]))
        except (OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise ClassifierDamaged(f"not a kept classifier: {error}") from error
        loaded._check_shapes()
        return loaded

    def _check_shapes(self) -> None:
        shapes = (self.weights.shape, self.bias.shape, self.vocabulary.idf.shape)
        kinds, features = len(self.kinds), len(self.vocabulary.columns)
        if shapes != ((kinds, features), (kinds,), (features,)):
            raise ClassifierDamaged(f"{kinds} kinds and {features} features do not fit numbers of shape {shapes}")
