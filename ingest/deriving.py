"""What has to hold of documents whose pages go into new documents, and how those are taken in: all of them, or none.

Each new document is an item of the work table and goes through the same steps as mail. The originals stay as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can, require
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.checking_out import refuse_checked_out
from dms.records.documents.versions import may_hand_in, version_of
from dms.records.dossiers.closing import is_open, refuse_content_when_closed
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import Document, DocumentVersion, Dossier
from ingest.assembling import PagesFixed
from ingest.intake import Delivery, KeyUsedForOtherBytes, Receipt, forget_bytes, item_receive, store_item
from ingest.models import InboxItem, Source
from ingest.reading.formats import kind_of
from ingest.version_pending import VersionPending, pending_hand_in, refuse_unready

_BOTH = (Permission.DOCUMENT_VERSION, Permission.DOCUMENT_FILE)
"""To change the content, and to put something where it lies."""


class SignatureInTheWay(NotPossible):
    code = "signature_in_the_way"

    def __init__(self, document: Document) -> None:
        sentence = _(
            "„{title}“ ist elektronisch signiert; in einem neuen Dokument wäre die Signatur verloren. Deshalb bleibt "
            "es ganz. Es lässt sich stattdessen verknüpfen oder kopieren."
        )
        super().__init__(sentence.format(title=document.title))


@dataclass(frozen=True, slots=True)
class Made:
    """A file that becomes a document of its own."""

    path: Path
    filename: str
    comment: str


def why_not_apart(version: DocumentVersion) -> str:
    """A sentence for people; empty where pages can go into new documents."""
    if kind_of(version.media_type) not in ("pdf", "image"):
        return _("Aufteilen und zusammenfügen lassen sich nur PDF- und Bilddateien.")
    if version.encrypted:
        return _("Das PDF ist gegen Änderungen geschützt (verschlüsselt).")
    if version.signed:
        return _("Das Dokument ist elektronisch signiert und bleibt deshalb ganz.")
    return "" if version.page_count else _("Das Dokument hat keine Seiten.")


def may_derive(actor: Actor, document: Document, version: DocumentVersion, now: datetime) -> bool:
    """`document.dossier` and `.case` have come along."""
    allowed = all(can(actor, permission, document) for permission in _BOTH)
    return allowed and may_hand_in(actor, document, now) and not why_not_apart(version)


def may_derive_in(actor: Actor, dossier: Dossier) -> bool:
    """Whether a list of what lies in it offers that at all; each document decides for itself."""
    allowed = all(can(actor, permission, dossier) for permission in _BOTH)
    return allowed and is_open(dossier, None)


def fit_version(actor: Actor, document: Document, now: datetime, expected: str | None = None) -> DocumentVersion:
    """The current one.

    Raises NotAllowed, ChangedMeanwhile, DossierClosed, CaseClosed, CheckedOut, VersionPending, PagesFixed,
    SignatureInTheWay.
    """
    _require_both(actor, document)
    refuse_unready(actor, document, now, expected)
    version = version_of(document)
    if version is not None and version.signed:
        raise SignatureInTheWay(document)
    sentence = why_not_apart(version) if version else _("Das Dokument hat keine Seiten.")
    if version is None or sentence:
        raise PagesFixed(f"„{document.title}“: {sentence}")
    return version


def key_of(once: str | None, number: int) -> str | None:
    """Of the item of this number, where the request said by a key of its own which one it is."""
    return f"made:{hashlib.sha256(once.encode()).hexdigest()[:40]}:{number}" if once else None


def taken_before(actor: Actor, once: str | None, origins: Sequence[Document]) -> list[Receipt]:
    """What the same request made already. Raises KeyUsedForOtherBytes where it was another one."""
    if not once:
        return []
    begins = str(key_of(once, 0)).removesuffix("0")
    items = InboxItem.objects.filter(submitted_by=actor.key, idempotency_key__startswith=begins)
    found = sorted(items, key=lambda one: int(str(one.idempotency_key).rpartition(":")[2]))
    if any(item.origins != [str(one.pk) for one in origins] for item in found):
        raise KeyUsedForOtherBytes
    return [Receipt(item, created=False) for item in found]


def documents_take_in(
    actor: Actor,
    origins: Sequence[Document],
    made: Sequence[Made],
    source: Source,
    *,
    reason: str,
    once: str | None,
    expected: str | None,
    now: datetime,
) -> list[Receipt]:
    """The bytes are stored first; then all items and what each origin tells of it are committed together.

    Raises what `fit_version` raises, and StoreUnavailable.
    """
    leading = max(origins, key=lambda one: one.level)
    items: list[InboxItem] = []
    try:
        # lists show what came in at the same moment by the id of its item: so in the order of the parts
        for number, (item_id, one) in enumerate(zip(sorted(uuid4() for _ in made), made, strict=True)):
            delivery = Delivery(filename=one.filename, source=source, idempotency_key=key_of(once, number))
            with one.path.open("rb") as stream:
                item = store_item(actor, stream, delivery, scope_id=leading.scope_id, now=now, item_id=item_id)
            item.origin, item.origins, item.comment = leading, [str(origin.pk) for origin in origins], one.comment
            item.accepts_missing_text = True  # it was taken before, with or without text
            item.pages_laid = True
            items.append(item)
        return _commit(actor, origins, items, source, reason, expected, now)
    except BaseException as error:
        for item in items:
            forget_bytes(item)
        if isinstance(error, IntegrityError) and (before := taken_before(actor, once, origins)):
            return before
        raise


def _commit(
    actor: Actor,
    origins: Sequence[Document],
    items: Sequence[InboxItem],
    source: Source,
    reason: str,
    expected: str | None,
    now: datetime,
) -> list[Receipt]:
    event = Event.DOCUMENT_SPLIT if source == Source.SPLIT else Event.DOCUMENT_MERGED
    with transaction.atomic():
        for origin in sorted(origins, key=lambda one: one.pk):
            with change(actor, event, origin, chain=origin.chain, reason=reason, at=now) as opened:
                fresh: Document = opened.target
                _require_both(actor, fresh)
                refuse_if_changed(fresh, expected)
                refuse_content_when_closed(fresh)
                refuse_checked_out(actor, fresh, now)
                if pending_hand_in(fresh.pk) is not None:
                    raise VersionPending
                opened.facts.update(title=fresh.title, items=[str(item.pk) for item in items])
        return [Receipt(item_receive(actor, item), created=True) for item in items]


def _require_both(actor: Actor, document: Document) -> None:
    for permission in _BOTH:
        require(actor, permission, document)
