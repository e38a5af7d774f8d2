"""Whether the mail moves: told from the work table alone, so that no worker has to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dms.health import Condition, Grade, Part
from dms.ports import Clock
from ingest.models import InboxItem, ItemState, RangeRun, StepRun, Turn
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
    by_state = waiting.order_by().values_list("state").annotate(number=Count("pk"))
    return Condition(Part.WORKERS, Grade.BUSY, _told(dict(by_state)))


def _told(items: Mapping[str, int]) -> str:
    """`items` by their state."""
    waiting, working = items.get(ItemState.WAITING, 0), items.get(ItemState.WORKING, 0)
    waits = ngettext("%(count)d Eingang wartet", "%(count)d Eingänge warten", waiting) % {"count": waiting}
    is_read = ngettext("%(count)d wird gelesen", "%(count)d werden gelesen", working) % {"count": working}
    return f"{waits}, {is_read}."


def _last_sign_of_life() -> datetime | None:
    moments = (
        StepRun.objects.aggregate(moment=Max("ended_at"))["moment"],
        Turn.objects.aggregate(moment=Max("begun_at"))["moment"],
        RangeRun.objects.aggregate(moment=Max("begun_at"))["moment"],
    )
    return max((moment for moment in moments if moment), default=None)
