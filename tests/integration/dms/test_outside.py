"""People who log in elsewhere: whose account it is, and what follows what the source says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from config.outside import group_map
from dms.access.actors import actor_for, operator, system_setup
from dms.access.models import Body, BodyKind, Membership, User
from dms.access.permissions import Permission, Role
from dms.access.rule import NotAllowed, allowed_scopes
from dms.accounts.accounts import account_create, account_disable
from dms.accounts.bodies import body_create, body_retire, member_add, member_change
from dms.accounts.models import OutsideIdentity
from dms.accounts.outside import (
    AccountIsDisabled,
    LinkedElsewhere,
    NameIsTaken,
    NameIsUnfit,
    NotKnownHere,
    OutsidePerson,
    Source,
    account_of_outside,
    outside_link,
    outside_unlink,
)
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.models import Dossier
from dms.records.protection.grants import grant_give
from dms.records.protection.rights import scope_restrict
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROOT = operator("root")
OPEN, CLOSED = Source("oidc", creates=True), Source("oidc")
ANNA = OutsidePerson("issuer 17", "anna", "Anna Maria Weiß", "anna@stadt.example")


def comes(source: Source = OPEN, person: OutsidePerson = ANNA, *, groups: Sequence[str] | None = None) -> User:
    return account_of_outside(source, replace(person, groups=groups), now=NOW)


def events() -> list[tuple[str, str]]:
    return list(EventRow.objects.filter(chain="accounts").order_by("number").values_list("actor", "name"))


def test_the_first_login_makes_an_account_without_a_password_and_the_second_finds_it() -> None:
    anna = comes()
    assert (anna.username, anna.first_name, anna.last_name, anna.email) == (
        "anna", "Anna Maria", "Weiß", "anna@stadt.example",
    )  # fmt: skip
    assert comes() == anna
    assert authenticate(username="anna", password="") is None
    assert not anna.has_usable_password()
    assert events() == [("system:oidc", "account:created")]
    assert list(verify_all(Tally())) == []


def test_a_new_name_there_is_the_name_here_and_an_event_and_the_login_name_stays() -> None:
    anna = comes()
    comes(person=replace(ANNA, username="anna.schwarz", name="Schwarz, Anna", email=""))
    anna.refresh_from_db()
    assert (anna.username, anna.get_full_name(), anna.email) == ("anna", "Anna Schwarz", "anna@stadt.example")
    assert events()[1:] == [("system:oidc", "account:described")]


def test_where_the_source_makes_no_accounts_strangers_are_told_what_to_do() -> None:
    with pytest.raises(NotKnownHere, match="noch kein Konto"):
        comes(CLOSED)
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["anna", "ANNA", " anna "])
@pytest.mark.parametrize("source", [OPEN, CLOSED])
def test_the_same_name_or_address_elsewhere_opens_nobodys_account(source: Source, name: str) -> None:
    mine = factories.account("anna")
    User.objects.filter(pk=mine.pk).update(email=ANNA.email)
    with pytest.raises(NameIsTaken):
        comes(source, replace(ANNA, username=name))
    assert not OutsideIdentity.objects.exists()
    assert comes(OPEN, replace(ANNA, username="other")) != mine


@pytest.mark.parametrize("name", ["", "an na", "a" * 151, "anna\0"])
def test_a_name_that_an_account_cannot_have_is_refused_in_words(name: str) -> None:
    with pytest.raises(NameIsUnfit):
        comes(person=replace(ANNA, username=name))


def test_an_account_made_for_a_login_elsewhere_waits_for_its_name_once() -> None:
    waiting = account_create(ROOT, "anna", None, now=NOW)
    assert comes(CLOSED) == waiting
    with pytest.raises(NameIsTaken):
        comes(CLOSED, replace(ANNA, subject="issuer 18"))
    with pytest.raises(NameIsTaken):
        comes(Source("ldap"))
    account_create(ROOT, "scanner", None, now=NOW, service=True)
    with pytest.raises(NameIsTaken):
        comes(OPEN, replace(ANNA, subject="issuer 19", username="scanner"))


def test_who_is_linked_comes_in_whatever_their_name_and_one_subject_opens_one_account() -> None:
    mine, other = factories.account("weiss"), factories.account("bert")
    outside_link(actor_for(mine), mine, "oidc", ANNA.subject, now=NOW)
    assert comes(CLOSED) == mine
    for user, subject in ((other, ANNA.subject), (mine, "issuer 18")):
        with pytest.raises(LinkedElsewhere):
            outside_link(ROOT, user, "oidc", subject, now=NOW)
    with pytest.raises(NotAllowed):
        outside_link(actor_for(mine), other, "oidc", "issuer 18", now=NOW)
    assert list(verify_all(Tally())) == []
    outside_unlink(ROOT, OutsideIdentity.objects.get(), now=NOW)
    with pytest.raises(NotKnownHere):
        comes(CLOSED)


def test_a_disabled_account_stays_disabled_and_nothing_of_it_changes() -> None:
    anna = comes()
    account_disable(ROOT, anna, now=NOW)
    before = len(events())
    with pytest.raises(AccountIsDisabled):
        comes(person=replace(ANNA, name="Anna Schwarz"))
    assert len(events()) == before
    assert not User.objects.get(pk=anna.pk).is_active


def body(name: str) -> Body:
    return body_create(system_setup(), name, BodyKind.GROUP, factories.town())


def place() -> Dossier:
    factories.file_plan()
    return factories.dossier()


def belonging(user: User) -> dict[str, str]:
    return dict(Membership.objects.filter(user=user).values_list("body__name", "source"))


def test_belonging_follows_the_groups_there_and_what_was_decided_here_stays() -> None:
    office, registry, mine = body("Bürgerbüro"), body("Registratur"), body("Personalrat")
    source = Source("oidc", creates=True, groups={"ewo": ["Bürgerbüro", mine.pk], "reg": [registry.pk], "x": ["gone"]})
    anna = comes(source)
    member_add(ROOT, mine, anna)
    comes(source, groups=["EWO", "reg", "unknown"])
    assert belonging(anna) == {"Bürgerbüro": "oidc", "Registratur": "oidc", "Personalrat": ""}
    grant_give(system_setup(), place(), office, Role.CLERK, reason="Aufgabe")
    assert allowed_scopes(actor_for(anna), Permission.DOCUMENT_VIEW)
    comes(source)
    assert len(belonging(anna)) == 3, "a source that says nothing about groups changes nothing"
    comes(source, groups=["reg", "x"])
    assert belonging(anna) == {"Registratur": "oidc", "Personalrat": ""}
    assert not allowed_scopes(actor_for(anna), Permission.DOCUMENT_VIEW)
    comes(source, groups=[])
    assert belonging(anna) == {"Personalrat": ""}
    told = EventRow.objects.filter(actor="system:oidc", name__startswith="member:").values_list("name", flat=True)
    assert sorted(told) == ["member:added"] * 2 + ["member:removed"] * 2
    assert list(verify_all(Tally())) == []


def test_belonging_that_ended_here_begins_anew_and_a_retired_unit_takes_nobody_in() -> None:
    office, old = body("Bürgerbüro"), body("Altes Amt")
    body_retire(ROOT, old, reason="aufgelöst")
    source = Source("oidc", creates=True, groups={"ewo": ["Bürgerbüro", "Altes Amt"]})
    anna = comes(source)
    member_add(ROOT, office, anna)
    member_change(ROOT, Membership.objects.get(), valid_to=timezone.localdate())
    comes(source, groups=["ewo"])
    assert belonging(anna) == {"Bürgerbüro": ""}, "it holds until its end"


def test_the_last_who_can_give_rights_in_a_restricted_place_is_not_taken_out(caplog: pytest.LogCaptureFixture) -> None:
    keepers, restricted = body("Aktenhaltung"), place()
    source = Source("ldap", creates=True, groups={"keepers": ["Aktenhaltung"]})
    anna = comes(source, groups=["keepers"])
    grant_give(system_setup(), restricted, keepers, Role.RIGHTS, reason="Personal")
    scope_restrict(system_setup(), restricted, reason="Personal")
    comes(source, groups=[])
    assert belonging(anna) == {"Aktenhaltung": "ldap"}
    assert "not taken out of Aktenhaltung" in caplog.text
    bert = factories.account("bert")
    grant_give(system_setup(), restricted, bert, Role.RIGHTS, reason="Personal")
    comes(source, groups=[])
    assert belonging(anna) == {}


def test_the_last_use_is_noted_to_the_minute() -> None:
    comes()
    account_of_outside(OPEN, ANNA, now=NOW + timedelta(seconds=30))
    assert OutsideIdentity.objects.get().last_used_at == NOW
    account_of_outside(OPEN, ANNA, now=NOW + timedelta(seconds=61))
    assert OutsideIdentity.objects.get().last_used_at == NOW + timedelta(seconds=61)


def test_the_setting_of_groups_is_read_and_what_is_no_map_is_refused_in_words() -> None:
    assert group_map("OIDC_GROUPS", ' {"a": "Bauamt", "b": ["Bauamt", 12]}') == {"a": ["Bauamt"], "b": ["Bauamt", 12]}
    assert group_map("OIDC_GROUPS", "") == {}
    for wrong in ("a=b", "[]", '{"a": null}', '{"a": [true]}', '{"a": {"b": 1}}'):
        with pytest.raises(ImproperlyConfigured, match="OIDC_GROUPS has to be JSON"):
            group_map("OIDC_GROUPS", wrong)
