"""Step classify: which kind of mail each part is, how sure the model is, and because of which words."""

from __future__ import annotations

from typing import cast

from ingest.classification.verdict import Verdict
from ingest.facts import Because, ClassifiedPart, ClassifyFacts, PartFacts, UnpackFacts
from ingest.steps.contract import Done, Facts, Outcome, StepContext
from ingest.steps.extract import first_pages

NO_MODEL = ""
SAYS_NOTHING = Verdict(type=None, best=None, confidence=0.0, because=(), model=NO_MODEL)


def run(context: StepContext) -> Outcome:
    """Without a model, every part is of no known type; a person can still say."""
    unpacked = cast("UnpackFacts", context.facts["unpack"])
    parts = [_recorded(part["number"], _verdict(context, part, unpacked)) for part in unpacked["parts"]]
    return Done(cast("Facts", ClassifyFacts(parts=parts)))


def _verdict(context: StepContext, part: PartFacts, unpacked: UnpackFacts) -> Verdict:
    if context.classifier is None:
        return SAYS_NOTHING
    return context.classifier.classify(_text(context, part, unpacked))


def _text(context: StepContext, part: PartFacts, unpacked: UnpackFacts) -> str:
    """A mail's subject belongs to its text."""
    mail = unpacked.get("mail")
    subject = [mail["subject"]] if mail and part["kind"] == "mail" and part["parent"] is None else []
    return "\n".join([*subject, *(page.text for page in first_pages(context, part["number"]))])


def _recorded(part: int, verdict: Verdict) -> ClassifiedPart:
    return ClassifiedPart(
        part=part,
        type=verdict.type,
        best=verdict.best,
        confidence=verdict.confidence,
        because=[Because(word=one.word, weight=one.weight) for one in verdict.because],
        model=verdict.model,
    )
