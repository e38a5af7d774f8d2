"""The border to xdomea: plans of versions 3.0.0, 3.1.0 and 4.0.0 are read, 3.1.0 and 4.0.0 are written.

3.x exchanges a plan by message 0301 (Aktenplan.Aktenplan), 4.0.0 is written as 0511 (AktenplanZurBewertung), the one of
its messages with a plan whose schema is at hand. Periods there are whole years; our exact rule goes along as an
AnwendungsspezifischeErweiterung, and is what counts when the file comes back. xdomea's words stand here alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext as _
from lxml import etree

from dms.records.plan.csv_form import UnreadablePlan
from dms.records.plan.retention import Confidence, Keeping, Retention, Unit
from dms.records.plan.rows import PlanRow, RowProblem
from dms.records.plan.words import APPRAISAL_LETTERS

NAMESPACE = "urn:xoev-de:xdomea:schema:"
READ = ("3.0.0", "3.1.0", "4.0.0")
PRODUCT = "Registratur"
OUR_RULE = "registratur:retention"
FROM_ABROAD = "aus xdomea übernommen, Rechtsgrundlage nicht genannt"
"""Data like the other legal bases, and German like them. Such a rule is of low confidence until somebody reviews it."""
_LETTERS = {letter: str(appraisal) for appraisal, letter in APPRAISAL_LETTERS.items()}
_DEEPEST = 30


class Version(StrEnum):
    V3_1_0 = "3.1.0"
    V4_0_0 = "4.0.0"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who sends the plan when, under which ids. Ids come in, so that the same plan makes the same file."""

    author: str
    reader: str
    message_id: UUID
    process_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A plan with its entries in order; `ids` by number."""

    id: UUID
    name: str
    version: str
    valid_from: date | None
    rows: Sequence[PlanRow]
    ids: Mapping[str, UUID] = field(default_factory=dict)


# --- writing ------------------------------------------------------------------------------------------


def write_xdomea(plan: PlanDocument, head: Letterhead, version: Version) -> bytes:
    """The whole message, UTF-8."""
    return _Writer(plan, version).message(head)


class _Writer:
    def __init__(self, plan: PlanDocument, version: Version) -> None:
        self._plan, self._version = plan, version
        self._space = f"{NAMESPACE}{version}"
        self._below: dict[str, list[PlanRow]] = {}
        for row in plan.rows:
            self._below.setdefault(row.parent, []).append(row)

    def message(self, head: Letterhead) -> bytes:
        newest = self._version is Version.V4_0_0
        name = "Aussonderung.AktenplanZurBewertung.0511" if newest else "Aktenplan.Aktenplan.0301"
        root = etree.Element(f"{{{self._space}}}{name}", nsmap={"xdomea": self._space})
        if newest:
            self._head_4(root, head)
        else:
            self._head_3(self._add(root, "Kopf"), head)
        self._write_plan(self._add(root, "Aktenplan"))
        written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
        return written

    def _head_3(self, kopf: etree._Element, head: Letterhead) -> None:
        self._add(kopf, "ProzessID", str(head.process_id))
        etree.SubElement(self._add(kopf, "Nachrichtentyp"), "code").text = "0301"
        self._add(kopf, "Erstellungszeitpunkt", head.at.isoformat(timespec="seconds"))
        for role, who in (("Absender", head.author), ("Empfaenger", head.reader)):
            self._add(self._add(self._add(kopf, role), "Institution"), "Name", who)
        self._add(kopf, "Empfangsbestaetigung", "0")

    def _head_4(self, root: etree._Element, head: Letterhead) -> None:
        for name, value in {"produkt": PRODUCT, "produkthersteller": PRODUCT, "standard": "xdomea"}.items():
            root.set(name, value)
        root.set("version", str(self._version))
        kopf = self._add(root, "nachrichtenkopf")
        identity = self._add(kopf, "identifikation.nachricht")
        etree.SubElement(identity, "nachrichtenUUID").text = str(head.message_id)
        kind = etree.SubElement(identity, "nachrichtentyp")
        kind.set("listURI", "urn:xoev-de:xdomea:codeliste:nachrichtentyp")
        kind.set("listVersionID", "3.0")
        etree.SubElement(kind, "code").text = "0511"
        etree.SubElement(identity, "erstellungszeitpunkt").text = head.at.isoformat(timespec="seconds")
        for role, who in (("leser", head.reader), ("autor", head.author)):
            self._add(self._add(self._add(kopf, role), "NameInstitution"), "Name", who)
        self._add(kopf, "ProzessID", str(head.process_id))
        self._add(root, "Empfangsbestaetigung", "0")
        self._add(root, "LfdNrNachrichtProTyp", "1")
        self._add(root, "GesamtanzahlNachrichtenProTyp", "1")

    def _write_plan(self, element: etree._Element) -> None:
        if self._version is Version.V4_0_0:
            self._add(element, "xdomeaUUID", str(self._plan.id))
        self._add(element, "Bezeichnung", self._plan.name)
        self._add(element, "Version", self._plan.version)
        self._write_below(element, "", Retention())
        self._write_validity(element, self._plan.valid_from, None)

    def _write_below(self, element: etree._Element, number: str, inherited: Retention) -> None:
        for row in self._below.get(number, ()):
            self._write_entry(self._add(element, "Einheit"), row, inherited)

    def _write_entry(self, element: etree._Element, row: PlanRow, inherited: Retention) -> None:
        rule = row.retention if row.retention.is_set else inherited
        self._add(element, "Kennzeichen", row.number)
        self._add(element, "Inhaltsangabe", row.description or row.title)
        self._add(element, "BetreffKurz", row.title)
        if self._version is Version.V4_0_0:
            self._add(element, "xdomeaUUID", str(self._plan.ids[row.number]))
        letter = APPRAISAL_LETTERS.get(rule.appraisal, "B")  # type: ignore[call-overload]
        choice = self._add(self._add(element, "Aussonderungsart"), "Aussonderungsart")
        etree.SubElement(choice, "code").text = letter
        self._write_validity(element, row.valid_from, row.valid_to)
        self._add(element, "Stillgelegt", "1" if row.retired else "0")
        self._write_length(self._add(element, "Aufbewahrungsdauer"), rule)
        self._write_below(element, row.number, rule)
        self._write_rule(self._add(element, "AnwendungsspezifischeErweiterung"), row.retention)

    def _write_length(self, element: etree._Element, rule: Retention) -> None:
        years = whole_years(rule)
        if years is None:
            self._add(element, "Unbefristet", "1")
        else:
            self._add(element, "AnzahlJahre", str(years))

    def _write_rule(self, element: etree._Element, rule: Retention) -> None:
        self._add(element, "Kennung", OUR_RULE)
        self._add(element, "Name", PRODUCT)
        values = {
            "keeping": rule.keeping, "length": rule.length, "unit": rule.unit, "start": rule.start, "note": rule.note,
            "appraisal": rule.appraisal, "legal_basis": rule.legal_basis, "confidence": rule.confidence,
            "reviewed_by": rule.reviewed_by,
        }  # fmt: skip
        for name, value in values.items():
            if value:
                entry = self._add(element, "Feld")
                self._add(entry, "Name", name)
                self._add(entry, "Wert", str(value))

    def _write_validity(self, element: etree._Element, begin: date | None, end: date | None) -> None:
        if begin or end:
            span = self._add(element, "Gueltigkeit")
            for name, day in (("Beginn", begin), ("Ende", end)):
                if day:
                    self._add(span, name, day.isoformat())

    def _add(self, element: etree._Element, name: str, text: str | None = None) -> etree._Element:
        made = etree.SubElement(element, f"{{{self._space}}}{name}")
        made.text = text
        return made


def whole_years(rule: Retention) -> int | None:
    """As xdomea says it: rounded up, because earlier would be too early. None: without end, or not known."""
    match rule.keeping:
        case Keeping.AT_ONCE:
            return 0
        case Keeping.PERIOD:
            per_year = {Unit.YEARS: 1, Unit.MONTHS: 12, Unit.DAYS: 365}[Unit(rule.unit)]
            return -(-(rule.length or 0) // per_year)
        case _:
            return None


# --- reading ------------------------------------------------------------------------------------------


def read_xdomea(content: bytes) -> tuple[list[PlanRow], list[RowProblem]]:
    """Entries that can be read, and what is wrong with the others. Raises UnreadablePlan.

    Foreign XML: no entity is expanded, nothing is fetched.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        sentence = _("Die XML-Datei ist beschädigt: {fault}").format(fault=str(error)[:200])
        raise UnreadablePlan(sentence) from error
    plan = _plan_in(root)
    rows: list[PlanRow] = []
    problems: list[RowProblem] = []
    for element, parent in _entries(plan, "", 0):
        try:
            rows.append(_row(element, parent))
        except ValueError:
            sentence = _("Eine Angabe dieses Eintrags ist nicht so, wie xdomea sie vorsieht.")
            problems.append(RowProblem(element.sourceline or 0, _text(element, "Kennzeichen"), sentence))
    return rows, problems


