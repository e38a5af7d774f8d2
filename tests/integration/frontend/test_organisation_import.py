"""The organisation is taken over from a table on a page: looked at first, then done, and nothing by halves."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dms.access.actors import system_setup
from dms.access.models import Body, BodyKind, Membership, Scope, User
from dms.access.permissions import Role
from dms.accounts.bodies import body_create
from dms.audit.models import EventRow
from dms.records.plan.rows import PlanRow
from tests import factories

IMPORT = "/organisation/import/"
GOOD = (
    "Art;Name;Übergeordnet;Einheit\nOrganisationseinheit;Tiefbau;;\nDienstposten;Leitung Tiefbau;Tiefbau;\n"
    "Zugehörigkeit;frida;;Leitung Tiefbau\n"
)


@pytest.fixture
def giver(scope: Scope) -> Client:
    factories.file_plan(PlanRow("6", "Bau"))
    factories.user_with(name="frida")
    browser = Client()
    browser.force_login(factories.user_with(Role.RIGHTS, name="gerda"))
    return browser


def given(browser: Client, text: str, **more: str) -> Any:
    return browser.post(IMPORT, {"file": SimpleUploadedFile("ämter.csv", text.encode()), **more})


def text_of(answer: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def form_of(answer: Any) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(packed|name|reason|base)" value="([^"]*)"', answer.content.decode()))


def test_a_table_is_looked_at_first_and_then_taken_over_with_its_reason(giver: Client) -> None:
    shown = given(giver, GOOD, reason="Neuordnung 2027")
    assert "3 neu" in text_of(shown)
    assert "Organisationseinheit Tiefbau" in text_of(shown)
    assert not Body.objects.filter(name="Tiefbau").exists()
    assert not EventRow.objects.filter(name="body:created").exists()
    done = giver.post(IMPORT, {**form_of(shown), "apply": "1"}, follow=True)
    assert "Übernommen: 3 Zeilen." in text_of(done)
    assert Membership.objects.get(user__username="frida").source == "file"
    assert EventRow.objects.filter(body__contains="Neuordnung 2027").count() == 3
    again = given(giver, GOOD)
    assert "es gibt nichts zu übernehmen" in text_of(again)
    assert "3 bleiben gleich" in text_of(again)


def test_every_fault_of_every_line_is_named_and_nothing_is_taken_over(giver: Client) -> None:
    answer = given(
        giver,
        "Art;Name;Übergeordnet;Ort;Einheit;Rolle;Von;Stand\n"
        "Organisationseinheit;Tiefbau;Amt 66;Nirgends;;;;\n"
        "Zugehörigkeit;niemand;;;Amt 67;;;\n"
        "Zugehörigkeit;;;;;;gestern;vielleicht\n"
        "Recht;niemand;;9;;clerk;;\n"
        "Organisationseinheit;Hochbau;;;;;;\n",
    )
    told = text_of(answer)
    assert answer.status_code == 422
    for fault in (
        "Zeile 2 (Tiefbau): „Amt 66“ gibt es nicht", "Zeile 2 (Tiefbau): Einen Ort „Nirgends“ gibt es nicht",
        "Zeile 3 (niemand · Amt 67): Ein Konto „niemand“ gibt es nicht", "Zeile 3 (niemand · Amt 67): „Amt 67“ gibt es",
        "Zeile 4: In der Spalte „Von“ steht „gestern“", "Zeile 4: In der Spalte „Stand“ steht „vielleicht“",
        "Zeile 4: In der Spalte „Name“ fehlt etwas", "Zeile 4: In der Spalte „Einheit“ fehlt etwas",
        "Zeile 5 (niemand · clerk · 9): Ein Konto „niemand“",
        "Zeile 5 (niemand · clerk · 9): Einen Ort „9“ gibt es nicht",
    ):  # fmt: skip
        assert fault in told
    assert "So übernehmen" not in told
    assert not Body.objects.filter(name="Hochbau").exists()


def test_what_was_changed_meanwhile_is_not_taken_over_unseen(giver: Client) -> None:
    form = form_of(given(giver, GOOD))
    body_create(system_setup(), "Tiefbau", BodyKind.UNIT, factories.town())
    answer = giver.post(IMPORT, {**form, "apply": "1"})
    assert answer.status_code == 422
    assert not Body.objects.filter(name="Leitung Tiefbau").exists()


@pytest.mark.parametrize("content", ["", "Vorname;Nachname\nAnna;Amt\n", "\0\1\2"])
def test_a_file_that_is_no_such_table_is_said_to_be_none(giver: Client, content: str) -> None:
    assert given(giver, content).status_code == 422


def test_too_many_lines_are_for_the_command_line(giver: Client) -> None:
    lines = "".join(f"Gruppe;Gruppe {number}\n" for number in range(1001))
    assert "mehr als 1000 Zeilen" in text_of(given(giver, "Art;Name\n" + lines))


def test_what_somebody_may_not_see_looks_like_what_does_not_exist(giver: Client) -> None:
    elsewhere = factories.another_scope()
    body_create(system_setup(), "Geheimes Amt", BodyKind.UNIT, elsewhere)
    heading = "Art;Name;Übergeordnet;Einheit\n"
    for name in ("Geheimes Amt", "Kein Amt"):
        below = text_of(given(giver, f"{heading}Organisationseinheit;Neues;{name};\n"))
        assert f"„{name}“ gibt es nicht" in below
        member = text_of(given(giver, f"{heading}Zugehörigkeit;frida;;{name}\n"))
        assert f"„{name}“ gibt es nicht" in member


def test_it_goes_out_as_a_table_that_comes_in_again_unchanged(giver: Client) -> None:
    giver.post(IMPORT, {**form_of(given(giver, GOOD)), "apply": "1"})
    table = giver.get("/organisation/export/")
    assert 'filename="organisation.csv"' in table["Content-Disposition"]
    assert "es gibt nichts zu übernehmen" in text_of(given(giver, table.content.decode()))


def test_who_gives_no_rights_finds_neither_page(scope: Scope) -> None:
    browser = Client()
    browser.force_login(factories.user_with(Role.CLERK, name="carl"))
    assert browser.get(IMPORT).status_code == browser.get("/organisation/export/").status_code == 404
    assert given(browser, GOOD).status_code == 404


PEOPLE = (
    "Art;Name;Einheit\nPerson;nora;\nPerson;frida;\nDienstkonto;scanner;\nGruppe;Erste Hilfe;\n"
    "Zugehörigkeit;nora;Erste Hilfe\n"
)


def test_whoever_keeps_accounts_too_brings_new_people_and_sees_how_many(giver: Client, scope: Scope) -> None:
    told = text_of(given(giver, PEOPLE))
    assert "Zeile 2 (nora): Dazu fehlt hier das Recht." in told
    assert "Neue Konten legt Ihr IT-Betrieb an." in told
    factories.user_with(Role.ACCOUNTS, name="gerda", scope=scope)
    shown = given(giver, PEOPLE, reason="Neuordnung 2027")
    told = text_of(shown)
    assert "2 neue Konten" in told
    assert "Neue Konten haben noch kein Kennwort." in told
    assert "Neue Konten legt Ihr IT-Betrieb an." not in told
    assert not User.objects.filter(username="nora").exists()
    giver.post(IMPORT, {**form_of(shown), "apply": "1"})
    nora = User.objects.get(username="nora")
    assert (nora.has_usable_password(), nora.memberships.count()) == (False, 1)
    assert User.objects.get(username="scanner").is_service
    made = EventRow.objects.filter(name="account:created", actor="user:gerda")
    assert made.count() == made.filter(body__contains="Neuordnung 2027").count() == 2


def test_a_table_locks_accounts_for_whoever_keeps_them_and_never_ones_own(giver: Client, scope: Scope) -> None:
    factories.user_with(Role.ACCOUNTS, name="gerda", scope=scope)
    own = text_of(given(giver, "Art;Name;Stand\nPerson;gerda;gesperrt\n"))
    assert "Das eigene Konto sperrt niemand selbst." in own
    shown = given(giver, "Art;Name;Stand\nPerson;frida;gesperrt\n")
    assert "neues Konto" not in text_of(shown)
    giver.post(IMPORT, {**form_of(shown), "apply": "1"})
    assert not User.objects.get(username="frida").is_active
