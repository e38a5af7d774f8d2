"""The pages on which units, groups, positions and people are kept, and the earlier rights of a place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dms.access.actors import actor_for, system_setup
from dms.access.models import Body, BodyKind, Grant, Membership, Scope, User
from dms.access.permissions import Permission, Role
from dms.access.rule import can
from dms.accounts.bodies import body_create, member_add
from dms.records.dossiers.models import Dossier
from dms.records.protection.grants import grant_give, grant_withdraw
from tests import factories


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


@pytest.fixture
def giver(dossier: Dossier, browser_of: Callable[..., Client]) -> Client:
    return browser_of(Role.RIGHTS, name="renate")


@pytest.fixture
def office(giver: Client, scope: Scope) -> Body:
    return body_create(actor_of("renate"), "Bauamt", BodyKind.UNIT, scope)


def actor_of(name: str) -> Any:
    return actor_for(User.objects.get(username=name))


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_unit_is_made_filled_renamed_and_retired(giver: Client, scope: Scope) -> None:
    factories.user_with(name="berta")
    empty = text(giver.get("/organisation/"))
    assert "Legen Sie die erste an" in empty
    assert "Aus Tabelle übernehmen" in empty
    made = {"name": "Bauamt", "parent": "", "scope": scope.pk, "reason": "neu"}
    assert "Bauamt" in text(giver.post("/organisation/add/unit/", made, follow=True))
    office = Body.objects.get()
    here = f"/organisation/{office.pk}/"
    shown = text(giver.post(f"{here}members/", {"user": "berta", "reason": "Dienstantritt"}, follow=True))
    assert "„berta“ gehört jetzt dazu." in shown
    assert "Person aufgenommen: berta ab " in shown
    renamed = giver.post(f"{here}change/", {"name": "Bauordnung", "parent": "", "reason": "Umbau"}, follow=True)
    assert "Einheit oder Gruppe umbenannt: „Bauordnung“ statt „Bauamt“, Umbau" in text(renamed)
    assert "Es gehören noch Personen dazu" in text(giver.post(f"{here}retire/", {"reason": "zu"}))
    member = Membership.objects.get()
    giver.post(f"{here}members/{member.pk}/", {"do": "remove", "reason": "weg"})
    assert "stillgelegt" in text(giver.post(f"{here}retire/", {"reason": "zu"}, follow=True))
    assert "Bauordnung" in text(giver.get("/organisation/"))
    assert "Wieder in Gebrauch nehmen" in text(giver.get(here))


def test_the_rights_of_a_position_follow_the_post_and_a_deputy_has_them_for_a_time(
    giver: Client, office: Body, dossier: Dossier
) -> None:
    anna, otto = factories.user_with(name="anna"), factories.user_with(name="otto")
    made = {"name": "Leitung Bauamt", "parent": "Bauamt", "reason": "Stellenplan"}
    giver.post("/organisation/add/position/", made)
    post = Body.objects.get(kind=BodyKind.POSITION)
    grant_give(actor_of("renate"), dossier, post, Role.CLERK, reason="zuständig")
    here, today = f"/organisation/{post.pk}/members/", timezone.localdate()
    giver.post(here, {"user": "anna", "reason": "Ernennung"})
    refused = giver.post(here, {"user": "otto", "reason": "Urlaub", "is_deputy": "on"})
    assert "Eine Vertretung hat einen letzten Tag." in text(refused)
    giver.post(here, {"user": "otto", "reason": "Urlaub", "is_deputy": "on", "valid_to": today.isoformat()})
    fresh = Dossier.objects.get(pk=dossier.pk)
    assert [can(actor_for(one), Permission.DOCUMENT_VIEW, fresh) for one in (anna, otto)] == [True, True]
    assert "otto gehört zu „Leitung Bauamt“." in text(giver.get(f"/organisation/people/{otto.pk}/"))
    held = Membership.objects.get(user=anna)
    giver.post(f"{here}{held.pk}/", {"do": "remove", "reason": "versetzt"})
    assert not can(actor_for(anna), Permission.DOCUMENT_VIEW, fresh)


def test_who_holds_a_position_from_next_week_has_no_right_before(giver: Client, office: Body, dossier: Dossier) -> None:
    anna, next_week = factories.user_with(name="anna"), timezone.localdate() + timedelta(days=7)
    grant_give(actor_of("renate"), dossier, office, Role.CLERK, reason="zuständig")
    member_add(actor_of("renate"), office, anna, valid_from=next_week)
    assert not can(actor_for(anna), Permission.DOCUMENT_VIEW, Dossier.objects.get(pk=dossier.pk))


def test_a_unit_moves_but_never_below_itself(giver: Client, office: Body, scope: Scope) -> None:
    team = body_create(actor_of("renate"), "Bauordnung", BodyKind.UNIT, scope, parent=office)
    typed = {"name": "Bauamt", "parent": "Bauordnung", "reason": "Umbau"}
    answer = giver.post(f"/organisation/{office.pk}/change/", typed)
    assert (answer.status_code, "nicht unter sich selbst" in text(answer)) == (422, True)
    giver.post(f"/organisation/{team.pk}/change/", {"name": "Bauordnung", "parent": "", "reason": "Umbau"})
    assert Body.objects.get(pk=team.pk).parent is None


def test_nobody_moves_their_own_unit_or_takes_themselves_in(giver: Client, office: Body, scope: Scope) -> None:
    other = body_create(actor_of("renate"), "Hauptamt", BodyKind.UNIT, scope)
    assert "Sich selbst nimmt niemand" in text(
        giver.post(f"/organisation/{office.pk}/members/", {"user": "renate", "reason": "ich"})
    )
    factories.user_with(Role.RIGHTS, name="rolf")
    member_add(actor_of("rolf"), other, User.objects.get(username="renate"))
    typed = {"name": "Hauptamt", "parent": "Bauamt", "reason": "Umbau"}
    assert "Die eigene Einheit verschiebt niemand" in text(giver.post(f"/organisation/{other.pk}/change/", typed))


def test_a_change_that_was_looked_at_before_somebody_elses_is_refused(giver: Client, office: Body) -> None:
    stale = {"name": "Amt 61", "parent": "", "reason": "Umbau", "expected": "0" * 32}
    assert "inzwischen geändert" in text(giver.post(f"/organisation/{office.pk}/change/", stale))


def test_who_gives_no_rights_sees_nobody_but_themselves(
    browser_of: Callable[..., Client], office: Body, giver: Client
) -> None:
    carl, berta = browser_of(Role.CLERK, name="carl"), factories.user_with(name="berta")
    me = User.objects.get(username="carl")
    assert "carl ist Sachbearbeitung in Posteingang." in text(carl.get("/organisation/", follow=True))
    assert carl.get(f"/organisation/people/{me.pk}/").status_code == 200
    others = [f"people/{berta.pk}/", "people/", f"{office.pk}/", f"{office.pk}/change/", "add/unit/"]
    assert {carl.get(f"/organisation/{one}").status_code for one in others} == {404}


def test_a_secret_place_is_named_on_no_page_of_the_organisation(
    giver: Client, office: Body, dossier: Dossier, browser_of: Callable[..., Client], scope: Scope
) -> None:
    petra = browser_of(name="petra")
    grant_give(actor_of("renate"), dossier, User.objects.get(username="petra"), Role.RIGHTS, reason="Personalsache")
    grant_give(actor_of("renate"), dossier, office, Role.CLERK, reason="Wintergarten der Chefin")
    giver.post(f"/dossiers/{dossier.pk}/rights/restrict/", {"reason": "Personalsache"})
    shown = text(giver.get(f"/organisation/{office.pk}/"))
    assert "an einem Ort, den Sie nicht sehen dürfen" in shown
    assert "Wintergarten" not in shown
    assert "Lindenweg" in text(petra.get(f"/organisation/{office.pk}/"))


def test_a_person_of_several_units_with_several_rights_has_one_page(giver: Client, office: Body, scope: Scope) -> None:
    anna = factories.user_with(Role.CLERK, Role.ARCHIVIST, name="anna")
    member_add(actor_of("renate"), office, anna)
    member_add(actor_of("renate"), body_create(actor_of("renate"), "Krisenstab", BodyKind.GROUP, scope), anna)
    assert text(giver.get("/organisation/people/?q=ann")).count(f'href="/organisation/people/{anna.pk}/"') == 1
    assert "anna gehört zu" not in text(giver.get(f"/organisation/people/{anna.pk}/"))


@pytest.mark.parametrize(
    ("source", "words"),
    [("", "hier vergeben"), ("ldap", "aus dem Verzeichnis"), ("oidc", "vom Anmeldedienst"), ("file", "aus der Datei")],
)
def test_the_pages_tell_where_a_membership_comes_from(giver: Client, office: Body, source: str, words: str) -> None:
    member = member_add(system_setup(), office, factories.user_with(name="lena"), source=source)
    for address in (f"/organisation/{office.pk}/", f"/organisation/people/{member.user_id}/"):
        assert words in giver.get(address).content.decode()
    page = giver.get(f"/organisation/{office.pk}/members/{member.pk}/").content.decode()
    assert ("beim nächsten Abgleich wieder" in page) is (source in {"ldap", "oidc"})


def test_earlier_rights_tell_who_had_what_from_when_to_when_and_why(giver: Client, dossier: Dossier) -> None:
    berta, otto, here = factories.user_with(name="berta"), factories.user_with(name="otto"), "rights/history/"
    grant = grant_give(actor_of("renate"), dossier, berta, Role.CLERK, reason="Vertretung")
    grant_withdraw(actor_of("renate"), grant, reason="Vertretung zu Ende")
    later = timezone.localdate() + timedelta(days=3)
    typed = {"subject": "otto", "role": "archivist", "valid_from": later.isoformat(), "reason": "Übernahme"}
    assert f"es gilt ab {later:%d.%m.%Y}" in text(giver.post(f"/dossiers/{dossier.pk}/rights/", typed, follow=True))
    assert not can(actor_for(otto), Permission.DOSSIER_VIEW, Dossier.objects.get(pk=dossier.pk))
    shown = text(giver.get(f"/dossiers/{dossier.pk}/{here}"))
    today = f"{timezone.localdate():%d.%m.%Y}"
    assert "berta · Sachbearbeitung" in shown
    assert f"entzogen von renate am {today} · Vertretung zu Ende" in shown
    assert "gilt noch nicht" in shown
    assert "renate · Rechtevergabe" in shown
    assert "Eigene Rechte eingerichtet" in shown
    table = giver.get(f"/dossiers/{dossier.pk}/{here}csv/").content.decode("utf-8-sig").splitlines()
    row = next(line for line in table if line.startswith("berta;")).split(";")
    assert row[1:5] == ["Sachbearbeitung", "610-1 Lindenweg 4, Wintergarten", today, today]
    assert (row[7], row[8], row[-2], row[-1]) == ("renate", "Vertretung", "renate", "Vertretung zu Ende")
    assert Grant.objects.filter(user=berta).count() == 0
    assert "Vertretung zu Ende" in text(giver.get(f"/organisation/people/{berta.pk}/"))
