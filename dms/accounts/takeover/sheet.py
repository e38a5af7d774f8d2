"""The organisation as a table for spreadsheets: written in German, read in German or English."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import override

from dms.access.permissions import Role
from dms.accounts.takeover.rows import ACCOUNTS, BODIES, OrgRow, Problem, RowKind
from dms.records.plan.words import read_day, write_day
from dms.records.tables import read_table, write_table

T = TypeVar("T")
HEADINGS = {
    "kind": ("Art", "Kind"), "name": ("Name", "Name"), "parent": ("Übergeordnet", "Parent"), "place": ("Ort", "Place"),
    "body": ("Einheit", "Body"), "role": ("Rolle", "Role"), "valid_from": ("Von", "From"), "valid_to": ("Bis", "Until"),
    "is_deputy": ("Vertretung", "Deputy"), "state": ("Stand", "State"), "reason": ("Grund", "Reason"),
}  # fmt: skip
"""Field: how its column is called in German, and in English."""
NEEDED = ("kind", "name")
KINDS = {
    RowKind.UNIT: ("Organisationseinheit", "Unit"), RowKind.GROUP: ("Gruppe", "Group"),
    RowKind.POSITION: ("Dienstposten", "Position"), RowKind.PERSON: ("Person", "Person"),
    RowKind.SERVICE: ("Dienstkonto", "Service"), RowKind.MEMBERSHIP: ("Zugehörigkeit", "Membership"),
    RowKind.GRANT: ("Recht", "Grant"),
}  # fmt: skip
GOES_ON, ENDED = ("aktiv", "active"), ("stillgelegt", "retired", "gesperrt", "disabled", "beendet", "ended")
YES, NO = ("ja", "yes", "x"), ("", "nein", "no")


def write_sheet(rows: Iterable[OrgRow]) -> str:
    with override(None):  # the German of the source, whoever writes it: it is data
        roles = {role: str(role.label) for role in Role}
    return write_table([german for german, _english in HEADINGS.values()], (_cells(row, roles) for row in rows))


def read_sheet(content: bytes, name: str = "") -> tuple[list[OrgRow], list[Problem]]:
    """`name`: of the file, where there are several. Raises UnreadableTable."""
    rows, problems = [], []
    for line, given in read_table(content, HEADINGS, NEEDED):
        where = f"{name}:{line}" if name else str(line)
        try:
            rows.append(_row(given, where))
        except _Unreadable as error:
            problems += [Problem(where, given["name"], sentence) for sentence in error.sentences]
    return rows, problems


class _Unreadable(ValueError):
    """With all that is wrong with a line, each in a sentence."""

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def _cells(row: OrgRow, roles: Mapping[Role, str]) -> list[str]:
    ended = "stillgelegt" if row.kind in BODIES else "gesperrt" if row.kind in ACCOUNTS else "beendet"
    return [
        KINDS[row.kind][0], row.name, row.parent, row.place, row.body, roles[row.role] if row.role else "",
        write_day(row.valid_from), write_day(row.valid_to), "ja" if row.is_deputy else "",
        ended if row.ended else "aktiv", row.reason,
    ]  # fmt: skip


def _row(given: Mapping[str, str], where: str) -> OrgRow:
    faults: list[str] = []

    def read(field: str, reader: Callable[[str], Any]) -> Any:
        try:
            return reader(given.get(field, ""))
        except (ValueError, KeyError):
            sentence = _("In der Spalte „{column}“ steht „{value}“, das ist dort nicht vorgesehen.")
            told = sentence.format(column=HEADINGS[field][0], value=given.get(field, "")[:40])
            faults.append(" ".join(filter(None, (told, _expected(field)))))

    kind = read("kind", _one_of(KINDS))
    text = {field: " ".join(given.get(field, "").split()) for field in ("name", "parent", "place", "body", "reason")}
    row = OrgRow(
        kind,
        role=read("role", _role) if kind is RowKind.GRANT else None,
        valid_from=read("valid_from", read_day),
        valid_to=read("valid_to", read_day),
        is_deputy=read("is_deputy", _one_of({True: YES, False: NO})),
        ended=read("state", _one_of({False: ("", *GOES_ON), True: ENDED})),
        where=where,
        said=frozenset(field for field in given if field != "state" or given["state"].strip()),
        **text,
    )
    if kind is not None:
        sentence = _("In der Spalte „{column}“ fehlt etwas.")
        faults += [sentence.format(column=HEADINGS[field][0]) for field in _missing(row)]
    if faults:
        raise _Unreadable(faults)
    return row


def _expected(field: str) -> str:
    """What may stand there, for whoever has to correct the table."""
    if field in ("valid_from", "valid_to"):
        return _("Bitte einen Tag wie 31.12.2026 eintragen.")
    with override(None):
        words = {"kind": [names[0] for names in KINDS.values()], "role": [str(role.label) for role in Role]}
    return _("Vorgesehen sind: {words}.").format(words=", ".join(words[field])) if field in words else ""


def _missing(row: OrgRow) -> Iterator[str]:
    """The fields without which the line says nothing."""
    if bool(row.name) == bool(row.body) if row.kind is RowKind.GRANT else not row.name:
        yield "name"
    if row.kind is RowKind.MEMBERSHIP and not row.body:
        yield "body"
    if row.kind is RowKind.GRANT and not row.place:
        yield "place"


def _role(typed: str) -> Role:
    with override(None):
        return _one_of({role: (str(role), str(role.label)) for role in Role})(typed)


def _one_of(words: Mapping[T, tuple[str, ...]]) -> Callable[[str], T]:
    """Raises KeyError for a word that is none of them."""
    known = {word.casefold(): value for value, spellings in words.items() for word in spellings}
    return lambda typed: known[typed.strip().casefold()]
