"""Writes letters: chooses a topic, phrases and details for one kind of mail and puts them in the order of DIN 5008."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from ingest.classification.kinds import Kind
from ingest.samples import people
from ingest.samples.annexes import Table, make_items
from ingest.samples.details import Details, figures, written
from ingest.samples.people import Correspondent
from ingest.samples.phrases import TRAINING, Share, read_wording, share_of

FIRST_DAY = date(2025, 9, 1)
LAST_DAY = date(2026, 3, 20)


@dataclass(slots=True)
class Letter:
    """`paragraphs` may hold a heading as its first line, then a line feed. `form` letters have no salutation."""

    kind: Kind
    sender: Correspondent
    day: date
    date_line: str
    office: str
    subject: str
    salutation: str
    paragraphs: list[str]
    closing: str
    references: list[tuple[str, str]] = field(default_factory=list)
    table: Table | None = None
    after_table: list[str] = field(default_factory=list)
    annexes: list[Table] = field(default_factory=list)
    form: bool = False
    iban: str = ""
    topic: str = ""
    separator: str = ", "
    """Stands between the parts of the small sender line above the address."""
    spent: set[str] = field(default_factory=set)
    """Asides already told in this letter, before their gaps were filled."""

    @property
    def text(self) -> str:
        """Without layout, as the training examples have it."""
        head = [self.sender.name, f"{self.sender.street}, {self.sender.town}", f"Stadt {people.TOWN}", self.office]
        table = [" ".join(filter(None, row)) for row in self.table.rows] if self.table else []
        body = [self.date_line, self.subject, self.salutation, *self.paragraphs, *table, *self.after_table]
        return "\n".join(line for line in [*head, *body, self.closing, self.sender.name] if line)


def _contracted(dative: str) -> str:
    """ "zur Hundesteuer", not "zu der Hundesteuer"."""
    article, _, noun = dative.partition(" ")
    return {"der": "zur", "dem": "zum"}.get(article, f"zu {article}") + f" {noun}"


class LetterWriter:
    """Writes letters of one share of the phrases. Same random state, same letters."""

    def __init__(self, random: Random, shares: tuple[Share, ...] = TRAINING) -> None:
        self.random, self.shares = random, shares

    def write(self, kind: Kind, *, topic: str | None = None, day: date | None = None) -> Letter:
        wording = read_wording(kind)
        company = {"person": False, "company": True}.get(wording["sender"], self.random.random() < 0.5)
        sender = people.make_firm(self.random) if company else people.make_person(self.random)
        day = day or FIRST_DAY + timedelta(days=self.random.randint(0, (LAST_DAY - FIRST_DAY).days))
        topic = topic or self.random.choice(sorted(read_wording("topics")))
        matter = read_wording("topics")[topic]
        details = Details(self.random, day, {k: v for k, v in matter.items() if isinstance(v, str)})
        details["sender"] = sender.name
        details["to_dative"] = _contracted(matter["dative"])
        letter = self._letter(kind, wording, sender, matter, details)
        letter.topic = topic
        return letter

    def extra_paragraphs(self, letter: Letter) -> list[str]:
        """More to say in the same letter, none of it said twice: what makes a letter longer."""
        details = Details(self.random, letter.day, {"sender": letter.sender.name})
        wording = read_wording(letter.kind)
        special = list(wording.get("more", []))
        if "clause_titles" in wording:
            titled = zip(wording["clause_titles"], special, strict=True)
            return [f"§ {number} {title}\n{details.fill(text)}" for number, (title, text) in enumerate(titled, 5)]
        facts = read_wording("common")["filler"] + read_wording("topics")[letter.topic]["facts"]
        pool = special or [told for told in share_of(facts, self.shares) if told not in letter.spent]
        self.random.shuffle(pool)
        return [details.fill(" ".join(pool[at : at + 3])) for at in range(0, len(pool), 3)]

    def filled(self, letter: Letter, phrase: str) -> str:
        return Details(self.random, letter.day, {"sender": letter.sender.name}).fill(phrase)

    def _letter(
        self, kind: Kind, wording: dict[str, Any], sender: Correspondent, matter: dict[str, Any], details: Details
    ) -> Letter:
        form = bool(wording.get("form"))
        items = make_items(self.random) if wording.get("table") else None
        letter = Letter(
            kind=kind,
            sender=sender,
            day=details.day,
            date_line=self._date_line(sender, details.day),
            office=wording.get("office", matter["office"]),
            subject="",
            salutation="" if form else self._salutation(),
            paragraphs=[],
            closing=self._closing(form, details),
            references=self._references(details) if sender.feminine is None and not form else [],
            table=items,
            after_table=[details.fill(self._pick(slot)) for slot in wording.get("after_table", [])],
            form=form,
        )
        phrases = self._choose([wording["subject"], *wording["slots"]], linked=bool(wording.get("linked")))
        letter.subject, *slots = (details.fill(phrase) for phrase in phrases)
        letter.paragraphs = self._told(letter, slots, matter, details) if wording.get("topical") else slots
        letter.separator = self.random.choice([", ", " · ", " - ", " | "])
        letter.iban = details["iban"] if sender.feminine is None else ""
        return letter

    def _choose(self, slots: list[list[str]], *, linked: bool) -> list[str]:
        """One phrase of each slot; linked slots belong together line by line."""
        if not linked:
            return [self._pick(slot) for slot in slots]
        lines = share_of([str(number) for number in range(len(slots[0]))], self.shares)
        line = int(self.random.choice(lines))
        return [slot[line] for slot in slots]

    def _told(self, letter: Letter, slots: list[str], matter: dict[str, Any], details: Details) -> list[str]:
        """The slots with what there is to tell of the matter in the second of them."""
        facts = share_of(matter["facts"], self.shares)
        chosen = self.random.sample(facts, min(len(facts), self.random.randint(1, 3)))
        common = read_wording("common")
        ending = [self._pick(common["contact"])] if self.random.random() < 0.6 else []
        aside = [self._pick(common["filler"])] if self.random.random() < 0.6 else []
        letter.spent.update(chosen + aside)
        told = " ".join(details.fill(phrase) for phrase in chosen + aside)
        return [slots[0], f"{slots[1]} {told}", *slots[2:], *(details.fill(phrase) for phrase in ending)]

    def _pick(self, phrases: list[str]) -> str:
        return self.random.choice(share_of(phrases, self.shares))

    def _any_of(self, name: str) -> str:
        """Of what all letters share, whatever their share of the phrases."""
        phrases: list[str] = read_wording("common")[name]
        return self.random.choice(phrases)

    def _salutation(self) -> str:
        if self.random.random() < 0.6:
            return self._any_of("greetings_unknown")
        if self.random.random() < 0.5:
            return f"Sehr geehrte Frau {people.make_surname(self.random)},"
        return f"Sehr geehrter Herr {people.make_surname(self.random)},"

    def _closing(self, form: bool, details: Details) -> str:
        return "" if form else details.fill(self._any_of("closings"))

    def _date_line(self, sender: Correspondent, day: date) -> str:
        place = sender.town.partition(" ")[2]
        shape = self.random.randrange(4)
        return [f"{place}, {written(day)}", f"{place}, den {figures(day)}", figures(day), written(day)][shape]

    def _references(self, details: Details) -> list[tuple[str, str]]:
        mine = "".join(word[0] for word in details["sender"].split()[:2]).upper()
        return [
            ("Ihr Zeichen", details["file_ref_41"]),
            ("Unser Zeichen", f"{mine}-{details['number_2']}"),
            ("Telefon", details["phone_41"]),
            ("Datum", figures(details.day)),
        ]
