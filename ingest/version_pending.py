"""Of a document one new version at a time is read, so that they follow each other as they were handed in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.audit.lifecycle import NotPossible
from dms.records.documents.checking_out import refuse_checked_out
from dms.records.dossiers.closing import refuse_closed
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import Document
from ingest.models import InboxItem
from ingest.work.pending import PENDING


class VersionPending(NotPossible):
    code = "version_pending"

    def __init__(self) -> None:
        sentence = _("Es wird gerade eine neue Version dieses Dokuments gelesen. Bitte warten, bis sie da ist.")
        super().__init__(sentence)


def refuse_unready(actor: Actor, document: Document, now: datetime, expected: str | None) -> None:
    """Everything that would refuse another content in the end, asked before the work is done. `document.dossier` and
    `.case` have come along.

    Raises ChangedMeanwhile, DossierClosed, CaseClosed, CheckedOut, VersionPending.
    """
    refuse_if_changed(document, expected)
    refuse_closed(document.dossier, document.case)
    refuse_checked_out(actor, document, now)
    if pending_hand_in(document.pk) is not None:
        raise VersionPending


def pending_hand_in(document_id: UUID) -> InboxItem | None:
    """The new version that is being read now."""
    return InboxItem.objects.filter(document=document_id, state__in=PENDING).first()
