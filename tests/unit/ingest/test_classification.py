"""The classifier: right when sure, unsure about what it does not know, explained by words, kept without pickles."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingest.classification.baseline import made_up_examples
from ingest.classification.classifier import Classifier, ClassifierDamaged
from ingest.classification.kinds import Kind
from ingest.classification.training import (
    CORRECTION_WEIGHT,
    PRECISION,
    Calibration,
    Example,
    reliable_threshold,
    train,
    train_calibrated,
)
from ingest.classification.words import count_features, features_of
from ingest.samples.phrases import Share
from tests.shared_data import shared_data

NOVEL = """It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of
a
wife. However little known the feelings or views of such a man may be on his first entering a neighbourhood, this truth
is so well fixed in the minds of the surrounding families."""
pytestmark = pytest.mark.xdist_group("classifier")  # trained once, in one process
CIRCUS = "Das Zirkusgastspiel mit Raubtiernummer gastiert im Winterquartier, Artistenwagen und Manege inbegriffen."


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return made_up_examples(1, (Share.FIRST,), per_kind=40)


@pytest.fixture(scope="module")
def learned(examples: list[Example]) -> tuple[Classifier, Calibration]:
    return train_calibrated(examples, made_up_examples(2, (Share.SECOND,), per_kind=20))


@pytest.fixture(scope="module")
def classifier(learned: tuple[Classifier, Calibration]) -> Classifier:
    """As a new town gets it, with fewer examples: calibrated on held-out phrases, trained on all but the mail's."""
    return train(made_up_examples(1, per_kind=40), calibration=learned[1])


def council_papers() -> list[str]:
    path = shared_data() / "search" / "karlsruhe-council-docs.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    chosen = random.Random(1).sample(rows, 300)
    return [max((value for value in row.values() if isinstance(value, str)), key=len) for row in chosen]


def test_sure_answers_about_letters_in_words_it_never_saw_are_right(classifier: Classifier) -> None:
    letters = [example for example in made_up_examples(3, (Share.MAIL,), per_kind=20) if example.kind]
    verdicts = [(classifier.classify(letter.text), letter.kind) for letter in letters]
    sure = [(verdict.type, kind) for verdict, kind in verdicts if verdict.type]
    right = sum(kind == said for said, kind in sure) / len(sure)
    print(f"sure about {len(sure) / len(letters):.1%} of {len(letters)}, of these right {right:.1%}")
    assert right >= PRECISION
    assert len(sure) >= 0.5 * len(letters)
    assert sum(verdict.best == kind for verdict, kind in verdicts) >= 0.9 * len(letters)


@pytest.mark.parametrize("text", ["", "   \n", "xqzt wvbb kkpq zzrt", "1234 56,78 € 2026", "\x00\ufffd💌" * 50, NOVEL])
def test_foreign_and_senseless_texts_are_unsure(classifier: Classifier, text: str) -> None:
    verdict = classifier.classify(text)
    assert verdict.type is None
    assert verdict.confidence < classifier.threshold


def test_an_empty_text_has_no_best_guess(classifier: Classifier) -> None:
    assert classifier.classify("").best is None
    assert classifier.classify("").because == ()


def test_council_papers_are_mostly_unsure(classifier: Classifier) -> None:
    papers = council_papers()
    sure = sum(classifier.classify(paper).type is not None for paper in papers) / len(papers)
    print(f"sure about {sure:.1%} of {len(papers)} council papers")
    assert sure <= 0.1


def test_the_words_that_weigh_most_are_named_as_they_stand_in_the_text(classifier: Classifier) -> None:
    text = "Gegen den Abfallgebührenbescheid vom 3. März lege ich Widerspruch ein. Der Bescheid ist aufzuheben."
    verdict = classifier.classify(text)
    assert verdict.best == Kind.OBJECTION
    words = [one.word for one in verdict.because]
    assert "widerspruch" in words[:3]
    assert all(word in text.lower() for word in words)
    weights = [one.weight for one in verdict.because]
    assert weights == sorted(weights, reverse=True)
    assert 0 < sum(weights) <= 1.001


