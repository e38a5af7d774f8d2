"""Services by which a person puts right what the product found out about a document: its facts and its kind.

What was found before is not lost: it stands in the event of each correction, and in the one of the registration.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import transaction

from dms.access.actors import Actor
from dms.access.rule import can, require
from dms.audit.door import change
from dms.audit.events import RULES, Event
from dms.records.documents.facts import Facts, clean_facts
from dms.records.dossiers.closing import may_change, refuse_change_when_closed
from dms.records.fields.filling import Entered, carried_over, entered_into, filled_of, put_into, versions_told
from dms.records.fields.keeping import current_version
from dms.records.fields.persons import entered_by
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import Document, DocumentKind, DocumentVerb, KindSource


class DocumentAction(StrEnum):
    CLASSIFY = "classify"
    CORRECT = "correct"


_ACTIONS = {
    DocumentAction.CLASSIFY: (DocumentVerb.CHECK, Event.DOCUMENT_CLASSIFIED),
    DocumentAction.CORRECT: (DocumentVerb.CORRECT, Event.DOCUMENT_CORRECTED),
}


class Corrections(Facts, total=False):
    """`kind` None: a person decided that none of the kinds fits."""

    kind: DocumentKind | None
    fields: Entered


def document_actions(actor: Actor, document: Document) -> list[DocumentAction]:
    """What the actor can change now: what the lifecycle leads to and the rights allow. In a closed dossier the registry
    alone can. `document.dossier` and `.case` have come along."""
    if not may_change(actor, document):
        return []
    possible = document.lifecycle.verbs(document.state)
    return [
        action
        for action, (verb, event) in _ACTIONS.items()
        if verb in possible and can(actor, RULES[event].permission, document)
    ]


def document_correct(
    actor: Actor, document: Document, corrections: Corrections, *, expected: str | None = None
) -> Document:
    """All of them or none; the kind and the facts are an event each.

    With `expected` the document must still have this `state_digest`. Raises NotAllowed, InvalidFact, InvalidFields,
    ChangedMeanwhile.
    """
    facts, entered = clean_facts(document, corrections), corrections.get("fields")
    with transaction.atomic():
        if "kind" in corrections:
            document = document_set_kind(actor, document, kind=corrections["kind"], expected=expected)
            expected = None  # it is ours by now
        if facts or entered is not None:
            document = document_set_facts(actor, document, facts, entered, expected=expected)
    return document


def document_set_kind(
    actor: Actor, document: Document, *, kind: DocumentKind | None, expected: str | None = None
) -> Document:
    """A person confirms or corrects the kind (None: "none of these"). Repeating it changes nothing but the history.

    Raises NotAllowed, ChangedMeanwhile, DossierClosed.
    """
    with change(
        actor, Event.DOCUMENT_CLASSIFIED, document, chain=document.chain, verb=DocumentVerb.CHECK
    ) as opened:  # fmt: skip
        fresh: Document = opened.target
        refuse_change_when_closed(actor, fresh)
        refuse_if_changed(fresh, expected)
        fresh.kind, fresh.kind_source = kind, KindSource.PERSON
        stood, version = filled_of(fresh), current_version(kind)
        put_into(fresh, carried_over(stood, version))
        opened.facts.update(versions_told(stood.version, version))
        opened.save(fresh)
    return fresh


def document_set_facts(
    actor: Actor, document: Document, facts: Facts, entered: Entered | None = None, *, expected: str | None = None
) -> Document:
    """`facts` are clean; `entered` are fields of its kind. What stands there already is no event.

    Raises NotAllowed, InvalidFields, ChangedMeanwhile, DossierClosed.
    """
    stored = Document.objects.get(pk=document.pk)
    if _stands(actor, stored, facts, entered):
        require(actor, RULES[Event.DOCUMENT_CORRECTED].permission, stored)
        refuse_if_changed(stored, expected)
        return stored
    with change(
        actor, Event.DOCUMENT_CORRECTED, document, chain=document.chain, verb=DocumentVerb.CORRECT
    ) as opened:  # fmt: skip
        fresh: Document = opened.target
        refuse_change_when_closed(actor, fresh)
        refuse_if_changed(fresh, expected)
        for name, value in facts.items():
            setattr(fresh, name, value)
        if entered is not None:
            stood, version = filled_of(fresh), current_version(fresh.kind)
            put_into(fresh, entered_into(stood, version, entered_by(actor, entered, version)))
            opened.facts.update(versions_told(stood.version, version))
        opened.save(fresh)
    return fresh


def _stands(actor: Actor, stored: Document, facts: Facts, entered: Entered | None) -> bool:
    if any(getattr(stored, name) != value for name, value in facts.items()):
        return False
    if entered is None:
        return True
    stands, version = filled_of(stored), current_version(stored.kind)
    return entered_into(stands, version, entered_by(actor, entered, version)) == stands
