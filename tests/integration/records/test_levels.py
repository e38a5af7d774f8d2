"""How secret dossiers and documents are: raised and lowered with a reason, and unknown to whoever is not cleared."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from dms.access.actors import Actor, actor_for, system_setup
from dms.access.levels import XDOMEA_CODES, Level
from dms.access.models import Clearance, Scope, User
from dms.access.permissions import Permission, Role
from dms.access.rule import NotAllowed, can, clearance_of, explain
from dms.accounts.clearances import clearance_give, clearance_withdraw
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.filing import Place, documents_file, documents_take_back
from dms.records.dossiers.history import dossier_history
from dms.records.models import Case, Document, Dossier
from dms.records.protection.from_the_start import Guard, dossier_open_guarded
from dms.records.protection.grants import grant_give
from dms.records.protection.levels import document_set_level, dossier_set_level, levels_offered
from dms.records.protection.rights import scope_begin
from dms.records.protection.sensitivity import SensitiveClass
from ingest.models import InboxItem
from tests import factories

OPEN, RESTRICTED, CONFIDENTIAL, SECRET, TOP_SECRET = Level
EVERYWHERE = Actor("user:registry", everywhere=frozenset(Permission))


@pytest.fixture
def files(db: None) -> Scope:
    files = factories.town()
    factories.file_plan(scope=files)
    return files


@pytest.fixture
def registry(files: Scope) -> Actor:
    rita = factories.user_with(Role.REGISTRY, name="rita", scope=files)
    clearance_give(system_setup(), rita, SECRET, reason="Registratur")
    return actor_for(rita)


@pytest.fixture
def clerk(files: Scope) -> User:
    return factories.user_with(Role.CLERK, name="carl", scope=files)


def filed(dossier: Dossier, *attachments: str) -> Document:
    document = factories.document(of=factories.item(scope=dossier.scope), attachments=attachments)
    documents_file(EVERYWHERE, [document], Place(dossier), now=timezone.now())
    return Document.objects.get(pk=document.pk)


def level_of(thing: Dossier | Case | Document) -> int:
    return int(type(thing).objects.values_list("level", flat=True).get(pk=thing.pk))


def sees(user: User, thing: Dossier | Document) -> bool:
    return type(thing).objects.visible_to(actor_for(user)).filter(pk=thing.pk).exists()


def test_a_dossier_takes_along_what_lies_in_it_and_a_document_keeps_what_it_has_more(
    registry: Actor, clerk: User, store: Path
) -> None:
    dossier = factories.dossier()
    case, plain, more = factories.case(dossier), filed(dossier), filed(dossier)
    document_set_level(registry, more, SECRET, reason="Quelle")
    assert (sees(clerk, dossier), sees(clerk, plain), sees(clerk, more)) == (True, True, False)
    dossier_set_level(registry, dossier, CONFIDENTIAL, reason="Lage")
    assert [level_of(one) for one in (dossier, case, plain, more)] == [CONFIDENTIAL] * 3 + [SECRET]
    assert not any(sees(clerk, one) for one in (dossier, plain, more))
    dossier_set_level(registry, Dossier.objects.get(pk=dossier.pk), RESTRICTED, reason="Abstufung")
    assert [level_of(one) for one in (dossier, case, plain, more)] == [RESTRICTED] * 3 + [SECRET]
    assert list(verify_all(Tally())) == []


def test_lowering_is_a_right_of_its_own_and_told_as_what_it_is(registry: Actor, clerk: User, store: Path) -> None:
    dossier, actor = factories.dossier(), actor_for(clerk)
    clearance_give(system_setup(), clerk, CONFIDENTIAL, reason="Sachgebiet")
    dossier_set_level(actor, dossier, CONFIDENTIAL, reason="Lage")
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert levels_offered(actor, dossier) == []
    with pytest.raises(NotAllowed):
        dossier_set_level(actor, dossier, OPEN, reason="doch nicht")
    dossier_set_level(registry, dossier, RESTRICTED, reason="Abstufung")
    assert [told.sentence for told in dossier_history(dossier, registry)][1:] == [
        "Vertraulichkeit heraufgesetzt: Vertraulichkeit „VS – Vertraulich“ statt „offen“, Lage",
        "Vertraulichkeit herabgesetzt: Vertraulichkeit „VS – Nur für den Dienstgebrauch“ statt „VS – Vertraulich“,"
        " Abstufung",
    ]


def test_nobody_raises_beyond_what_they_may_see_themselves_and_a_reason_is_needed(clerk: User, files: Scope) -> None:
    dossier, actor = factories.dossier(), actor_for(clerk)
    with pytest.raises(NotPossible, match="nicht ermächtigt"):
        dossier_set_level(actor, dossier, RESTRICTED, reason="Lage")
    clearance_give(system_setup(), clerk, RESTRICTED, reason="Sachgebiet")
    with pytest.raises(InvalidFact, match="Grund"):
        dossier_set_level(actor_for(clerk), dossier, RESTRICTED, reason=" ")
    assert levels_offered(actor_for(clerk), dossier) == [RESTRICTED]


def test_a_document_is_never_less_secret_than_its_dossier(registry: Actor, store: Path) -> None:
    dossier = factories.dossier()
    document = filed(dossier)
    dossier_set_level(registry, dossier, CONFIDENTIAL, reason="Lage")
    with pytest.raises(NotPossible, match="VS – Vertraulich"):
        document_set_level(registry, Document.objects.get(pk=document.pk), RESTRICTED, reason="harmlos")
    assert levels_offered(registry, Document.objects.get(pk=document.pk)) == [SECRET]


def test_an_e_mail_and_its_attachments_are_equally_secret_and_so_is_the_inbox_item(
    registry: Actor, clerk: User, store: Path
) -> None:
    document = filed(factories.dossier(), "Anlage.pdf")
    [attachment] = Document.objects.filter(parent=document)
    reader = actor_for(clerk)
    assert InboxItem.objects.visible_to(reader).filter(pk=document.item_id).exists()
    document_set_level(registry, attachment, RESTRICTED, reason="Quelle")
    assert level_of(document) == level_of(attachment) == RESTRICTED
    assert not InboxItem.objects.visible_to(actor_for(clerk)).filter(pk=document.item_id).exists()


def test_moving_a_document_out_of_a_secret_dossier_does_not_make_it_less_secret(registry: Actor, store: Path) -> None:
    secret, plain = factories.dossier(), factories.dossier("Offene Akte")
    document = filed(secret)
    dossier_set_level(registry, secret, CONFIDENTIAL, reason="Lage")
    document = Document.objects.get(pk=document.pk)
    documents_file(registry, [document], Place(plain), now=timezone.now())
    assert level_of(document) == CONFIDENTIAL
    documents_take_back(registry, [document], now=timezone.now())
    back = Document.objects.get(pk=document.pk)
    assert (back.dossier_id, back.level, back.own_level) == (secret.pk, CONFIDENTIAL, OPEN)
    assert list(verify_all(Tally())) == []


def test_the_history_leaves_out_what_is_too_secret_for_the_reader_without_a_gap(registry: Actor, store: Path) -> None:
    archive = factories.user_with(Role.ARCHIVIST, name="arno")
    dossier = factories.dossier()
    hidden, shown = filed(dossier), filed(dossier)
    document_set_level(registry, hidden, SECRET, reason="Quelle")
    told = dossier_history(dossier, actor_for(archive))
    assert [(one.number, one.name) for one in told] == [(1, "dossier:opened"), (2, "document:filed")]
    assert len(dossier_history(dossier, registry)) == 4
    assert shown.title == hidden.title


def test_a_new_scope_takes_along_what_is_too_secret_for_who_begins_it(files: Scope, registry: Actor) -> None:
    dossier = factories.dossier()
    dossier_set_level(registry, dossier, SECRET, reason="Lage")
    giver = actor_for(factories.user_with(Role.RIGHTS, name="renate", scope=files))
    scope = scope_begin(giver, factories.plan_entry("610"), reason="Sachgebiet")
    assert Dossier.objects.get(pk=dossier.pk).scope_id == scope.pk
    assert not Dossier.objects.visible_to(giver).exists()


def test_the_name_of_a_secret_dossiers_own_scope_is_as_secret(files: Scope, registry: Actor) -> None:
    dossier = factories.dossier("Deckname Adler")
    scope = scope_begin(EVERYWHERE, dossier, reason="eigene Rechte")
    dossier_set_level(registry, Dossier.objects.get(pk=dossier.pk), SECRET, reason="Lage")
    giver = actor_for(factories.user_with(Role.RIGHTS, name="renate", scope=files))
    assert not can(giver, Permission.GRANT, Scope.objects.get(pk=scope.pk))


def test_why_somebody_may_see_a_secret_thing_is_answered_only_for_who_is_cleared(clerk: User, registry: Actor) -> None:
    dossier = factories.dossier()
    dossier_set_level(registry, dossier, SECRET, reason="Lage")
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert explain(actor_for(clerk), Permission.DOSSIER_VIEW, dossier) == []
    clearance_give(system_setup(), clerk, SECRET, reason="Sachgebiet")
    assert len(explain(actor_for(clerk), Permission.DOSSIER_VIEW, dossier)) == 1


def test_a_clearance_ends_by_its_day_and_by_being_withdrawn(
    clerk: User, files: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    clearance_give(system_setup(), clerk, SECRET, reason="Sachgebiet", valid_to=today)
    assert clearance_of(actor_for(clerk)) == SECRET
    with monkeypatch.context() as tomorrow:
        tomorrow.setattr(timezone, "localdate", lambda: today + timedelta(days=1))
        assert clearance_of(actor_for(clerk)) == OPEN
    clearance_withdraw(system_setup(), clerk, reason="Umsetzung")
    assert not Clearance.objects.exists()
    names = EventRow.objects.filter(name__startswith="clearance:").values_list("name", flat=True)
    assert list(names) == ["clearance:given", "clearance:withdrawn"]


def test_clearances_are_given_by_who_is_responsible_in_the_whole_town_and_never_to_oneself(
    clerk: User, files: Scope
) -> None:
    keeper = factories.user_with(Role.SECRECY, name="gerda", scope=files)
    clearance_give(actor_for(keeper), clerk, RESTRICTED, reason="Sachgebiet")
    with pytest.raises(NotPossible, match="Sich selbst"):
        clearance_give(actor_for(keeper), keeper, SECRET, reason="Neugier")
    factories.another_scope("Stadtwerke")
    with pytest.raises(NotAllowed):
        clearance_give(actor_for(keeper), clerk, SECRET, reason="Sachgebiet")


def test_a_part_of_the_plan_cannot_give_a_role_that_reaches_beyond_it(clerk: User, files: Scope) -> None:
    giver = actor_for(factories.user_with(Role.RIGHTS, name="renate", scope=files))
    with pytest.raises(InvalidFact, match="ganze Stadt"):
        grant_give(giver, factories.plan_entry("610"), clerk, Role.SECRECY, reason="Hintertür")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "past_the_service",
    [
        "UPDATE records_dossier SET level = 2",
        "UPDATE records_document SET level = 2",
        "UPDATE records_case SET level = 1",
    ],
)
def test_the_database_refuses_levels_that_do_not_fit(store: Path, past_the_service: str) -> None:
    factories.file_plan()
    dossier = factories.dossier()
    factories.case(dossier)
    filed(dossier)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('registratur.change', 'test', true)")
        cursor.execute(past_the_service)


def test_each_level_has_the_code_of_xdomea() -> None:
    assert sorted(XDOMEA_CODES) == sorted(Level)
    assert XDOMEA_CODES[RESTRICTED] == "002"


def test_a_dossier_is_secret_and_sensitive_from_its_first_moment_or_not_opened_at_all(files: Scope) -> None:
    registry = actor_for(factories.user_with(Role.REGISTRY, name="rita"))
    clerk = actor_for(factories.user_with(Role.CLERK, name="carl"))
    clearance_give(system_setup(), User.objects.get(username="rita"), RESTRICTED, reason="Registratur")
    entry, now = factories.plan_entry(), timezone.now()
    guard = Guard(RESTRICTED, SensitiveClass.PERSONNEL, asks_purpose=True, reason="Personal")
    made = dossier_open_guarded(registry, entry, {"title": "Adler"}, guard, now=now)
    assert (made.level, made.sensitive, made.asks_purpose) == (RESTRICTED, "personnel", True)
    told = [one.sentence for one in dossier_history(made, registry)]
    assert [one.partition(":")[0] for one in told] == [
        "Akte angelegt",
        "Vertraulichkeit heraufgesetzt",
        "Als besonders geschützt gekennzeichnet",
    ]
    refused = [
        (clerk, Guard(sensitive=SensitiveClass.HEALTH, reason="x"), InvalidFact, "sensitive"),
        (clerk, Guard(RESTRICTED, reason="x"), NotPossible, ""),
        (registry, Guard(SECRET, reason="x"), NotPossible, ""),
        (registry, Guard(RESTRICTED), InvalidFact, "reason"),
        (registry, Guard(asks_purpose=True, reason="x"), InvalidFact, "asks_purpose"),
    ]  # fmt: skip
    for actor, wanted, error, field in refused:
        with pytest.raises(error) as raised:
            dossier_open_guarded(actor, entry, {"title": "Falke"}, wanted, now=now)
        assert getattr(raised.value, "field", "") == field
    assert [one.title for one in Dossier.objects.all()] == ["Adler"]
    assert list(verify_all(Tally())) == []


def test_a_new_dossier_offers_what_the_person_may_choose_on_the_page_and_by_rest(files: Scope) -> None:
    browsers, programs = {}, {}
    for role, name in ((Role.REGISTRY, "rita"), (Role.CLERK, "carl")):
        user = factories.user_with(role, name=name)
        browsers[name], programs[name] = Client(), factories.program_of(user)
        browsers[name].force_login(user)
    clearance_give(system_setup(), User.objects.get(username="rita"), RESTRICTED, reason="Registratur")
    form = browsers["rita"].get("/dossiers/add/").content.decode()
    assert all(f'name="{name}"' in form for name in ("level", "sensitive", "asks_purpose", "reason"))
    assert "VS – Nur für den Dienstgebrauch" in form
    assert "Geheim" not in form, "no further than the person is cleared"
    assert 'name="level"' not in browsers["carl"].get("/dossiers/add/").content.decode()
    typed = {
        "plan_entry": "610",
        "title": "Adler",
        "medium": "electronic",
        "kind": "-",
        "level": "1",
        "sensitive": "health",
    }
    refused = browsers["rita"].post("/dossiers/add/", typed)
    assert (refused.status_code, "Bitte den Grund angeben" in refused.content.decode()) == (422, True)
    browsers["rita"].post("/dossiers/add/", {**typed, "reason": "Befunde"})
    assert [(one.level, one.sensitive) for one in Dossier.objects.all()] == [(1, "health")]
    body = {
        "title": "Falke",
        "plan_entry": str(factories.plan_entry().pk),
        "sensitive": "social",
        "reason": "§ 35 SGB I",
    }
    told = programs["rita"].post("/api/v1/dossiers/", {**body, "level": "restricted"}, format="json")
    assert (told.status_code, told.json()["level"]) == (201, "restricted")
    told = programs["carl"].post("/api/v1/dossiers/", body, format="json")
    assert (told.status_code, list(told.json()["errors"])) == (400, ["sensitive"])
    assert Dossier.objects.count() == 2