def _plan_in(root: etree._Element) -> etree._Element:
    space = etree.QName(root).namespace or ""
    version = space.removeprefix(NAMESPACE)
    if version not in READ:
        sentence = _("Das ist keine xdomea-Nachricht der Versionen {versions}.").format(versions=", ".join(READ))
        raise UnreadablePlan(sentence)
    plan = root if etree.QName(root).localname == "Aktenplan" else root.find(f"{{{space}}}Aktenplan")
    if plan is None:
        raise UnreadablePlan(_("In dieser xdomea-Nachricht steht kein Aktenplan (erwartet: 0301 oder 0511)."))
    return plan


def _entries(element: etree._Element, parent: str, depth: int) -> Iterator[tuple[etree._Element, str]]:
    if depth > _DEEPEST:
        raise UnreadablePlan(_("Der Aktenplan ist tiefer geschachtelt, als ein Aktenplan sein kann."))
    for entry in element.findall("{*}Einheit"):
        yield entry, parent
        yield from _entries(entry, _text(entry, "Kennzeichen"), depth + 1)


def _row(element: etree._Element, parent: str) -> PlanRow:
    number, long, short = (_text(element, name) for name in ("Kennzeichen", "Inhaltsangabe", "BetreffKurz"))
    title = short or long
    return PlanRow(
        number=number,
        title=title,
        parent=parent,
        description="" if long == title else long,
        valid_from=_day(element, "Beginn"),
        valid_to=_day(element, "Ende"),
        retired=_text(element, "Stillgelegt") in {"1", "true"},
        retention=_our_rule(element) or _foreign_rule(element),
        where=element.sourceline or 0,
    )


