"""Checking out: for a time one person alone hands in new versions of a document. It ends by itself.

Nothing else is kept from others: they read it, correct what is known of it, and file it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor, actor_in_words
from dms.access.rule import can
from dms.audit.door import change
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.closing import is_open, refuse_content_when_closed
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import Document, DocumentVerb

USUAL = timedelta(days=3)
LONGEST = timedelta(days=30)
EVENTS = {
    DocumentVerb.CHECK_OUT: Event.DOCUMENT_CHECKED_OUT,
    DocumentVerb.GIVE_BACK: Event.DOCUMENT_GIVEN_BACK,
    DocumentVerb.BREAK_CHECK_OUT: Event.DOCUMENT_CHECK_OUT_BROKEN,
}


class CheckedOut(NotPossible):
    code = "checked_out"

    def __init__(self, document: Document) -> None:
        until = timezone.localtime(document.checked_out_until).strftime("%d.%m.%Y, %H:%M")
        sentence = _("Ausgecheckt von {who} bis {until} Uhr: So lange reicht nur {who} neue Versionen ein.")
        super().__init__(sentence.format(who=actor_in_words(document.checked_out_by), until=until))


class NotCheckedOut(NotPossible):
    code = "not_checked_out"

    def __init__(self) -> None:
        super().__init__(_("Das Dokument ist nicht ausgecheckt."))


def holder_of(document: Document, now: datetime) -> str:
    """`Actor.key` of whoever has it checked out now; empty: nobody."""
    until = document.checked_out_until
    return document.checked_out_by if until is not None and until > now else ""


def is_held_by_another(actor: Actor, document: Document, now: datetime) -> bool:
    return holder_of(document, now) not in ("", actor.key)


def refuse_checked_out(actor: Actor, document: Document, now: datetime) -> None:
    """Raises CheckedOut when another person has it."""
    if is_held_by_another(actor, document, now):
        raise CheckedOut(document)


def check_out_actions(actor: Actor, document: Document, now: datetime) -> list[DocumentVerb]:
    """What the actor can do now. `document.dossier` and `.case` have come along."""
    holder = holder_of(document, now)
    verbs = {
        DocumentVerb.CHECK_OUT: holder in ("", actor.key) and is_open(document.dossier, document.case),
        DocumentVerb.GIVE_BACK: holder == actor.key,
        DocumentVerb.BREAK_CHECK_OUT: holder not in ("", actor.key),
    }
    possible = document.lifecycle.verbs(document.state)
    return [
        verb
        for verb, fits in verbs.items()
        if fits and verb in possible and can(actor, RULES[EVENTS[verb]].permission, document)
    ]


def document_check_out(
    actor: Actor, document: Document, *, until: datetime | None = None, now: datetime, expected: str | None = None
) -> Document:
    """Until USUAL from now, or `until`. Whoever has it already extends or shortens the time.

    Raises NotAllowed, InvalidFact, CheckedOut, ChangedMeanwhile, DossierClosed, CaseClosed.
    """
    end = until or now + USUAL
    if not now < end <= now + LONGEST:
        raise InvalidFact("until", _("Das Ende muss in der Zukunft liegen, höchstens 30 Tage von jetzt an."))
    with _verb(actor, document, DocumentVerb.CHECK_OUT, now, expected) as fresh:
        refuse_content_when_closed(fresh)
        refuse_checked_out(actor, fresh, now)
        fresh.checked_out_by, fresh.checked_out_at, fresh.checked_out_until = actor.key, now, end
    return fresh


def document_give_back(actor: Actor, document: Document, *, now: datetime, expected: str | None = None) -> Document:
    """Raises NotAllowed, CheckedOut, NotCheckedOut, ChangedMeanwhile."""
    with _verb(actor, document, DocumentVerb.GIVE_BACK, now, expected) as fresh:
        refuse_checked_out(actor, fresh, now)
        _free(fresh, now)
    return fresh


def check_out_break(
    actor: Actor, document: Document, *, reason: str, now: datetime, expected: str | None = None
) -> Document:
    """A right of its own. Raises NotAllowed, InvalidFact, NotCheckedOut, ChangedMeanwhile."""
    why = " ".join(reason.split())[:500]
    if not why:
        raise InvalidFact("reason", _("Bitte angeben, warum das Auschecken aufgehoben wird."))
    with _verb(actor, document, DocumentVerb.BREAK_CHECK_OUT, now, expected, why) as fresh:
        _free(fresh, now)
    return fresh


@contextmanager
def _verb(
    actor: Actor, document: Document, verb: DocumentVerb, now: datetime, expected: str | None, reason: str = ""
) -> Iterator[Document]:
    with change(
        actor, EVENTS[verb], document, chain=document.chain, verb=verb, reason=reason, at=now
    ) as opened:  # fmt: skip
        fresh: Document = opened.target
        refuse_if_changed(fresh, expected)
        opened.facts["held_by"] = holder_of(fresh, now)
        yield fresh
        opened.save(fresh)


def _free(document: Document, now: datetime) -> None:
    if not holder_of(document, now):
        raise NotCheckedOut
    document.checked_out_by, document.checked_out_at, document.checked_out_until = "", None, None
