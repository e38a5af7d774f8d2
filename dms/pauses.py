"""When work that was put off is due again, on a machine whose clock may jump: nobody waits beyond the longest pause."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

LONGEST_PAUSE = timedelta(hours=1)


def due(field: str, now: datetime, longest: timedelta = LONGEST_PAUSE) -> Q:
    """Rows whose `field` (a moment, or none) has come, or lies so far ahead that only a wrong clock can have set it:
    farther than anything is ever put off."""
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": now}) | Q(**{f"{field}__gt": now + longest})


def is_due(moment: datetime | None, now: datetime, longest: timedelta = LONGEST_PAUSE) -> bool:
    """The same for one moment."""
    return moment is None or not now < moment <= now + longest
