"""Hands in a new version of a document: its bytes are stored first, then it is work like any other mail.

It goes through the same steps. Until it is read the document keeps the version that it has, and for ever if that fails.
"""

from __future__ import annotations

from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.ports import Clock
from dms.records.documents.checking_out import refuse_checked_out
from dms.records.documents.facts import one_line
from dms.records.documents.versions import LONGEST_COMMENT, version_of
from dms.records.dossiers.closing import refuse_content_when_closed
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import Document, DocumentVerb, ObjectRole, StoredObject
from ingest.intake import (
    Delivery,
    KeyUsedForOtherBytes,
    Receipt,
    earlier_item,
    forget_bytes,
    item_receive,
    store_item,
)
from ingest.models import InboxItem
from ingest.version_pending import VersionPending, pending_hand_in
from ingest.work.storable import storable


class SameBytes(NotPossible):
    code = "same_bytes"

    def __init__(self) -> None:
        super().__init__(_("Das ist Byte für Byte die Datei, die das Dokument schon hat; es wurde nichts geändert."))


def version_hand_in(
    actor: Actor,
    document: Document,
    stream: BinaryIO,
    delivery: Delivery,
    *,
    comment: str = "",
    expected: str | None = None,
    clock: Clock,
) -> Receipt:
    """Once this returns, the file is safe: stored, flushed, and its item committed. Repeats safely with a key.

    Raises NotAllowed, ChangedMeanwhile, DossierClosed, CaseClosed, CheckedOut, VersionPending, SameBytes, InvalidFact,
    KeyUsedForOtherBytes, and StoreUnavailable.
    """
    require(actor, Permission.DOCUMENT_VERSION, document)
    why = storable(one_line("comment", comment, LONGEST_COMMENT))
    item = store_item(actor, stream, delivery, scope_id=document.scope_id, now=clock.now())
    try:
        if (earlier := earlier_item(actor, delivery)) is not None:
            return _again(earlier, item, document)
        return Receipt(version_receive(actor, document, item, comment=why, expected=expected), created=True)
    except BaseException:
        forget_bytes(item)
        raise


def version_receive(
    actor: Actor, document: Document, item: InboxItem, *, comment: str, expected: str | None = None
) -> InboxItem:
    """Of bytes that are stored. The document tells of it in its own chain, in one transaction with the item.

    Raises what `version_hand_in` raises.
    """
    item.document, item.comment = document, comment
    try:
        with transaction.atomic():
            with change(
                actor,
                Event.DOCUMENT_VERSION_HANDED_IN,
                document,
                chain=document.chain,
                verb=DocumentVerb.HAND_IN,
                reason=comment,
                at=item.received_at,
            ) as opened:
                fresh: Document = opened.target
                refuse_if_changed(fresh, expected)
                refuse_content_when_closed(fresh)
                refuse_checked_out(actor, fresh, item.received_at)
                _refuse_needless(fresh, item)
                opened.facts.update(item=str(item.pk), filename=item.filename, sha256=item.sha256)
            item.scope_id = fresh.scope_id
            return item_receive(actor, item)
    except IntegrityError as error:
        if pending_hand_in(document.pk) is not None:
            raise VersionPending from error
        raise


def _refuse_needless(document: Document, item: InboxItem) -> None:
    """Raises VersionPending, SameBytes."""
    if pending_hand_in(document.pk) is not None:
        raise VersionPending
    current = version_of(document)
    originals = StoredObject.objects.filter(version=current, role=ObjectRole.ORIGINAL)
    if originals.filter(sha256=item.sha256).exists():
        raise SameBytes


def _again(earlier: InboxItem, item: InboxItem, document: Document) -> Receipt:
    """The key was used before. Raises KeyUsedForOtherBytes."""
    if (earlier.sha256, earlier.document_id) != (item.sha256, document.pk):
        raise KeyUsedForOtherBytes
    forget_bytes(item)
    return Receipt(earlier, created=False)
