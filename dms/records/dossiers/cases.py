"""Services for the cases of a dossier: opened, described, closed, and reopened while the dossier itself is open."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.rule import can
from dms.audit.door import change
from dms.audit.events import RULES, Event
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.describing import CaseFacts, clean_case
from dms.records.dossiers.keeping import give_number, holding, note_documents
from dms.records.dossiers.models import Case, CaseVerb, Dossier, DossierVerb, FileState
from dms.records.dossiers.numbering import take_for_case
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import Document

EVENTS = {
    CaseVerb.DESCRIBE: Event.CASE_DESCRIBED,
    CaseVerb.MOVE: Event.CASE_LEFT,
    CaseVerb.CLOSE: Event.CASE_CLOSED,
    CaseVerb.REOPEN: Event.CASE_REOPENED,
}


def changed_meanwhile() -> str:
    return _("Der Vorgang wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen.")


def case_actions(actor: Actor, case: Case) -> list[CaseVerb]:
    """What the actor can do with it now. In a closed dossier nothing. `case.dossier` has come along."""
    if case.dossier.state != FileState.OPEN:
        return []
    possible = case.lifecycle.verbs(case.state)
    return [verb for verb, event in EVENTS.items() if verb in possible and can(actor, RULES[event].permission, case)]


def case_open(actor: Actor, dossier: Dossier, facts: CaseFacts, *, now: datetime) -> Case:
    """With the next number of the dossier. Raises NotAllowed, InvalidFact, DossierClosed, NumberTaken."""
    clean = clean_case({"title": "", **facts})
    with holding(dossier.pk) as held:
        # the dossier's own row does not change, so its lifecycle is asked here
        if DossierVerb.OPEN_CASE not in held.lifecycle.verbs(held.state):
            raise DossierClosed
        with change(actor, Event.CASE_OPENED, chain=held.chain, scope=held, at=now) as opened:
            reference = take_for_case(held, now)
            case = Case(
                dossier=held, scope_id=held.scope_id, level=held.level, reference_number=reference.text, opened_at=now,
                **clean,
            )  # fmt: skip
            opened.save(case)
            give_number(opened, reference, held, case, now)
    return case


def case_describe(actor: Actor, case: Case, facts: CaseFacts, *, expected: str | None = None) -> Case:
    """Raises NotAllowed, InvalidFact, DossierClosed, NotPossible."""
    return _change(actor, case, CaseVerb.DESCRIBE, dict(clean_case(facts)), expected=expected)


def case_close(actor: Actor, case: Case, *, now: datetime, reason: str = "", expected: str | None = None) -> Case:
    """Raises NotAllowed, DossierClosed, NotPossible."""
    return _change(actor, case, CaseVerb.CLOSE, {"closed_at": now}, now=now, reason=reason, expected=expected)


def case_reopen(actor: Actor, case: Case, *, now: datetime, reason: str, expected: str | None = None) -> Case:
    """A right of its own. Raises NotAllowed, DossierClosed, NotPossible."""
    return _change(actor, case, CaseVerb.REOPEN, {"closed_at": None}, now=now, reason=reason, expected=expected)


def _change(
    actor: Actor,
    case: Case,
    verb: CaseVerb,
    values: dict[str, object],
    *,
    expected: str | None,
    now: datetime | None = None,
    reason: str = "",
) -> Case:
    with (
        holding(case.dossier_id) as held,
        change(actor, EVENTS[verb], case, chain=held.chain, verb=verb, reason=reason, at=now) as opened,
    ):
        if held.state != FileState.OPEN:
            raise DossierClosed
        fresh: Case = opened.target
        refuse_if_changed(fresh, expected, changed_meanwhile())
        stood = fresh.title
        for name, value in values.items():
            setattr(fresh, name, value)
        opened.save(fresh)
        if fresh.title != stood:
            note_documents(opened, Document.objects.filter(case=fresh))
    return fresh
