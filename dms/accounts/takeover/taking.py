"""What one line asks for, by the services by which people do it by hand: so the same rules hold, and each is an event.

Each function tells whether it changed something. All raise what their services raise, and Missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import Body, BodyKind, BodyState, Grant, Membership, Scope, User
from dms.access.rule import may_name
from dms.accounts.accounts import account_create, account_disable, account_enable
from dms.accounts.bodies import (
    FROM_FILE,
    body_create,
    body_retire,
    body_revive,
    member_add,
    member_change,
    member_remove,
)
from dms.accounts.body_tree import body_move
from dms.accounts.organisation import bodies_visible_to
from dms.accounts.takeover.current import Places
from dms.accounts.takeover.rows import BODIES, OrgRow, RowKind
from dms.audit.lifecycle import NotPossible
from dms.records.plan.models import FilePlan, PlanEntry
from dms.records.protection.grants import LONGEST_REASON, grant_change, grant_give, grant_give_in_town, grant_withdraw


class Missing(NotPossible):
    """What the line names is not there."""

    code = "missing"


@dataclass
class Taker:
    """`reason` stands in the events of lines that give none."""

    actor: Actor
    reason: str
    now: datetime = field(default_factory=timezone.now)
    places: Places = field(default_factory=Places)

    def why(self, row: OrgRow) -> str:
        return (row.reason or self.reason)[:LONGEST_REASON]


def body_begin(taker: Taker, row: OrgRow) -> bool:
    """Made, taken into use again, or moved."""
    kind, why = BODIES[row.kind], taker.why(row)
    parent = _body(taker, row.parent) if row.parent else None
    found = bodies_visible_to(taker.actor).filter(name=row.name).first()
    if found is None:
        body_create(
            taker.actor, row.name, kind, _scope(taker, row.place) if row.place else _files(), parent=parent, reason=why
        )
        return True
    if found.kind != kind:
        raise NotPossible(
            _("„{name}“ ist schon etwas anderes: {kind}.").format(name=found, kind=found.get_kind_display())
        )
    revives = found.state == BodyState.RETIRED and not row.ended and "state" in row.said
    if revives:
        body_revive(taker.actor, found, reason=why)
    return _move(taker, row, found, parent) or revives


def _move(taker: Taker, row: OrgRow, found: Body, parent: Body | None) -> bool:
    if "parent" not in row.said or (row.ended and found.state == BodyState.RETIRED):
        parent_id = found.parent_id
    else:
        parent_id = parent.pk if parent else None
    kept = _scope(taker, row.place) if row.place and not parent_id else None
    if parent_id == found.parent_id and (kept is None or kept.pk == found.scope_id):
        return False
    if found.kind == BodyKind.GROUP:
        raise NotPossible(_("Eine Gruppe bleibt an dem Ort, an dem sie gepflegt wird."))
    body_move(taker.actor, found, parent, scope=kept, reason=taker.why(row))
    return True


def body_end(taker: Taker, row: OrgRow) -> bool:
    found = _body(taker, row.name)
    if not row.ended or found.state == BodyState.RETIRED:
        return False
    body_retire(taker.actor, found, reason=taker.why(row))
    return True


def account_begin(taker: Taker, row: OrgRow) -> bool:
    """Made without a password, or enabled again."""
    service = row.kind is RowKind.SERVICE
    found = User.objects.filter(username=User.normalize_username(row.name)).first()
    if found is None:
        account_create(taker.actor, row.name, None, now=taker.now, service=service, reason=taker.why(row))
        return True
    if found.is_service != service:
        raise NotPossible(_("Ein Konto dieses Namens gibt es schon, aber von anderer Art (Person oder Dienstkonto)."))
    if found.is_active or row.ended or "state" not in row.said:
        return False
    account_enable(taker.actor, found, now=taker.now, reason=taker.why(row))
    return True


def account_end(taker: Taker, row: OrgRow) -> bool:
    found = _person(row.name)
    if not row.ended or not found.is_active:
        return False
    account_disable(taker.actor, found, now=taker.now, reason=taker.why(row))
    return True


def member_begin(taker: Taker, row: OrgRow) -> bool:
    body, person = _body(taker, row.body), _person(row.name)
    there = Membership.objects.filter(body=body, user=person).first()
    if row.ended or (there is not None and _runs(there)):
        return False
    member_add(
        taker.actor, body, person, reason=taker.why(row), valid_from=row.valid_from, valid_to=row.valid_to,
        is_deputy=row.is_deputy, source=FROM_FILE,
    )  # fmt: skip
    return True


def member_end(taker: Taker, row: OrgRow) -> bool:
    """Another last day, or taken out."""
    there = (
        Membership.objects.filter(body=_body(taker, row.body), user=_person(row.name))
        .select_related("body", "user")
        .first()
    )
    if there is None:
        return False
    if row.ended:
        member_remove(taker.actor, there.body, there.user, reason=taker.why(row))
        return True
    if ("is_deputy" in row.said and row.is_deputy != there.is_deputy) or _begins_otherwise(row, there.valid_from):
        raise NotPossible(
            _("Erster Tag und Vertretung stehen fest. Bitte die Person herausnehmen („beendet“) und neu aufnehmen.")
        )
    if "valid_to" not in row.said or row.valid_to == there.valid_to:
        return False
    member_change(taker.actor, there, valid_to=row.valid_to, reason=taker.why(row))
    return True


def grant_begin(taker: Taker, row: OrgRow) -> bool:
    """From today on at the earliest: no right is given for the past."""
    subject, there = _held(taker, row)
    if row.ended or (there is not None and _runs(there)) or row.role is None:
        return False
    times = {"valid_from": max(row.valid_from or date.min, timezone.localdate()), "valid_to": row.valid_to}
    town = Scope.objects.filter(name=row.place, place="").first()
    if town is not None:
        grant_give_in_town(taker.actor, town, subject, row.role, reason=taker.why(row), **times)
    else:
        grant_give(taker.actor, _entry(taker, row.place), subject, row.role, reason=taker.why(row), **times)
    return True


def grant_end(taker: Taker, row: OrgRow) -> bool:
    """Another last day, another first one that is still to come, or withdrawn."""
    _subject, there = _held(taker, row)
    if there is None:
        return False
    if row.ended:
        grant_withdraw(taker.actor, there, reason=taker.why(row))
        return True
    first = row.valid_from if _begins_otherwise(row, there.valid_from) else None
    last = row.valid_to if "valid_to" in row.said else there.valid_to
    if first is None and last == there.valid_to:
        return False
    grant_change(taker.actor, there, valid_to=last, valid_from=first, reason=taker.why(row))
    return True


def missing_names(taker: Taker, row: OrgRow) -> list[str]:
    """A sentence for each thing that the line names and that is not there."""
    asked: list[tuple[str, Callable[[str], object]]] = [(row.place, partial(_scope, taker, begun=False))]
    if row.kind in BODIES:
        asked.insert(0, (row.parent, partial(_body, taker)))
    elif row.kind in {RowKind.MEMBERSHIP, RowKind.GRANT}:
        asked = [(row.name, _person), (row.body, partial(_body, taker)), *asked]
    sentences = []
    for name, look_up in asked:
        try:
            if name:
                look_up(name)
        except Missing as missing:
            sentences.append(str(missing))
    return sentences


def _held(taker: Taker, row: OrgRow) -> tuple[User | Body, Grant | None]:
    """Who has it or is to have it, and the grant if it is there."""
    subject = _person(row.name) if row.name else _body(taker, row.body)
    whose = {"user": subject} if isinstance(subject, User) else {"body": subject}
    grants = Grant.objects.filter(role=row.role or "", scope=_scope(taker, row.place, begun=False), **whose)
    return subject, grants.select_related("scope", "user", "body").first()


def _runs(there: Membership | Grant) -> bool:
    return there.valid_to is None or there.valid_to >= timezone.localdate()


def _begins_otherwise(row: OrgRow, there: date | None) -> bool:
    """What has begun has begun, whenever that was."""
    today = timezone.localdate()
    return row.valid_from is not None and max(row.valid_from, today) != max(there or today, today)


def _body(taker: Taker, name: str) -> Body:
    """Of those that the taker may see. Raises Missing."""
    found = bodies_visible_to(taker.actor).filter(name=name).first()
    if found is None:
        raise Missing(_("„{name}“ gibt es nicht: keine Einheit, keine Gruppe, keinen Dienstposten.").format(name=name))
    return found


def _person(name: str) -> User:
    found = User.objects.filter(username=User.normalize_username(name)).first()
    if found is None:
        raise Missing(_("Ein Konto „{name}“ gibt es nicht.").format(name=name))
    return found


def _scope(taker: Taker, place: str, *, begun: bool = True) -> Scope | None:
    """With `begun` it has to be there; else None for a plan entry without rules of its own. Raises Missing."""
    found = Scope.objects.filter(name=place, place="").first()
    if found is not None:
        return found
    entry = _entry(taker, place)
    if entry.scope.place == f"{PlanEntry._meta.label_lower}:{entry.pk}":
        return entry.scope
    if begun:
        raise Missing(
            _("„{place}“ hat keine eigenen Rechte; gepflegt wird an einem Ort, der welche hat.").format(place=place)
        )
    return None


def _files() -> Scope | None:
    """Where the records are kept."""
    plan = FilePlan.objects.select_related("scope").order_by("pk").first()
    return plan.scope if plan else None


def _entry(taker: Taker, number: str) -> PlanEntry:
    found: PlanEntry | None = PlanEntry.objects.select_related("scope", "plan").filter(number=number).first()
    if found is None or not may_name(taker.actor, found.scope):
        raise Missing(
            _("Einen Ort „{place}“ gibt es nicht: keinen Bereich und keinen Aktenplaneintrag.").format(place=number)
        )
    return found
