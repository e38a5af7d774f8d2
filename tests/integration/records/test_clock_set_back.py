"""Rights given at once go on when the machine's clock is set back; those with a later first day wait for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dms.access.actors import Actor, actor_for
from dms.access.models import BodyKind, Scope, User
from dms.access.permissions import Permission, Role
from dms.access.rule import can
from dms.accounts.bodies import body_create, member_add
from dms.records.models import Dossier
from dms.records.protection.grants import grant_give
from dms.records.protection.keepers import scopes_without_keeper
from dms.records.protection.rights import scope_restrict

DAY = timedelta(days=1)


def turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine believes from now on that it is three days ago."""
    earlier = timezone.localdate() - 3 * DAY
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: earlier)


def sees(person: User, dossier: Dossier) -> bool:
    return can(actor_for(person), Permission.DOSSIER_VIEW, Dossier.objects.get(pk=dossier.pk))


def test_a_right_given_at_once_goes_on(
    giver: Actor, dossier: Dossier, berta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant_give(giver, dossier, berta, Role.CLERK, reason="Vertretung")
    turn_back(monkeypatch)
    assert sees(berta, dossier)


def test_belonging_to_a_group_goes_on(
    giver: Actor, dossier: Dossier, berta: User, files: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = body_create(giver, "Bauaufsicht", BodyKind.GROUP, files)
    grant_give(giver, dossier, group, Role.CLERK, reason="Zuständig")
    member_add(giver, group, berta)
    turn_back(monkeypatch)
    assert sees(berta, dossier)


def test_a_right_of_tomorrow_still_waits(
    giver: Actor, dossier: Dossier, berta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant_give(giver, dossier, berta, Role.CLERK, reason="Ab morgen", valid_from=timezone.localdate() + DAY)
    turn_back(monkeypatch)
    assert not sees(berta, dossier)


def test_whoever_gives_rights_alone_in_a_place_still_does(
    giver: Actor, dossier: Dossier, berta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant_give(giver, dossier, berta, Role.RIGHTS, reason="Personalsache")
    scope_restrict(giver, Dossier.objects.get(pk=dossier.pk), reason="Personalsache")
    turn_back(monkeypatch)
    assert not scopes_without_keeper()
