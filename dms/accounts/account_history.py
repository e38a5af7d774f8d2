"""What happened to an account, as sentences: who did what, when and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dms.access.actors import actor_in_words
from dms.access.models import User
from dms.accounts.models import SetupLink
from dms.accounts.telling import Told, tell
from dms.audit.events import Event
from dms.audit.models import EventRow, target_name

SHOWN = frozenset(
    {
        Event.ACCOUNT_CREATED, Event.SETUP_LINK_ISSUED, Event.SETUP_LINK_USED, Event.ACCOUNT_LINKED,
        Event.ACCOUNT_UNLINKED, Event.SESSIONS_CUT_OFF, Event.ACCOUNT_DISABLED, Event.ACCOUNT_ENABLED,
        Event.PASSWORD_RESET, Event.SECOND_FACTOR_RESET,
    }
)  # fmt: skip
"""What bears on whether and how the account opens; what somebody does with their own is their own."""
MOST = 200
_LINK = f"{SetupLink._meta.label_lower}:"


def account_history(user: User) -> list[Told]:
    """The last of them, the newest first. The caller checks that the actor may see it."""
    rows = EventRow.objects.filter(target=target_name(user), name__in=SHOWN).order_by("-id")[:MOST]
    told = [(row, json.loads(row.body)) for row in rows]
    return [tell(row, _details(content), content["reason"]) for row, content in told]


def _details(content: dict[str, Any]) -> Iterator[str]:
    facts = content["facts"]
    if content["event"] == Event.SETUP_LINK_ISSUED:
        for touched in content["rows"]:
            if touched["row"].startswith(_LINK) and "expires_at" in touched["after"]:
                day = timezone.localtime(datetime.fromisoformat(touched["after"]["expires_at"]))
                yield _("gilt bis {day}").format(day=f"{day:%d.%m.%Y, %H:%M}")
    if by := facts.get("issued_by"):
        yield _("ausgestellt von {who}").format(who=actor_in_words(by))
    if "sessions" in facts:
        count = facts["sessions"]
        yield ngettext("{count} Anmeldung beendet", "{count} Anmeldungen beendet", count).format(count=count)