def _our_rule(element: etree._Element) -> Retention | None:
    for extension in element.findall("{*}AnwendungsspezifischeErweiterung"):
        if _text(extension, "Kennung") == OUR_RULE:
            told = {_text(entry, "Name"): _text(entry, "Wert") for entry in extension.findall("{*}Feld")}
            length = told.pop("length", "")
            keeping = Keeping(told.pop("keeping", Keeping.UNSET))
            known = {name: told[name] for name in Retention.__dataclass_fields__ if name in told}
            return Retention(keeping, int(length) if length else None, **known)
    return None


def _foreign_rule(element: etree._Element) -> Retention:
    """Whole years or without end, and a letter; that is all that xdomea tells."""
    letter = _text(element, "Aussonderungsart", "{*}Aussonderungsart", "code")
    years = _text(element, "Aufbewahrungsdauer", "{*}AnzahlJahre")
    if letter not in _LETTERS:
        return Retention()
    keeping, length = Keeping.PERMANENT, None
    if years:
        length = int(years)
        keeping = Keeping.PERIOD if length else Keeping.AT_ONCE
    return Retention(
        keeping, length or None, Unit.YEARS if length else "", appraisal=_LETTERS[letter], legal_basis=FROM_ABROAD,
        confidence=Confidence.LOW,
    )  # fmt: skip


def _day(element: etree._Element, name: str) -> date | None:
    text = _text(element, "Gueltigkeit", f"{{*}}{name}")
    return date.fromisoformat(text[:10]) if text else None


def _text(element: etree._Element, name: str, *deeper: str) -> str:
    found = element.findtext("/".join([f"{{*}}{name}", *deeper]))
    return " ".join((found or "").split())
