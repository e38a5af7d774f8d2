"""What still may be done with what lies in a closed dossier or case: nothing, but for amendments by the registry."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.models import Case, Dossier, FileState
from dms.records.models import Document


class DossierClosed(NotPossible):
    code = "dossier_closed"

    def __init__(self) -> None:
        super().__init__(_("Die Akte ist abgeschlossen. Bitte zuerst die Akte wieder öffnen lassen (Registratur)."))


class CaseClosed(NotPossible):
    code = "case_closed"

    def __init__(self) -> None:
        super().__init__(
            _("Der Vorgang ist abgeschlossen. Bitte zuerst den Vorgang wieder öffnen lassen (Registratur).")
        )


def is_open(dossier: Dossier | None, case: Case | None) -> bool:
    """The inbox is always open."""
    return all(one is None or one.state == FileState.OPEN for one in (dossier, case))


def refuse_closed(dossier: Dossier | None, case: Case | None) -> None:
    """Raises DossierClosed, CaseClosed."""
    if not is_open(dossier, None):
        raise DossierClosed
    if not is_open(None, case):
        raise CaseClosed


def may_change(actor: Actor, document: Document) -> bool:
    """`document.dossier` and `.case` have come along."""
    return is_open(document.dossier, document.case) or can(actor, Permission.DOSSIER_AMEND, document)


def refuse_content_when_closed(document: Document) -> None:
    """The same for what nobody may do then, not even the registry: give a document another content.

    Raises DossierClosed, CaseClosed.
    """
    if document.dossier_id is not None:
        held = Dossier.objects.select_for_update(of=("self",)).get(pk=document.dossier_id)
        refuse_closed(held, Case.objects.filter(pk=document.case_id).first() if document.case_id else None)


def refuse_change_when_closed(actor: Actor, document: Document) -> None:
    """Inside the door, when the document's row is locked: its dossier is held open until the end of the transaction.

    Raises DossierClosed, CaseClosed.
    """
    if document.dossier_id is None or can(actor, Permission.DOSSIER_AMEND, document):
        return
    held = Dossier.objects.select_for_update(of=("self",)).get(pk=document.dossier_id)
    refuse_closed(held, Case.objects.filter(pk=document.case_id).first() if document.case_id else None)
