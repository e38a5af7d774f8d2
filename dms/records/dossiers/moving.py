"""Moves a case with its documents and parties into another dossier, where it gets a number; the former one finds it.

Both dossiers tell of it: the chain of the one it leaves releases the rows, that of the other adopts them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.rule import can, require
from dms.audit.door import change
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.cases import case_actions, changed_meanwhile
from dms.records.dossiers.closing import refuse_closed
from dms.records.dossiers.filing import hand_over, level_there
from dms.records.dossiers.keeping import give_number
from dms.records.dossiers.leaving import refuse_case_less_protected
from dms.records.dossiers.models import Case, CaseVerb, Dossier, ReferenceNumber
from dms.records.dossiers.numbering import take_for_case
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import Document
from dms.records.parties.models import Participation


class LessSecretThere(NotPossible):
    code = "less_secret_there"

    def __init__(self) -> None:
        super().__init__(_("Die andere Akte ist weniger geheim. Bitte zuerst deren Stufe anheben."))


def may_move(actor: Actor, case: Case) -> bool:
    """`case.dossier` has come along."""
    return CaseVerb.MOVE in case_actions(actor, case) and can(actor, RULES[Event.DOCUMENT_LEFT].permission, case)


def case_move(
    actor: Actor, case: Case, target: Dossier, *, now: datetime, reason: str = "", expected: str | None = None
) -> Case:
    """With all that lies in it, or not at all. Its volume it leaves behind.

    Raises NotAllowed, DossierClosed, CaseClosed, LessSecretThere, LessProtectedThere, NotPossible, NumberTaken.
    """
    with transaction.atomic():
        # documents, then dossiers, then the case, each in the order of ids: as in all that files
        documents = list(Document.objects.select_for_update(of=("self",)).filter(case=case).order_by("pk"))
        rows = Dossier.objects.select_for_update(of=("self",)).filter(pk__in=[case.dossier_id, target.pk])
        dossiers = {row.pk: row for row in rows.order_by("pk")}
        moved = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        refuse_if_changed(moved, expected, changed_meanwhile())
        source, place = dossiers.get(moved.dossier_id), dossiers[target.pk]
        _refuse_unfit(actor, moved, source, place)
        _release(actor, moved, place, now, reason)
        _adopt(actor, moved, place, now, reason)
        for document in documents:
            values = {
                "scope_id": place.scope_id, "dossier_id": place.pk, "volume_id": None, **level_there(document, place)
            }  # fmt: skip
            hand_over(actor, document, place.chain, values, Event.DOCUMENT_FILED, now)
    there: Case = Case.objects.select_related("dossier").get(pk=case.pk)
    return there


def _refuse_unfit(actor: Actor, case: Case, source: Dossier | None, place: Dossier) -> None:
    if source is None or Document.objects.filter(case=case).exclude(dossier_id=case.dossier_id).exists():
        raise NotPossible(changed_meanwhile())
    if source.pk == place.pk:
        raise NotPossible(_("Der Vorgang gehört schon zu dieser Akte."))
    require(actor, RULES[Event.CASE_CAME].permission, place)
    refuse_closed(source, case)
    refuse_closed(place, None)
    if place.level < source.level:
        raise LessSecretThere
    refuse_case_less_protected(source, place)


def _release(actor: Actor, case: Case, place: Dossier, now: datetime, reason: str) -> None:
    with change(actor, Event.CASE_LEFT, case, chain=case.chain, reason=reason, at=now) as opened:
        opened.facts.update(_named(case, case.chain, place.chain))
        former = ReferenceNumber.objects.get(case=case, replaced_at=None)
        former.replaced_at = now
        opened.save(former)
        for row in Participation.objects.filter(case=case).order_by("pk"):
            opened.release(row)
        opened.release(opened.target)


def _adopt(actor: Actor, case: Case, place: Dossier, now: datetime, reason: str) -> None:
    facts = _named(case, case.chain, place.chain)
    with change(actor, Event.CASE_CAME, case, chain=place.chain, reason=reason, at=now) as opened:
        opened.facts.update(facts)
        reference, fresh = take_for_case(place, now), opened.target
        fresh.dossier, fresh.scope_id, fresh.level, fresh.volume = place, place.scope_id, place.level, None
        fresh.reference_number = reference.text
        opened.adopt(fresh)
        give_number(opened, reference, place, fresh, now)
        for row in Participation.objects.filter(case=fresh).order_by("pk"):
            row.dossier = place
            opened.adopt(row)


def _named(case: Case, source: str, target: str) -> dict[str, Any]:
    return {"title": case.title, "reference_number": case.reference_number, "from": source, "to": target}
