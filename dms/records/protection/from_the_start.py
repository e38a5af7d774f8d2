"""Opens a dossier that is secret or sensitive from its first moment: nobody sees it before it is.

Opening, raising and marking are three rights and three events; all are done, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.levels import Level
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed, allowed_scopes, clearance_of
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.describing import DossierFacts
from dms.records.dossiers.keeping import dossier_open
from dms.records.models import Dossier, PlanEntry
from dms.records.protection.grants import clean_reason
from dms.records.protection.levels import dossier_set_level
from dms.records.protection.marking import sensitive_mark
from dms.records.protection.sensitivity import SensitiveClass


@dataclass(frozen=True, slots=True)
class Guard:
    """`reason` is asked for where anything is guarded; it stands in the history."""

    level: Level = Level.OPEN
    sensitive: SensitiveClass | None = None
    asks_purpose: bool = False
    reason: str = ""

    def faults(self) -> Iterator[InvalidFact]:
        """What cannot be so whatever the dossier is."""
        if self.asks_purpose and not self.sensitive:
            sentence = _("Nach dem Zweck wird nur gefragt, wo ein besonderer Schutz gewählt ist.")
            yield InvalidFact("asks_purpose", sentence)
        if self.level != Level.OPEN or self.sensitive:
            try:
                clean_reason(self.reason)
            except InvalidFact as error:
                yield error


def levels_for_new(actor: Actor) -> list[Level]:
    """What a new dossier can be at some place of the actor's; only OPEN where nothing is to be chosen."""
    raises = bool(allowed_scopes(actor, Permission.LEVEL_RAISE))
    return [level for level in Level if level == Level.OPEN or (raises and level <= clearance_of(actor))]


def dossier_open_guarded(
    actor: Actor, entry: PlanEntry, facts: DossierFacts, guard: Guard, *, now: datetime
) -> Dossier:  # fmt: skip
    """Raises what opening raises; InvalidFact and NotPossible also for what guards it, where that right is missing."""
    for fault in guard.faults():
        raise fault
    with transaction.atomic():
        dossier = dossier_open(actor, entry, facts, now=now)
        if guard.level != Level.OPEN:
            with _told_beside("level"):
                dossier_set_level(actor, dossier, guard.level, reason=guard.reason)
        if guard.sensitive:
            with _told_beside("sensitive"):
                sensitive_mark(
                    actor, dossier, guard.sensitive, asks_purpose=guard.asks_purpose, reason=guard.reason
                )  # fmt: skip
    return Dossier.objects.get(pk=dossier.pk)


@contextmanager
def _told_beside(field: str) -> Iterator[None]:
    """The right to open is there; that another is missing at this place is a mistake in what was chosen."""
    try:
        yield
    except NotAllowed as error:
        raise InvalidFact(field, _("Dazu fehlt Ihnen an dieser Stelle das Recht.")) from error