def test_a_long_word_is_also_its_beginning_and_its_end() -> None:
    assert features_of("gewerbeanmeldung") == ["gewerbeanmeldung", "gewerb…", "…meldung"]
    assert features_of("hund") == ["hund"]
    assert "abfallgebühren" in count_features("Abfall-\ngebühren")


def test_it_is_kept_and_found_again_unchanged(classifier: Classifier) -> None:
    kept = classifier.dump()
    again = Classifier.load(kept)
    assert len(kept) < 5_000_000
    assert again.version == classifier.version
    text = "Hiermit beantrage ich die Erteilung einer Baugenehmigung."
    assert again.classify(text) == classifier.classify(text)


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (pytest.fail, ("loading ran code",))


def archive(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"no archive",
        pickle.dumps(Trap()),
        archive(head=np.array([Trap()], dtype=object)),
        archive(head=np.frombuffer(b'{"format": 99}', np.uint8), idf=np.ones(1), weights=np.ones(1), bias=np.ones(1)),
        archive(head=np.frombuffer(b"[]", np.uint8), idf=np.ones(1), weights=np.ones(1), bias=np.ones(1)),
        archive(
            head=np.frombuffer(b'{"format":1,"kinds":["a"],"threshold":0.5,"features":["x","y"]}', np.uint8),
            idf=np.ones(1),
            weights=np.ones((1, 1)),
            bias=np.ones(1),
        ),
    ],
)
def test_damaged_or_hostile_bytes_are_refused_and_run_nothing(kept: bytes) -> None:
    with pytest.raises(ClassifierDamaged):
        Classifier.load(kept)


def test_a_cut_off_model_is_refused(classifier: Classifier) -> None:
    kept = classifier.dump()
    for length in (10, len(kept) // 2, len(kept) - 1):
        with pytest.raises(ClassifierDamaged):
            Classifier.load(kept[:length])


def test_training_repeats_exactly_and_another_model_has_another_version() -> None:
    few = made_up_examples(4, (Share.FIRST,), per_kind=3)[:80]
    assert train(few).version == train(few).version
    assert train(few).version != train(few[:-10]).version


def test_a_correction_is_visible_after_retraining(
    examples: list[Example], learned: tuple[Classifier, Calibration]
) -> None:
    before, calibration = learned
    assert before.classify(CIRCUS).type is None
    correction = Example(CIRCUS, Kind.REGISTRATION, CORRECTION_WEIGHT)
    after = train([*examples, correction], calibration=calibration)
    similar = "Unser Zirkusgastspiel kommt wieder: Artistenwagen, Manege und Raubtiernummer im Winterquartier."
    assert before.classify(similar).best != Kind.REGISTRATION or before.classify(similar).type is None
    verdict = after.classify(similar)
    assert verdict.type == Kind.REGISTRATION
    assert {"zirkusgastspiel", "manege", "winterquartier"} & {one.word for one in verdict.because[:4]}
    assert after.version != before.version


def test_a_town_may_teach_a_kind_of_its_own(examples: list[Example]) -> None:
    own = [Example(f"{CIRCUS} Nummer {number}", "circus_permit", CORRECTION_WEIGHT) for number in range(3)]
    assert train([*examples, *own]).classify(CIRCUS).type == "circus_permit"


def test_training_needs_two_kinds() -> None:
    with pytest.raises(ValueError, match="two kinds"):
        train([Example("Antrag", "application")] * 5)


def test_the_threshold_keeps_wrong_answers_out(classifier: Classifier) -> None:
    letters = [Example(NOVEL, "invitation")] * 10
    assert reliable_threshold(classifier, letters) == 1.0


def test_answering_needs_neither_scikit_learn_nor_scipy() -> None:
    code = "import sys, ingest.classification.classifier; print(sorted({'sklearn', 'scipy'} & set(sys.modules)))"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"
