"""In a restricted place somebody can always give rights, whatever else is done to people, units and grants."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.utils import timezone

from dms.access.actors import Actor, actor_for, operator, system_setup
from dms.access.models import Body, BodyKind, Grant, Membership, Scope, User
from dms.access.permissions import Role
from dms.accounts.accounts import account_create, account_disable
from dms.accounts.bodies import body_create, member_add, member_change, member_remove
from dms.accounts.body_tree import body_move
from dms.audit.verify import Tally, verify_all
from dms.records.models import Dossier
from dms.records.protection.grants import grant_change, grant_give
from dms.records.protection.keepers import NobodyLeft, scopes_without_keeper
from dms.records.protection.rights import scope_restrict
from tests import factories


@pytest.fixture
def group(files: Scope, berta: User) -> Body:
    group = body_create(system_setup(), "Personalrat", BodyKind.GROUP, files)
    member_add(system_setup(), group, berta)
    return group


def restricted_to(subject: User | Body, giver: Actor) -> Grant:
    dossier = factories.dossier("Personalakte")
    grant = grant_give(giver, dossier, subject, Role.RIGHTS, reason="Personalsache")
    scope_restrict(giver, Dossier.objects.get(pk=dossier.pk), reason="Personalsache")
    return Grant.objects.select_related("scope", "user", "body").get(pk=grant.pk)


def test_the_last_member_of_the_group_that_gives_rights_there_stays(giver: Actor, group: Body, berta: User) -> None:
    restricted_to(group, giver)
    with pytest.raises(NobodyLeft) as refusal:
        member_remove(giver, group, berta)
    assert "an einem Ort, den Sie nicht sehen dürfen" in str(refusal.value)
    assert "Personalakte" not in str(refusal.value)
    with pytest.raises(NobodyLeft, match=r"„610-1 Personalakte“.*Bitte zuerst dort einer weiteren Person"):
        member_remove(operator("root"), group, berta)
    member_add(giver, group, factories.user_with(name="otto"))
    member_remove(giver, group, berta)
    assert Membership.objects.get().user.username == "otto"


def test_the_account_of_the_last_one_is_not_disabled(giver: Actor, berta: User) -> None:
    restricted_to(berta, giver)
    with pytest.raises(NobodyLeft):
        account_disable(operator("root"), berta, now=timezone.now())
    with pytest.raises(CommandError, match="Personalakte"):
        call_command("user", "berta", "--disable")
    assert User.objects.get(username="berta").is_active
    assert list(verify_all(Tally())) == []


def test_a_program_that_has_the_role_keeps_no_place(giver: Actor, berta: User) -> None:
    grant = restricted_to(berta, giver)
    program = account_create(operator("root"), "fachverfahren", None, now=timezone.now(), service=True)
    grant_give(operator("root"), Dossier.objects.get(), program, Role.RIGHTS, reason="Fachverfahren")
    with pytest.raises(NobodyLeft):
        account_disable(operator("root"), berta, now=timezone.now())
    with pytest.raises(NobodyLeft):
        grant_change(system_setup(), grant, valid_to=timezone.localdate() + timedelta(days=99), reason="bis Ostern")


def test_the_grant_of_the_last_one_gets_no_end(giver: Actor, group: Body) -> None:
    grant = restricted_to(group, giver)
    with pytest.raises(NobodyLeft):
        grant_change(system_setup(), grant, valid_to=timezone.localdate() + timedelta(days=99), reason="bis Ostern")


def test_a_successor_follows_on_the_day_after_but_not_a_day_later(giver: Actor, group: Body) -> None:
    restricted_to(group, giver)
    last, otto = timezone.localdate() + timedelta(days=9), factories.user_with(name="otto")
    member_add(giver, group, otto, valid_from=last + timedelta(days=1))
    with pytest.raises(NobodyLeft):
        member_change(giver, Membership.objects.get(user__username="berta"), valid_to=last - timedelta(days=1))
    member_change(giver, Membership.objects.get(user__username="berta"), valid_to=last)
    assert scopes_without_keeper() == frozenset()


def test_a_unit_is_not_moved_away_from_under_the_grant_that_its_people_keep_a_place_by(
    giver: Actor, files: Scope, berta: User
) -> None:
    office = body_create(giver, "Hauptamt", BodyKind.UNIT, files)
    post = body_create(giver, "Leitung Personal", BodyKind.POSITION, files, parent=office)
    elsewhere = body_create(giver, "Bauamt", BodyKind.UNIT, files)
    member_add(giver, post, berta)
    restricted_to(office, giver)
    with pytest.raises(NobodyLeft):
        body_move(giver, post, elsewhere)
    assert Body.objects.get(pk=post.pk).parent_id == office.pk


@pytest.mark.django_db(transaction=True)
def test_two_such_changes_at_once_do_not_slip_through() -> None:
    files = factories.another_scope("Akten")
    factories.file_plan(scope=files)
    giver, setup = actor_for(factories.user_with(Role.RIGHTS, name="renate", scope=files)), system_setup()
    berta, otto = (factories.user_with(name=name) for name in ("berta", "otto"))
    group = body_create(setup, "Personalrat", BodyKind.GROUP, files)
    member_add(setup, group, berta)
    grant_give(giver, dossier := factories.dossier("Personalakte"), group, Role.RIGHTS, reason="Personalsache")
    grant_give(giver, dossier, otto, Role.RIGHTS, reason="Personalsache")
    scope_restrict(giver, Dossier.objects.get(pk=dossier.pk), reason="Personalsache")
    together = Barrier(2)

    def at_once(change: Callable[[], Any]) -> bool:
        try:
            with transaction.atomic():
                together.wait(10)
                change()
        except NobodyLeft:
            return False
        finally:
            connections.close_all()
        return True

    changes: list[Callable[[], Any]] = [
        lambda: member_remove(setup, group, berta),
        lambda: account_disable(operator("root"), otto, now=timezone.now()),
    ]
    with ThreadPoolExecutor(max_workers=2) as pool:
        done = list(pool.map(at_once, changes))
    assert sorted(done) == [False, True]
    assert scopes_without_keeper() == frozenset()
