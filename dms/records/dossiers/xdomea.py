"""The border to xdomea: the history of a dossier as HistorienProtokollInformation. xdomea's words stand here alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from lxml import etree

from dms.records.dossiers.history import FieldTold, Told
from dms.records.dossiers.models import Dossier

NAMESPACE = "urn:xoev-de:xdomea:schema:3.1.0"


def write_history(dossier: Dossier, history: Iterable[Told]) -> bytes:
    """An `Akte` (AkteType of xdomea 3.1.0) with its id, number, subject and every event; UTF-8.

    xdomea has one entry per field that changed, and one for an event that changed none.
    """
    root = etree.Element(f"{{{NAMESPACE}}}Akte", nsmap={"xdomea": NAMESPACE})
    _add(_add(root, "Identifikation"), "ID", str(dossier.pk))
    general = _add(root, "AllgemeineMetadaten")
    _add(general, "Betreff", dossier.title)
    _add(general, "Kennzeichen", dossier.reference_number)
    for told in history:
        changes: list[FieldTold | None] = [*told.changes] or [None]
        for change in changes:
            entry = _add(root, "HistorienProtokollInformation")
            if change:
                _add(entry, "MetadatumName", change.label)
                _add(entry, "MetadatumAlterWert", change.before)
                _add(entry, "MetadatumNeuerWert", change.after)
            _add(entry, "Akteur", told.who)
            _add(entry, "DatumUhrzeit", told.at.astimezone(UTC).isoformat())
            if remark := ", ".join(part for part in (told.about, told.reason) if part):
                _add(entry, "Bemerkung", remark)
            _add(entry, "Aktion", told.what)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element
