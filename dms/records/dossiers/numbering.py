"""Forms reference numbers (Aktenzeichen, Geschäftszeichen) by the town's pattern, without gaps, each only once.

A number is taken under a lock that ends with the transaction in which the dossier is opened: whoever fails takes none,
and whoever comes at the same moment waits for the one before.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.models import LONGEST_REFERENCE, Dossier, ReferenceNumber
from dms.records.plan.models import PlanEntry

_LOCK_SPACE = 0x4E55_4D42
DOSSIER_FIELDS = frozenset({"plan", "number", "year"})
CASE_FIELDS = frozenset({"dossier", "number", "year"})


class NumberTaken(NotPossible):
    """The pattern makes a number that was given before, by another pattern perhaps."""

    code = "reference_number_taken"

    def __init__(self, reference: str) -> None:
        sentence = _("Das Aktenzeichen {reference} ist schon vergeben. Bitte das Muster der Aktenzeichen prüfen.")
        super().__init__(sentence.format(reference=reference))


@dataclass(frozen=True, slots=True)
class Reference:
    """A number that was taken: among whom it counts, the number itself, and as it is written."""

    counter: str
    number: int
    text: str


def take_for_dossier(entry: PlanEntry, now: datetime) -> Reference:
    """In the transaction in which a dossier is opened below this entry. Raises NumberTaken."""
    pattern, year = settings.DOSSIER_NUMBER, timezone.localtime(now).year
    counter = _counter(pattern, entry, year)
    number = _next(counter)
    return Reference(counter, number, _unused(pattern.format(plan=entry.number, number=number, year=year)))


def take_for_case(dossier: Dossier, now: datetime) -> Reference:
    """In the transaction in which a case of this dossier is opened. Raises NumberTaken."""
    counter = f"dossier:{dossier.pk}"
    number = _next(counter)
    return Reference(counter, number, case_reference(dossier, number, now))


def case_reference(dossier: Dossier, number: int, opened_at: datetime) -> str:
    """Raises NumberTaken."""
    year = timezone.localtime(opened_at).year
    return _unused(settings.CASE_NUMBER.format(dossier=dossier.reference_number, number=number, year=year))


class ManyNumbers:
    """Takes numbers for many dossiers and cases whose rows are written together, at the end of this transaction.

    Whether the pattern made such a number before, the database says then.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def take_for_dossier(self, entry: PlanEntry, now: datetime) -> Reference:
        pattern, year = settings.DOSSIER_NUMBER, timezone.localtime(now).year
        counter = _counter(pattern, entry, year)
        number = self._last[counter] = self._last[counter] + 1 if counter in self._last else _next(counter)
        return Reference(counter, number, pattern.format(plan=entry.number, number=number, year=year))

    def take_for_case(self, dossier: Dossier, now: datetime) -> Reference:
        """Of a dossier that is made in the same transaction: nobody else can count there."""
        counter, year = f"dossier:{dossier.pk}", timezone.localtime(now).year
        number = self._last[counter] = self._last.get(counter, 0) + 1
        return Reference(
            counter, number, settings.CASE_NUMBER.format(dossier=dossier.reference_number, number=number, year=year)
        )


def pattern_problem(pattern: str, fields: frozenset[str], needed: frozenset[str]) -> str:
    """Why this cannot be a pattern; empty when it can. For whoever configures it, so in English."""
    try:
        named = {name for _text, name, _spec, _conversion in string.Formatter().parse(pattern) if name is not None}
        if unknown := named - fields:
            return f"{{{min(unknown)}}} means nothing there; possible are {', '.join(sorted(fields))}"
        if missing := needed - named:
            return f"{{{min(missing)}}} has to stand in it, or numbers would not differ"
        made = pattern.format(plan="0", dossier="0", number=1, year=2026)
    except (ValueError, IndexError, KeyError, AttributeError) as error:
        return str(error)
    return "" if len(made) < LONGEST_REFERENCE else "it makes numbers that are too long"


def _counter(pattern: str, entry: PlanEntry, year: int) -> str:
    """What the pattern names besides the number decides among whom it runs."""
    named = {name for _text, name, _spec, _conversion in string.Formatter().parse(pattern)}
    plan = entry.number if "plan" in named else ""
    return f"{plan}|{year}" if "year" in named else plan


def _next(counter: str) -> int:
    """Also a number that was exchanged for another has been given."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, counter])
    last = ReferenceNumber.objects.filter(counter=counter).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _unused(reference: str) -> str:
    if len(reference) > LONGEST_REFERENCE or ReferenceNumber.objects.filter(pk=reference).exists():
        raise NumberTaken(reference)
    return reference
