"""Turns, reorders and removes pages of a document, and goes back to an earlier version: each gives a new version.

What is handed in is made of the current version's original; that one stays as it is. It is then read like any file.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import BinaryIO

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.adapters.chosen import object_store
from dms.audit.lifecycle import NotPossible
from dms.ports import Clock
from dms.records.documents.facts import InvalidFact
from dms.records.documents.versions import may_hand_in, version_of
from dms.records.models import Document, DocumentVersion, ObjectRole, StoredObject
from ingest.assembling import PagesFixed, Taken, changed_pages
from ingest.hand_in import version_receive
from ingest.intake import Delivery, Receipt, forget_bytes, store_item
from ingest.models import InboxItem, Source
from ingest.reading.formats import kind_of
from ingest.reading.page_assembly import PickedPage
from ingest.version_pending import refuse_unready

TURNS = (0, 90, 180, 270)


class SignatureLost(NotPossible):
    """The new version would have no signature, and nobody has said that this is known."""

    code = "signature_lost"

    def __init__(self) -> None:
        sentence = _(
            "Das Dokument ist elektronisch signiert. Die neue Version trägt keine Signatur mehr; die jetzige behält "
            "sie. Bitte bestätigen, dass das so sein soll."
        )
        super().__init__(sentence)


def why_pages_are_fixed(version: DocumentVersion) -> str:
    """A sentence for people; empty where the pages can be changed."""
    if kind_of(version.media_type) not in ("pdf", "image"):
        return _("Seiten lassen sich nur in PDF- und Bilddateien ändern.")
    if version.encrypted:
        return _("Das PDF ist gegen Änderungen geschützt (verschlüsselt).")
    return "" if version.page_count else _("Das Dokument hat keine Seiten.")


def may_change_pages(actor: Actor, document: Document, version: DocumentVersion, clock: Clock) -> bool:
    """`document.dossier` and `.case` have come along."""
    return may_hand_in(actor, document, clock.now()) and not why_pages_are_fixed(version)


def pages_change(
    actor: Actor,
    document: Document,
    pages: Sequence[PickedPage],
    *,
    comment: str = "",
    signature_may_go: bool = False,
    expected: str | None = None,
    clock: Clock,
) -> Receipt:
    """A new version of these pages of the current one, in this order.

    Raises NotAllowed, ChangedMeanwhile, DossierClosed, CaseClosed, CheckedOut, VersionPending, PagesFixed,
    SignatureLost, AssemblyBusy, InvalidFact and StoreUnavailable.
    """
    version = _current(actor, document, expected, clock)
    if sentence := why_pages_are_fixed(version):
        raise PagesFixed(sentence)
    if version.signed and not signature_may_go:
        raise SignatureLost
    _refuse_senseless(pages, version)
    with changed_pages(Taken(version, pages)) as path, path.open("rb") as stream:
        name = f"{PurePath(version.name).stem}.pdf"
        why = comment or _told(pages, version)
        return _hand_in(actor, document, stream, name, why, expected, clock, pages_laid=True)


def version_restore(
    actor: Actor, document: Document, number: int, *, comment: str = "", expected: str | None = None, clock: Clock
) -> Receipt:
    """The file of an earlier version, bit for bit, as a new version; a signature in it is whole.

    Raises what `pages_change` raises, and SameBytes.
    """
    _current(actor, document, expected, clock)
    former = version_of(document, number)
    if former is None:
        raise InvalidFact("version", _("Diese Version gibt es nicht."))
    if kind_of(former.media_type) == "mail":
        raise PagesFixed(_("Eine E-Mail kann nicht noch einmal Version werden; sie bleibt als frühere Version lesbar."))
    original = StoredObject.objects.get(version=former, role=ObjectRole.ORIGINAL)
    object_store().verify(original.key, original.sha256)
    why = comment or _("Zurück zu Version {n}").format(n=number)
    laid = former.item_id is not None and InboxItem.objects.filter(pk=former.item_id, pages_laid=True).exists()
    with object_store().read(original.key) as stream:
        return _hand_in(actor, document, stream, former.name, why, expected, clock, pages_laid=laid)


def _current(actor: Actor, document: Document, expected: str | None, clock: Clock) -> DocumentVersion:
    require(actor, Permission.DOCUMENT_VERSION, document)
    refuse_unready(actor, document, clock.now(), expected)
    version = version_of(document)
    if version is None:
        raise PagesFixed(_("Das Dokument hat keine Seiten."))
    return version


def _refuse_senseless(pages: Sequence[PickedPage], version: DocumentVersion) -> None:
    """Raises InvalidFact."""
    numbers = [page.number for page in pages]
    if not numbers:
        raise InvalidFact("pages", _("Mindestens eine Seite muss bleiben."))
    if len(set(numbers)) != len(numbers) or not set(numbers) <= set(range(1, version.page_count + 1)):
        raise InvalidFact("pages", _("Jede Seite des Dokuments darf höchstens einmal vorkommen."))
    if any(page.turn not in TURNS for page in pages):
        raise InvalidFact("pages", _("Gedreht wird um 90, 180 oder 270 Grad."))
    if not any(page.turn for page in pages) and numbers == list(range(1, version.page_count + 1)):
        raise InvalidFact("pages", _("Es wurde nichts geändert."))


def _hand_in(
    actor: Actor, document: Document, stream: BinaryIO, name: str, comment: str, expected: str | None, clock: Clock, *,
    pages_laid: bool,
) -> Receipt:  # fmt: skip
    delivery = Delivery(filename=name, source=Source.PAGES)
    item = store_item(actor, stream, delivery, scope_id=document.scope_id, now=clock.now())
    item.accepts_missing_text = True  # it was taken before, with or without text
    item.pages_laid = pages_laid
    try:
        return Receipt(version_receive(actor, document, item, comment=comment, expected=expected), created=True)
    except BaseException:
        forget_bytes(item)
        raise


def _told(pages: Sequence[PickedPage], version: DocumentVersion) -> str:
    """Why there is this version, where the person gave no words of their own."""
    numbers = [page.number for page in pages]
    gone = sorted(set(range(1, version.page_count + 1)) - set(numbers))
    turned = sorted(page.number for page in pages if page.turn)
    parts = [
        _("Seiten gedreht: {pages}").format(pages=_listed(turned)) if turned else "",
        _("Seiten entfernt: {pages}").format(pages=_listed(gone)) if gone else "",
        _("Seiten umgeordnet") if numbers != sorted(numbers) else "",
    ]
    return "; ".join(filter(None, parts))


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:40])) + (" …" if len(numbers) > 40 else "")
