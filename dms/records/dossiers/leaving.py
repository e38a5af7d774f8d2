"""What may leave a dossier for another one: nothing goes from under a protection to where it would be without it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.models import Dossier
from dms.records.protection.sensitivity import protections


class LessProtectedThere(NotPossible):
    code = "less_protected_there"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


def refuse_case_less_protected(source: Dossier, place: Dossier) -> None:
    """Raises LessProtectedThere."""
    if _loses_protection({source.pk}, place):
        sentence = _("Die andere Akte ist nicht ebenso geschützt; der Vorgang verlöre den Schutz. Er bleibt hier.")
        raise LessProtectedThere(sentence)


def refuse_documents_less_protected(sources: Collection[UUID], place: Dossier) -> None:
    """For documents out of these dossiers, moved or copied. Raises LessProtectedThere."""
    if _loses_protection(sources, place):
        sentence = _(
            "Die andere Akte ist nicht ebenso geschützt; das Dokument verlöre den Schutz. Es bleibt, wo es ist."
        )
        raise LessProtectedThere(sentence)


def _loses_protection(sources: Collection[UUID], place: Dossier) -> bool:
    leaving = set(sources) - {place.pk}
    protected = protections({*leaving, place.pk}) if leaving else {}
    there = protected.get(place.pk)
    return any(key in protected and protected[key] != there for key in leaving)
