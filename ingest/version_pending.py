"""Of a document one new version at a time is read, so that they follow each other as they were handed in."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from dms.audit.lifecycle import NotPossible
from ingest.models import InboxItem
from ingest.work.pending import PENDING


class VersionPending(NotPossible):
    code = "version_pending"

    def __init__(self) -> None:
        sentence = _("Es wird gerade eine neue Version dieses Dokuments gelesen. Bitte warten, bis sie da ist.")
        super().__init__(sentence)


def pending_hand_in(document_id: UUID) -> InboxItem | None:
    """The new version that is being read now."""
    return InboxItem.objects.filter(document=document_id, state__in=PENDING).first()
