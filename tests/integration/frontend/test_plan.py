"""The pages of the file plan, as the registry and others meet them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dms.access.actors import actor_for
from dms.access.models import User
from dms.access.permissions import Role
from dms.records.plan.models import EntryState, FilePlan
from dms.records.protection.grants import grant_give
from tests import factories


@pytest.fixture
def plan(scope: Any) -> FilePlan:
    return factories.file_plan(scope=scope)


@pytest.fixture
def registry(plan: FilePlan, browser_of: Callable[..., Client]) -> Client:
    return browser_of(Role.REGISTRY, name="rita")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def page(number: str = "610", what: str = "") -> str:
    return f"/plan/{factories.plan_entry(number).pk}/{what}"


def typed(**changed: str) -> dict[str, str]:
    return {"title": "Bauakten", "parent": "61", "keeping": "", **changed}


def test_everybody_who_files_sees_the_tree(clerk: Client, plan: FilePlan) -> None:
    shown = text(clerk.get("/plan/"))
    assert shown.index("Planen und Bauen") < shown.index("Bauakten") < shown.index("Baulasten")
    assert "/plan/import/" not in shown


def test_a_search_leaves_what_was_found_and_where_it_stands(clerk: Client, plan: FilePlan) -> None:
    shown = text(clerk.get("/plan/?q=baulast"))
    assert "1 Eintrag" in shown
    assert "Planen und Bauen" in shown
    assert "Bauakten" not in shown
    assert "Kein Eintrag" in text(clerk.get("/plan/?q=xyzzy"))


def test_who_has_no_role_is_told_whom_to_ask(browser_of: Callable[..., Client], plan: FilePlan) -> None:
    shown = text(browser_of(Role.CLERK, name="stranger", elsewhere=True).get("/plan/"))
    assert "Bauakten" not in shown
    assert "Kein Aktenplan zu sehen" in shown


def test_who_may_see_one_file_alone_is_not_told_that_there_is_no_plan(
    browser_of: Callable[..., Client], plan: FilePlan
) -> None:
    vera = browser_of(name="vera")
    dossier = factories.dossier("Bauantrag")
    giver = actor_for(factories.user_with(Role.RIGHTS, name="renate", scope=plan.scope))
    grant_give(giver, dossier, User.objects.get(username="vera"), Role.CLERK, reason="Vertretung")
    assert "Ihr Recht reicht nur bis zu einzelnen Akten" in text(vera.get("/plan/"))


def test_an_entry_says_how_long_its_records_are_kept_and_that_nobody_has_checked(clerk: Client, plan: FilePlan) -> None:
    shown = text(clerk.get(page()))
    assert all(words in shown for words in ("10 Jahre", "bewerten (B)", "KAG", "noch nicht geprüft"))
    assert "nichts festgelegt" in text(clerk.get(page("611")))
    assert clerk.get(page(what="change/")).status_code == 404


def test_the_registry_changes_what_an_entry_says_and_where_it_stands(registry: Client) -> None:
    rule = {"keeping": "30 Jahre", "appraisal": "archive", "legal_basis": "BauO", "confidence": "high"}
    answer = registry.post(page(what="change/"), typed(title="Bauakten neu", parent="6", **rule), follow=True)
    assert "ist geändert" in text(answer)
    entry = factories.plan_entry()
    assert (entry.title, entry.keeping_length, len(entry.ancestors)) == ("Bauakten neu", 30, 1)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "zwingend erforderlich"),
        ({"keeping": "lange"}, "Bitte etwa „10 Jahre“"),
        ({"keeping": "10 Jahre"}, "fehlt die Bewertung"),
        ({"parent": "99"}, "99 fehlt"),
        ({"parent": "610"}, "unter sich selbst"),
        ({"valid_from": "31.02.2026"}, "gibt es im Kalender nicht"),
        ({"expected": "0" * 32}, "inzwischen geändert"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_changed(registry: Client, changed: dict[str, str], words: str) -> None:
    before = factories.plan_entry().title
    answer = registry.post(page(what="change/"), typed(**{"title": "Anders", **changed}))
    assert answer.status_code == 422
    assert words in text(answer)
    assert factories.plan_entry().title == before


def test_the_registry_adds_an_entry_below_another(registry: Client) -> None:
    assert 'value="61"' in text(registry.get("/plan/add/?parent=61"))
    registry.post("/plan/add/", typed(number="612", title="Abgeschlossenheit"))
    assert factories.plan_entry("612").parent == factories.plan_entry("61")
    again = registry.post("/plan/add/", typed(number="612", title="Noch einmal"))
    assert "nie ein zweites Mal" in text(again)
    words = registry.post("/plan/add/", typed(number="abc falsch", title="Etwas"))
    assert "„abc falsch“ ist kein Kennzeichen" in text(words)


def test_retiring_asks_why_first(registry: Client) -> None:
    factories.dossier("Lindenweg 3")
    asked = text(registry.post(page(what="retire/"), {"reason": " "}))
    assert "Bitte den Grund angeben" in asked
    assert "1 Akte liegt hier." in asked
    assert "ist stillgelegt" in text(registry.post(page(what="retire/"), {"reason": "aufgelöst"}, follow=True))
    assert factories.plan_entry().state == EntryState.RETIRED


def test_a_plan_is_compared_and_then_taken_over_by_one_more_click(registry: Client) -> None:
    file = SimpleUploadedFile("plan.csv", "Nummer;Übergeordnet;Titel\n610;61;Neuer Name\n613;61;Neu\n".encode())
    factories.dossier("Lindenweg 3")
    shown = registry.post("/plan/import/", {"file": file})
    assert "(1 Akte)" in text(shown)
    assert "<strong>1</strong> Akten liegen bei geänderten Einträgen" in text(shown)
    assert factories.plan_entry().title == "Bauakten"
    form = {"packed": shown.context["packed"], "base": shown.context["found"].base, "name": "plan.csv", "apply": "1"}
    assert "1 Eintrag angelegt, 1 geändert" in text(registry.post("/plan/import/", form, follow=True))
    assert factories.plan_entry().title == "Neuer Name"
    assert "inzwischen geändert" in text(registry.post("/plan/import/", form))


def test_that_an_entry_would_lose_its_retention_is_said_before(registry: Client) -> None:
    entry = factories.plan_entry()
    with_retention = "Nummer;Titel;Aufbewahrung;Bewertung;Rechtsgrundlage;Sicherheit\n610;Bauakten;"
    for cells, lost in (("10 Jahre;B;BayBO;hoch\n", False), (";;;\n", True)):
        shown = registry.post("/plan/import/", {"file": SimpleUploadedFile("p.csv", (with_retention + cells).encode())})
        assert ("1 Eintrag verliert seine Aufbewahrung" in text(shown)) is lost
        form = {"packed": shown.context["packed"], "base": shown.context["found"].base, "name": "p", "apply": "1"}
        registry.post("/plan/import/", form)
    entry.refresh_from_db()
    assert not entry.retention.is_set


def test_a_file_that_cannot_be_taken_over_says_in_which_line(registry: Client) -> None:
    file = SimpleUploadedFile("plan.csv", b"Nummer;\xc3\x9cbergeordnet;Titel\n613;99;Verwaist\n")
    shown = text(registry.post("/plan/import/", {"file": file}))
    assert "Zeile 2" in shown
    assert "So übernehmen" not in shown


@pytest.mark.parametrize("packed", ["", "!!!", "QUJD", "x" * 100])
def test_what_comes_back_broken_is_asked_for_again(registry: Client, packed: str) -> None:
    assert "Bitte eine Datei auswählen" in text(registry.post("/plan/import/", {"packed": packed, "apply": "1"}))
