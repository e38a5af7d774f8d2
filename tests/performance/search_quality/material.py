"""The documents that are searched and the questions that came with them."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SEED = 7
_WORD = re.compile(r"[^\W\d_]+")
_BROKEN = re.compile(r"(?<=[^\W\d_])-[ \t]*\n[ \t]*(?!(?:und|oder|bzw|sowie)\b)(?=[a-zäöüß])")


@dataclass(frozen=True)
class Question:
    """`relevant` are the numbers of the documents that ought to be found."""

    typed: str
    relevant: frozenset[int]


@dataclass(frozen=True)
class Material:
    """`texts` by number from 0, and the file number that each is filed under, if any. `titles`, `references` and
    `sections` are the questions that came with them: names of council papers, their file numbers, headings of sections
    of law. The names and headings are not indexed, only the text is, and the file number as the field it is."""

    texts: tuple[str, ...]
    filed_under: tuple[str, ...]
    titles: tuple[Question, ...] = ()
    references: tuple[Question, ...] = ()
    sections: tuple[Question, ...] = ()

    @cached_property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each text as written; those broken off at a line end are put together."""
        return tuple(tuple(_WORD.findall(_BROKEN.sub("", text))) for text in self.texts)

    @cached_property
    def holders(self) -> dict[str, frozenset[int]]:
        """Word in small letters → texts that hold it."""
        found = defaultdict(set)
        for number, words in enumerate(self.words):
            for word in words:
                found[word.lower()].add(number)
        return {word: frozenset(numbers) for word, numbers in found.items()}


def load_all(folder: Path) -> Material:
    """The whole material: 8,998 council documents and 20,000 sections of law."""
    texts: list[str] = []
    filed_under: list[str] = []
    numbers: dict[str, int] = {}
    for name in ("karlsruhe-council-docs.jsonl.gz", "gesetze-paragraphs.jsonl.gz"):
        with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                document = json.loads(line)
                numbers[document["id"]] = len(texts)
                texts.append(document["text"])
                filed_under.append(document.get("reference") or "")
    council = list(_rows(folder / "karlsruhe-queries.tsv"))
    sections = [
        _question(row["query"], [row["relevant_id"]], numbers) for row in _rows(folder / "known-item-queries.tsv")
    ]
    by_kind = {
        kind: tuple(_question(r["query"], r["relevant_ids"].split(), numbers) for r in council if r["kind"] == kind)
        for kind in ("title", "reference")
    }
    return Material(tuple(texts), tuple(filed_under), by_kind["title"], by_kind["reference"], tuple(sections))


def sample(whole: Material, documents: int, questions: int) -> Material:
    """`questions` of each kind, what they ought to find, and other documents up to `documents` in all."""
    chance = random.Random(SEED)
    kinds = [
        chance.sample(kind, min(questions, len(kind))) for kind in (whole.titles, whole.references, whole.sections)
    ]
    kept = {number for kind in kinds for question in kind for number in question.relevant}
    others = [number for number in range(len(whole.texts)) if number not in kept]
    order = sorted(kept | set(chance.sample(others, max(documents - len(kept), 0))))
    places = {number: place for place, number in enumerate(order)}
    titles, references, sections = (
        tuple(Question(q.typed, frozenset(places[number] for number in q.relevant)) for q in kind) for kind in kinds
    )
    texts, filed_under = (tuple(values[number] for number in order) for values in (whole.texts, whole.filed_under))
    return Material(texts, filed_under, titles, references, sections)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _question(typed: str, ids: Iterable[str], numbers: dict[str, int]) -> Question:
    return Question(typed, frozenset(numbers[identity] for identity in ids if identity in numbers))
