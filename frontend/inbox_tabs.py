"""The tabs of the inbox page: which items stand under each, and how many these are."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dms.access.actors import Actor
from dms.records.models import Document
from ingest.models import NEEDS_HELP, InboxItem, ItemState

SETTLED = Q(settled_at__isnull=False)
UNFILED = Q(Exists(Document.objects.filter(item_id=OuterRef("pk"), dossier__isnull=True)))
"""At least one of its documents lies in the inbox still."""


MOST = 500
"""Items are shown and counted under a tab. The page asks every few seconds, and what is older is found by searching."""


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: Promise
    condition: Q
    order: tuple[str, ...] = ("-received_at", "id")


TABS = (
    Tab("", _("Alle"), Q()),
    Tab("open", _("Unterwegs"), Q(state__in=(ItemState.WAITING, ItemState.WORKING))),
    Tab("help", _("Braucht Hilfe"), Q(state__in=NEEDS_HELP) & ~SETTLED),
    Tab("done", _("Abzulegen"), Q(state=ItemState.DONE) & UNFILED),
    Tab("filed", _("Abgelegt"), Q(state=ItemState.DONE) & ~UNFILED),
    Tab("settled", _("Abgehakt"), SETTLED, order=("-settled_at", "id")),
)


@dataclass(frozen=True, slots=True)
class CountedTab:
    """`count` goes no further than MOST; `more` says that there are more than so many."""

    tab: Tab
    count: int
    more: bool
    chosen: bool


def chosen_tab(key: str) -> Tab:
    """The first one for a key that there is not."""
    return next((tab for tab in TABS if tab.key == key), TABS[0])


def counted_tabs(actor: Actor, chosen: Tab) -> list[CountedTab]:
    """One query each, over the latest of what the actor may see."""
    counts = [(tab, tab_items(actor, tab)[: MOST + 1].count()) for tab in TABS]
    return [CountedTab(tab, min(count, MOST), count > MOST, tab is chosen) for tab, count in counts]


def number_on_the_way(actor: Actor) -> int:
    """Taken in and not read to the end; up to MOST."""
    return tab_items(actor, chosen_tab("open"))[:MOST].count()


def tab_items(actor: Actor, tab: Tab) -> QuerySet[InboxItem]:
    return InboxItem.objects.visible_to(actor).filter(tab.condition).order_by(*tab.order)
