"""Writes labelled texts for training: letters without layout, some as OCR would have misread them, and other prose."""

from __future__ import annotations

from random import Random

from ingest.classification.kinds import Kind
from ingest.samples.letters import LetterWriter
from ingest.samples.phrases import TRAINING, Share, read_wording, share_of

MISREADINGS = {
    "ä": "a",
    "ö": "o",
    "ü": "ii",
    "ß": "B",
    "l": "1",
    "i": "l",
    "e": "c",
    "m": "rn",
    "n": "u",
    "h": "b",
    "g": "q",
    "f": "t",
    "S": "5",
    "B": "8",
    "O": "0",
    "r": "",
    " ": "",
}
DAMAGE = (0.0, 0.0, 0.02, 0.04)
"""Shares of misread characters; half of the letters are read without fault."""


def labelled_examples(count_per_type: int, seed: int, shares: tuple[Share, ...] = TRAINING) -> list[tuple[str, Kind]]:
    """`count_per_type` letters of each kind, text and kind; with the default shares none has a phrase of the sample
    mail that tells its kind. Salutations, closings and the town are the same in all."""
    random = Random(seed)
    writer = LetterWriter(random, shares)
    examples = []
    for kind in Kind:
        for _ in range(count_per_type):
            letter = writer.write(kind)
            if random.random() < 0.3:
                letter.paragraphs += writer.extra_paragraphs(letter)[:2]
            examples.append((misread(letter.text, random.choice(DAMAGE), random), kind))
    return examples


def background_examples(count: int, seed: int, shares: tuple[Share, ...] = TRAINING) -> list[str]:
    """Prose that is no letter of any kind: half of it as if posted to the town, with address and greeting."""
    random = Random(seed)
    writer = LetterWriter(random, shares)
    common = read_wording("common")
    sentences = share_of(common["background"], shares) + share_of(common["filler"], shares)
    texts = []
    for _ in range(count):
        letter = writer.write(random.choice(list(Kind)))
        body = random.sample(sentences, random.randint(1, min(9, len(sentences))))
        letter.paragraphs = [writer.filled(letter, sentence) for sentence in body]
        letter.subject, letter.table, letter.after_table = "", None, []
        text = letter.text if random.random() < 0.5 else "\n".join(letter.paragraphs)
        texts.append(misread(text, random.choice(DAMAGE), random))
    return texts


def misread(text: str, share: float, random: Random) -> str:
    """Swaps about this share of the characters for what they are commonly taken for; a third of all have no double,
    so the others are swapped half again as often."""
    return "".join(MISREADINGS.get(sign, sign) if random.random() < share * 1.5 else sign for sign in text)
