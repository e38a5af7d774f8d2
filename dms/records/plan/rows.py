"""A plan entry as it is written down outside (CSV, xdomea, a form): one neutral shape, checked in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

from django.utils.translation import gettext as _

from dms.records.documents.facts import InvalidFact, one_line
from dms.records.plan.models import EntryState, PlanEntry
from dms.records.plan.numbers import LONGEST_NUMBER, clean_number, looks_like_words
from dms.records.plan.retention import Retention

LONGEST_TITLE = 300
LONGEST_DESCRIPTION = 4000


@dataclass(frozen=True, slots=True)
class PlanRow:
    """`parent` is a number, empty for a main group. `where` is the line of the file, 0 where there is none.

    `untold` are the fields, also of the retention, of which the file says nothing at all: they stay as they are.
    """

    number: str
    title: str
    parent: str = ""
    description: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    retired: bool = False
    retention: Retention = field(default_factory=Retention)
    where: int = 0
    untold: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why the plan cannot be read as it is. `where` as in PlanRow."""

    where: int
    number: str
    sentence: str


def row_of(entry: PlanEntry, parent_number: str) -> PlanRow:
    return PlanRow(
        entry.number, entry.title, parent_number, entry.description, entry.valid_from, entry.valid_to,
        entry.state == EntryState.RETIRED, entry.retention,
    )  # fmt: skip


def rows_of(entries: Sequence[PlanEntry]) -> list[PlanRow]:
    """In their order. What stands below one that is not among them comes up to the next one above that is."""
    numbers = {entry.pk: entry.number for entry in entries}
    return [
        row_of(entry, next((numbers[above] for above in reversed(entry.ancestors) if above in numbers), ""))
        for entry in entries
    ]


def completed(row: PlanRow, stands: PlanRow | None) -> PlanRow:
    """With what stands there now, if anything does, where the file says nothing."""
    if stands is None:
        return row
    own = {one.name for one in fields(row)}
    kept = {name: getattr(stands, name) for name in row.untold & own}
    rule = {name: getattr(stands.retention, name) for name in row.untold - own}
    return replace(row, **kept, retention=replace(row.retention, **rule))


def clean_row(row: PlanRow) -> PlanRow:
    """As it is stored. Raises InvalidFact with the name of the field."""
    for fault in row_faults(row):
        raise fault
    return _as_stored(row)


def _as_stored(row: PlanRow) -> PlanRow:
    """Of one without faults."""
    return replace(
        row, number=clean_number(row.number), title=one_line("title", row.title, LONGEST_TITLE),
        parent=clean_number(row.parent), description=row.description.strip(), retention=clean_retention(row.retention),
    )  # fmt: skip


def row_faults(row: PlanRow) -> Iterator[InvalidFact]:
    """All that is wrong with the row by itself."""
    if not clean_number(row.number):
        sentence = _("Ein Kennzeichen besteht aus Ziffern, Buchstaben und Trennzeichen, höchstens {most} Zeichen.")
        yield InvalidFact("number", sentence.format(most=LONGEST_NUMBER))
    try:
        if not one_line("title", row.title, LONGEST_TITLE):
            yield InvalidFact("title", _("Ein Aktenplaneintrag braucht einen Titel."))
    except InvalidFact as error:
        yield error
    if len(row.description) > LONGEST_DESCRIPTION:
        sentence = _("Höchstens {most} Zeichen haben Platz; es sind {number}.")
        yield InvalidFact("description", sentence.format(most=LONGEST_DESCRIPTION, number=len(row.description)))
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        yield InvalidFact("valid_to", _("Das Ende der Gültigkeit liegt vor ihrem Beginn."))
    try:
        yield from (InvalidFact(name, _missing()[name]) for name in _tidy(row.retention).problems)
    except InvalidFact as error:
        yield error


