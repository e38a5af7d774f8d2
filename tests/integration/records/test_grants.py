"""Who gives rights to whom: with a reason, with an end, never to oneself, and as an event."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dms.access.actors import Actor, actor_for, system_setup
from dms.access.models import BodyKind, Grant, Scope, User
from dms.access.permissions import Permission, Role
from dms.access.rule import NotAllowed, can, explain
from dms.accounts.bodies import NotOneself, body_create, member_add, member_remove
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.history import dossier_history
from dms.records.models import Dossier
from dms.records.protection.grants import grant_change, grant_give, grant_withdraw, grants_at
from dms.records.protection.keepers import NobodyLeft
from dms.records.protection.rights import scope_restrict
from tests import factories


def sees(user: User, dossier: Dossier) -> bool:
    return can(actor_for(user), Permission.DOCUMENT_VIEW, Dossier.objects.get(pk=dossier.pk))


def test_a_grant_works_at_once_and_no_longer_than_it_is_held(giver: Actor, dossier: Dossier, berta: User) -> None:
    grant = grant_give(giver, dossier, berta, Role.CLERK, reason="Vertretung")
    assert sees(berta, dossier)
    grant_withdraw(giver, grant, reason="Vertretung zu Ende")
    assert not sees(berta, dossier)
    told = [one.sentence for one in dossier_history(dossier, system_setup())]
    assert "In einen eigenen Rechtebereich übernommen: für berta als „Sachbearbeitung“, Vertretung" in told
    names = EventRow.objects.filter(target=f"access.scope:{grant.scope_id}").values_list("name", flat=True)
    assert list(names.order_by("id")) == ["scope:begun", "grant:created", "grant:withdrawn"]
    assert list(verify_all(Tally())) == []


def test_a_changed_grant_rewrites_no_record(giver: Actor, dossier: Dossier, berta: User) -> None:
    grant = grant_give(giver, dossier, berta, Role.CLERK, reason="Vertretung")
    before = EventRow.objects.filter(chain=dossier.chain).count()
    changed = grant_change(giver, grant, valid_to=timezone.localdate() + timedelta(days=3), reason="nur kurz")
    assert (changed.reason, EventRow.objects.filter(chain=dossier.chain).count()) == ("nur kurz", before)


def test_a_grant_ends_after_its_last_day(giver: Actor, dossier: Dossier, berta: User) -> None:
    today = timezone.localdate()
    grant_give(giver, dossier, berta, Role.CLERK, reason="Aushilfe", valid_to=today)
    assert sees(berta, dossier)
    with pytest.raises(InvalidFact):
        grant_give(giver, dossier, berta, Role.REGISTRY, reason="gestern", valid_to=today - timedelta(days=1))


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_without_a_reason_nothing_is_given(giver: Actor, dossier: Dossier, berta: User, reason: str) -> None:
    with pytest.raises(InvalidFact):
        grant_give(giver, dossier, berta, Role.CLERK, reason=reason)
    assert not sees(berta, dossier)


def test_nobody_gives_rights_to_themselves(giver: Actor, dossier: Dossier, files: Scope) -> None:
    me = User.objects.get(username="renate")
    with pytest.raises(InvalidFact):
        grant_give(giver, dossier, me, Role.CLERK, reason="ich")
    office = body_create(giver, "Bauamt", BodyKind.UNIT, files)
    with pytest.raises(NotOneself):
        member_add(giver, office, me)
    team = body_create(giver, "Bauordnung", BodyKind.UNIT, files, parent=office)
    somebody_else = actor_for(factories.user_with(Role.RIGHTS, name="rolf", scope=files))
    member_add(somebody_else, team, me)
    with pytest.raises(InvalidFact):
        grant_give(giver, dossier, office, Role.CLERK, reason="mein Amt")
    assert not sees(me, dossier)


def test_who_reads_records_gives_no_rights_and_who_gives_rights_reads_no_document(
    giver: Actor, dossier: Dossier, berta: User, files: Scope
) -> None:
    clerk = actor_for(factories.user_with(Role.CLERK, Role.REGISTRY, Role.ARCHIVIST, name="carl", scope=files))
    with pytest.raises(NotAllowed):
        grant_give(clerk, dossier, berta, Role.CLERK, reason="bitte")
    assert not can(giver, Permission.DOCUMENT_VIEW, dossier)


def test_a_unit_hands_its_grants_to_the_people_of_the_units_below_it(
    giver: Actor, dossier: Dossier, berta: User, files: Scope
) -> None:
    office = body_create(giver, "Bauamt", BodyKind.UNIT, files)
    team = body_create(giver, "Bauordnung", BodyKind.UNIT, files, parent=office)
    member_add(giver, team, berta)
    grant_give(giver, factories.plan_entry("61"), office, Role.CLERK, reason="zuständig")
    assert sees(berta, dossier)
    assert explain(actor_for(berta), Permission.DOCUMENT_VIEW, Dossier.objects.get(pk=dossier.pk)) == [
        "berta gehört zu „Bauamt“. Bauamt ist Sachbearbeitung in 61 Planen und Bauen."
    ]
    member_remove(giver, team, berta)
    assert not sees(berta, dossier)
    assert list(verify_all(Tally())) == []


def test_a_group_reaches_its_own_people_alone(giver: Actor, dossier: Dossier, berta: User, files: Scope) -> None:
    group = body_create(giver, "Krisenstab", BodyKind.GROUP, files)
    grant_give(giver, dossier, group, Role.ARCHIVIST, reason="Lage")
    assert not sees(berta, dossier)
    member_add(giver, group, berta)
    assert sees(berta, dossier)


def test_the_last_one_who_gives_rights_in_a_restricted_place_stays(giver: Actor, dossier: Dossier, berta: User) -> None:
    grant = grant_give(giver, dossier, berta, Role.RIGHTS, reason="Personalamt")
    scope_restrict(giver, Dossier.objects.get(pk=dossier.pk), reason="Personalsache")
    boss, grant = actor_for(berta), Grant.objects.select_related("scope", "user", "body").get(pk=grant.pk)
    with pytest.raises(NobodyLeft):
        grant_withdraw(boss, grant, reason="weg")
    with pytest.raises(NotAllowed):
        grant_give(giver, Dossier.objects.get(pk=dossier.pk), factories.user_with(name="otto"), Role.CLERK, reason="x")


def test_what_is_granted_above_is_shown_with_its_place_unless_that_is_secret(
    giver: Actor, dossier: Dossier, berta: User
) -> None:
    grant_give(giver, dossier, berta, Role.RIGHTS, reason="hier")
    fresh = Dossier.objects.get(pk=dossier.pk)
    told = [(str(one.grant.subject), one.above, one.place) for one in grants_at(giver, fresh)]
    assert told == [("berta", False, fresh.scope.name), ("renate", True, "Akten")]
    told = [(str(one.grant.subject), one.above, one.place) for one in grants_at(actor_for(berta), fresh)]
    assert told == [("berta", False, fresh.scope.name), ("renate", True, "")]
