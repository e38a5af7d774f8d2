"""Services by which paper goes out of its place and comes back; who has it stands in the history of the dossier."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import InvalidFact, one_line
from dms.records.dossiers.keeping import holding
from dms.records.dossiers.models import Dossier, Medium
from dms.records.holdings.models import Loan, Volume

LONGEST_BORROWER = 200


class NoPaper(NotPossible):
    code = "no_paper"

    def __init__(self) -> None:
        super().__init__(_("Davon gibt es kein Papier. Medium und Standort lassen sich unter „Beschreiben“ angeben."))


class LentAlready(NotPossible):
    code = "lent_already"

    def __init__(self, borrower: str) -> None:
        sentence = _("Das hat schon {borrower}. Bitte zuerst die Rückgabe eintragen.")
        super().__init__(sentence.format(borrower=borrower))


class ReturnedAlready(NotPossible):
    code = "returned_already"

    def __init__(self) -> None:
        super().__init__(_("Die Rückgabe ist schon eingetragen."))


def may_lend(actor: Actor, dossier: Dossier) -> bool:
    """Also of a closed dossier: its paper is still fetched from the cellar."""
    return can(actor, Permission.DOSSIER_KEEP, dossier)


def paper_lend(
    actor: Actor, dossier: Dossier, volume: Volume | None, borrower: str, *, now: datetime, due: date | None = None
) -> Loan:
    """The paper of the dossier as a whole, or of one volume. Raises NotAllowed, InvalidFact, NoPaper, LentAlready."""
    clean = one_line("borrower", borrower, LONGEST_BORROWER)
    if not clean:
        raise InvalidFact("borrower", _("Bitte angeben, wer es hat: Person, Stelle oder Zimmer."))
    if due is not None and due < timezone.localdate(now):
        raise InvalidFact("due", _("Der Tag der Rückgabe liegt in der Vergangenheit."))
    with (
        holding(dossier.pk) as held,
        change(actor, Event.PAPER_LENT, chain=held.chain, scope=held, at=now) as opened,
    ):
        fresh = Volume.objects.get(pk=volume.pk, dossier=held) if volume else None
        if (fresh or held).medium == Medium.ELECTRONIC:
            raise NoPaper
        if out := Loan.objects.filter(dossier=held, volume=fresh, returned_at=None).first():
            raise LentAlready(out.borrower)
        loan = Loan(dossier=held, volume=fresh, borrower=clean, lent_at=now, due=due)
        opened.save(loan)
        opened.facts.update({"borrower": clean, "volume": str(fresh) if fresh else ""})
    return loan


def paper_return(actor: Actor, loan: Loan, *, now: datetime) -> Loan:
    """It is back in its place. Raises NotAllowed, ReturnedAlready."""
    with holding(loan.dossier_id), change(actor, Event.PAPER_RETURNED, loan, chain=loan.chain, at=now) as opened:
        fresh: Loan = opened.target
        if fresh.returned_at is not None:
            raise ReturnedAlready
        fresh.returned_at = now
        opened.save(fresh)
        opened.facts.update({"borrower": fresh.borrower, "volume": str(fresh.volume) if fresh.volume else ""})
    return fresh