def new_number_faults(number: str) -> Iterator[InvalidFact]:
    """Of a number that comes to the plan; those that stand there already are left alone."""
    if looks_like_words(number):
        sentence = _(
            "„{number}“ ist kein Kennzeichen: Es hat Ziffern (610.2) oder höchstens vier Buchstaben (A, PERS). "
            "Wörter gehören in den Titel."
        )
        yield InvalidFact("number", sentence.format(number=number))


def clean_retention(rule: Retention) -> Retention:
    """Raises InvalidFact: a rule is whole, with its law and how sure we are of it, or there is none."""
    clean = _tidy(rule)
    for name in clean.problems:
        raise InvalidFact(name, _missing()[name])
    return clean if clean.is_set else Retention()


def _tidy(rule: Retention) -> Retention:
    """Raises InvalidFact."""
    return replace(
        rule,
        start=one_line("start", rule.start, 300),
        note=one_line("note", rule.note, 500),
        legal_basis=one_line("legal_basis", rule.legal_basis, 300),
        reviewed_by=one_line("reviewed_by", rule.reviewed_by, 200),
    )


def check_rows(rows: Sequence[PlanRow], known: Mapping[str, str]) -> tuple[list[PlanRow], list[RowProblem]]:
    """The rows as they are stored, parents before children, and all that is wrong with them.

    `known` are the numbers of the plan with those of their parents.
    """
    clean, named = dict[str, PlanRow](), dict[str, PlanRow]()
    problems: list[RowProblem] = []
    for row in rows:
        faults, number = [str(one) for one in row_faults(row)], clean_number(row.number)
        if number not in known:
            faults += [str(one) for one in new_number_faults(number)]
        if number in named:
            faults.append(_("Dieses Kennzeichen steht schon in Zeile {line}.").format(line=named[number].where))
        elif number:  # wrong or not, others may stand below it
            named[number] = replace(row, number=number, parent=clean_number(row.parent))
        problems += [RowProblem(row.where, number or row.number[:LONGEST_NUMBER], one) for one in faults]
        if not faults:
            clean[number] = _as_stored(row)
    problems += _lost(named, known)
    return _parents_first(clean), problems


def _lost(rows: Mapping[str, PlanRow], known: Mapping[str, str]) -> Iterator[RowProblem]:
    """Whose parent there is not, or who stand below themselves."""
    parents = {**known, **{row.number: row.parent for row in rows.values()}}
    for row in rows.values():
        if row.parent and row.parent not in parents:
            sentence = _("Der übergeordnete Eintrag {number} fehlt.").format(number=row.parent)
            yield RowProblem(row.where, row.number, sentence)
        elif _in_a_ring(row.number, parents):
            yield RowProblem(row.where, row.number, _("Der Eintrag stünde unter sich selbst."))


def _in_a_ring(number: str, parents: Mapping[str, str]) -> bool:
    """Not for those who only hang on one."""
    above, seen = parents.get(number, ""), set[str]()
    while above and above not in seen:
        if above == number:
            return True
        seen.add(above)
        above = parents.get(above, "")
    return False


def _parents_first(rows: Mapping[str, PlanRow]) -> list[PlanRow]:
    """Within a level in the order of the file."""

    def depth(row: PlanRow) -> int:
        steps = 0
        while row.parent in rows and steps <= len(rows):
            row, steps = rows[row.parent], steps + 1
        return steps

    return sorted(rows.values(), key=depth)


def _missing() -> dict[str, str]:
    return {
        "keeping": _("Zur Bewertung oder Rechtsgrundlage fehlt die Aufbewahrung."),
        "length": _("Eine Frist hat eine Länge von 1 bis 1000 Tagen, Monaten oder Jahren, anderes hat keine."),
        "appraisal": _("Zur Aufbewahrung fehlt die Bewertung (A, B oder V)."),
        "legal_basis": _("Zur Aufbewahrung fehlt die Rechtsgrundlage."),
        "confidence": _("Zur Aufbewahrung fehlt, wie sicher sie ist (hoch, mittel oder gering)."),
    }
