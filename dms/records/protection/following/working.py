"""Dossiers follow their plan entry into its own scope: a few at once, or thousands a batch at a time.

A dossier without rights of its own stands in the scope of its entry. Where it does not, it is left to follow: that
alone says what is to be done, so work that was killed goes on where it stopped. Each dossier moves with all that lies
in it in one transaction. Until then it goes by the rights above, which the new scope inherits: nobody sees less than
before or what they may not, and nothing is restricted until the last one is there (`refuse_while_following`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import Scope
from dms.access.permissions import Permission
from dms.adapters.wake import send_wake
from dms.audit.door import change_many
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.records.dossiers.models import Case, Dossier
from dms.records.models import Document
from dms.records.parties.models import Party
from dms.records.plan.models import FilePlan, PlanEntry
from dms.records.protection.following.models import Following
from dms.records.protection.scopes import Node

TASK = "rights.follow"
AT_ONCE = 500
"""So many dossiers and documents follow within the request."""
IN_A_BATCH = 200
"""Dossiers and documents in one transaction of the background, but at least one dossier. Who changes the plan waits
for it."""


@dataclass(frozen=True, slots=True)
class FollowProgress:
    """Counted in dossiers."""

    done: int
    total: int


class StillFollowing(NotPossible):
    """A place is restricted when all that is in it stands under its rights, and not before."""

    code = "still_following"

    def __init__(self, progress: FollowProgress) -> None:
        sentence = _(
            "Hier werden noch Akten in die eigenen Rechte übernommen ({done} von {total}). Bitte danach noch einmal:"
            " Eine Beschränkung soll vom ersten Augenblick an für alle gelten."
        )
        super().__init__(sentence.format(done=progress.done, total=progress.total))


def left_to_follow(node: Node) -> QuerySet[Dossier]:
    """Of the dossiers below the entry, or the dossier itself: those that do not stand where their entry stands."""
    below = Dossier.objects.filter(pk=node.pk) if isinstance(node, Dossier) else Dossier.objects.of_entry(node.pk)
    own = Q(scope__place__startswith=f"{Dossier._meta.label_lower}:")
    return below.exclude(own).exclude(scope_id=F("plan_entry__scope_id"))


def following_at(node: Node) -> FollowProgress | None:
    """How far it is; None where nothing is left to do, by one query on nearly every day."""
    begun = list(Following.objects.values_list("scope_id", "total"))
    left = left_to_follow(node).count() if begun else 0
    if not left:
        return None
    total = dict(begun).get(node.scope_id, 0)
    return FollowProgress(max(total - left, 0), max(total, left))


def refuse_while_following(node: Node) -> None:
    """Holding the plan. Raises StillFollowing."""
    if left := left_to_follow(node).count():
        raise StillFollowing(following_at(node) or FollowProgress(0, left))


def hold_what_follows(entry: PlanEntry) -> None:
    """Holding the plan, before the entries are locked: what will follow at once is locked first, as by all others."""
    below = Dossier.objects.of_entry(entry.pk).filter(scope_id=entry.scope_id)
    if _size(below) <= AT_ONCE:
        list(_all_in(list(below.values_list("pk", flat=True))))


def follow(
    actor: Actor, entry: PlanEntry, scope: Scope, *, reason: str, facts: Mapping[str, str] | None = None
) -> None:  # fmt: skip
    """Holding the plan, after the entries have moved: at once if there are not too many, else from now on. What
    moves at once tells the `facts` too."""
    left = left_to_follow(entry)
    if _size(left) > AT_ONCE:
        begun = Following(scope=scope, entry=entry, total=left.count(), actor=actor.key, reason=reason)
        begun.save(force_insert=True)
        transaction.on_commit(lambda: send_wake(TASK), robust=True)
        return
    while batch := _next(left, AT_ONCE):
        move_dossiers(actor, batch.keys, batch.target, reason=reason, facts=facts)


def is_left() -> bool:
    """Whether anything was begun that is not done yet, anywhere."""
    return Following.objects.exists()


def follow_on(may_go_on: Callable[[], bool] = lambda: True) -> None:
    """Works off what was begun, a batch in each transaction, until nothing is left. Any number of times, anywhere."""
    while may_go_on() and _one_batch():
        pass


def _one_batch() -> bool:
    """False: nothing is left, or another worker is at it."""
    with transaction.atomic():
        work = Following.objects.select_for_update(of=("self",), skip_locked=True).order_by("pk").first()
        if work is None:
            return False
        FilePlan.objects.select_for_update().get(pk=work.entry.plan_id)
        left = left_to_follow(work.entry)
        if batch := _next(left, IN_A_BATCH):
            actor = Actor(work.actor, everywhere=frozenset({Permission.GRANT}))
            move_dossiers(actor, batch.keys, batch.target, reason=work.reason)
        else:
            work.delete()
    return True


@dataclass(frozen=True, slots=True)
class _Batch:
    keys: list[UUID]
    target: int
    """The scope in which their entries stand. It stays while the plan is held: a dossier is renumbered within it."""


def _next(left: QuerySet[Dossier], rows: int) -> _Batch | None:
    """So many that they are not more than `rows` with their documents; the first in any case."""
    target = left.order_by("pk").values_list("plan_entry__scope_id", flat=True).first()
    if target is None:
        return None
    alike = left.filter(plan_entry__scope_id=target).order_by("pk")
    sizes = list(alike.annotate(size=Count("documents") + 1).values_list("pk", "size")[:rows])
    many = sum(1 for total in accumulate(size for _key, size in sizes) if total <= rows)
    return _Batch([key for key, _size in sizes[: max(many, 1)]], target)


def move_dossiers(
    actor: Actor, keys: Sequence[UUID], target: int, *, reason: str, facts: Mapping[str, str] | None = None
) -> None:  # fmt: skip
    """Each with all that lies in it, into the scope.

    The actor changes a part of the tree as a whole (`dms.access.rule.for_all_levels`). Raises NotAllowed.
    """
    while rows := [row for row in _all_in(keys) if row.scope_id != target]:
        # again: somebody may have been quicker than our locks
        change_many(actor, Event.SCOPE_ENTERED, rows, {"scope_id": target}, reason=reason, facts=facts)


def _size(dossiers: QuerySet[Dossier]) -> int:
    """With their documents."""
    counted = dossiers.aggregate(own=Count("pk", distinct=True), documents=Count("documents"))
    return int(counted["own"] + counted["documents"])


def _all_in(keys: Sequence[UUID]) -> Iterator[Document | Dossier | Case | Party]:
    """The dossiers and what lies in them, locked in the order in which all others lock."""
    rows: list[QuerySet[Document] | QuerySet[Dossier] | QuerySet[Case] | QuerySet[Party]] = [
        Document.objects.filter(dossier__in=keys),
        Dossier.objects.filter(pk__in=keys),
        Case.objects.filter(dossier__in=keys),
        Party.objects.filter(home__in=keys),
    ]
    for found in rows:
        yield from found.select_for_update(of=("self",)).order_by("pk")
