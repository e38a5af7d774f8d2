"""Whether the mail moves: told from the work table alone, so that no worker has to be asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dms.health import Condition, Grade, Part
from dms.ports import Clock
from ingest.models import InboxItem, RangeRun, StepRun, Turn
from ingest.work.pending import PENDING, pending_items, pending_ranges

STILL = timedelta(minutes=3)
"""Longer than any step works on without ending or beginning anything."""


def workers_condition(clock: Clock) -> Condition:
    """Work is due and nobody has begun or ended anything for a while: then no worker works. Raises DatabaseError."""
    if not pending_items(clock) and not pending_ranges(clock):
        return Condition(Part.WORKERS, Grade.WELL, _("Alle Post ist gelesen."))
    now, last, waiting = clock.now(), _last_sign_of_life(), InboxItem.objects.filter(state__in=PENDING)
    oldest = waiting.order_by("received_at").values_list("received_at", flat=True).first() or now
    if now - max(oldest, last or oldest) > STILL:
        return Condition(
            Part.WORKERS,
            Grade.AWAY,
            _("Post wartet, aber niemand liest sie: Die Arbeitsprozesse stehen. Es ist nichts verloren."),
            _("Die Programme „worker“ und „beat“ und die Warteschlange prüfen; danach geht es von selbst weiter."),
        )
    count = waiting.count()
    sentence = ngettext("%(count)d Eingang wird gelesen.", "%(count)d Eingänge werden gelesen.", count)
    return Condition(Part.WORKERS, Grade.BUSY, sentence % {"count": count})


def _last_sign_of_life() -> datetime | None:
    moments = (
        StepRun.objects.aggregate(moment=Max("ended_at"))["moment"],
        Turn.objects.aggregate(moment=Max("begun_at"))["moment"],
        RangeRun.objects.aggregate(moment=Max("begun_at"))["moment"],
    )
    return max((moment for moment in moments if moment), default=None)
