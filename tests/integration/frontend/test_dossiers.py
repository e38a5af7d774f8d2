"""The pages of dossiers and cases, as clerks and the registry meet them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dms.access.actors import system_setup
from dms.access.permissions import Role
from dms.records.dossiers.keeping import dossier_describe
from dms.records.dossiers.models import Case, Dossier, FileState
from dms.records.fields.keeping import kind_create
from dms.records.plan.changing import entry_change
from dms.records.plan.importing import plan_import
from dms.records.plan.models import FilePlan
from dms.records.plan.rows import PlanRow
from tests import factories


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


@pytest.fixture
def registry(dossier: Dossier, browser_of: Callable[..., Client]) -> Client:
    return browser_of(Role.REGISTRY, name="rita")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def typed(**changed: str) -> dict[str, str]:
    return {"title": "Ahornweg 2", "medium": "electronic", **changed}


def fresh(dossier: Dossier) -> Dossier:
    found: Dossier = Dossier.objects.get(pk=dossier.pk)
    return found


@pytest.mark.parametrize("entry", ["610", "610 Bauakten", "bauakt"])
def test_a_clerk_opens_a_dossier_by_number_by_suggestion_or_by_a_word(
    clerk: Client, dossier: Dossier, entry: str
) -> None:
    answer = clerk.post("/dossiers/add/", typed(plan_entry=entry), follow=True)
    assert "Die Akte 610-2 „Ahornweg 2“ ist angelegt." in text(answer)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"plan_entry": "999"}, "gibt es im Aktenplan keinen Eintrag"),
        ({"plan_entry": "bau"}, "passen 4 Einträge"),
        ({"plan_entry": ""}, "Bitte den Eintrag wählen"),
        ({"plan_entry": "610", "title": " "}, "Bitte einen Betreff eingeben"),
        ({"plan_entry": "610", "location": "Keller"}, "zum Teil Papier"),
    ],
)
def test_a_mistake_is_told_and_takes_no_number(
    clerk: Client, dossier: Dossier, changed: dict[str, str], words: str
) -> None:
    answer = clerk.post("/dossiers/add/", typed(**changed))
    assert (answer.status_code, words in text(answer)) == (422, True)
    assert Dossier.objects.count() == 1


def test_words_that_fit_several_entries_offer_each_to_pick_and_the_picked_one_is_taken(
    clerk: Client, dossier: Dossier
) -> None:
    asked = text(clerk.post("/dossiers/add/", typed(plan_entry="bau")))
    assert all(f'name="chosen_entry" value="{number}"' in asked for number in ("6", "61", "610", "611"))
    answer = clerk.post("/dossiers/add/", typed(plan_entry="bau", chosen_entry="611"), follow=True)
    assert "Die Akte 611-1 „Ahornweg 2“ ist angelegt." in text(answer)


def test_a_picked_entry_stays_when_something_else_was_missing(clerk: Client, dossier: Dossier) -> None:
    again = text(clerk.post("/dossiers/add/", typed(plan_entry="bau", chosen_entry="611", title="")))
    assert 'name="plan_entry" value="611"' in again


def test_a_word_that_the_plan_does_not_hold_offers_the_nearest_and_takes_none(clerk: Client, dossier: Dossier) -> None:
    asked = text(clerk.post("/dossiers/add/", typed(plan_entry="Bauaktenablage")))
    assert "Am nächsten kommen diese" in asked
    assert 'value="610"' in asked
    assert 'value="611"' not in asked
    assert Dossier.objects.count() == 1


def test_a_compound_leads_to_the_entry_that_names_its_parts_and_to_no_other(clerk: Client, dossier: Dossier) -> None:
    rows = [PlanRow("7", "Bauordnung (Genehmigung, Statik)"), PlanRow("8", "Wahlbenachrichtigungen")]
    plan_import(system_setup(), FilePlan.objects.get(), rows)
    found = text(clerk.get("/dossiers/entries/", {"q": "Baugenehmigung"}))
    assert ('value="7"' in found, 'value="8"' in found) == (True, False)


def test_the_words_of_a_title_choose_its_entry_even_where_others_hold_them_too(clerk: Client, dossier: Dossier) -> None:
    answer = clerk.post("/dossiers/add/", typed(plan_entry="bauen"), follow=True)
    assert "Die Akte 6-1 „Ahornweg 2“ ist angelegt." in text(answer)


def test_entries_are_suggested_while_somebody_types_and_only_to_who_may_open_there(
    clerk: Client, dossier: Dossier, browser_of: Callable[..., Client]
) -> None:
    found = text(clerk.get("/dossiers/entries/", {"q": "baula"}))
    assert ("Baulasten" in found, "Bauakten" in found) == (True, False)
    stranger = browser_of(Role.CLERK, name="stranger", elsewhere=True)
    assert "Baulasten" not in text(stranger.get("/dossiers/entries/", {"q": "baula"}))


def test_the_list_finds_by_number_and_by_word(clerk: Client, dossier: Dossier) -> None:
    factories.dossier("Baulast Ahornweg", of="611")
    assert "611-1" in text(clerk.get("/dossiers/?q=ahorn"))
    assert "610-1" not in text(clerk.get("/dossiers/?q=ahorn"))
    assert "1 Akte" in text(clerk.get("/dossiers/?q=610-1"))
    assert "Keine Akte gefunden" in text(clerk.get("/dossiers/?q=xyzzy"))
    entry = factories.plan_entry("610")
    assert "611-1" not in text(clerk.get(f"/dossiers/?entry={entry.pk}"))
    assert "1 Akte hierunter" in text(clerk.get(f"/plan/{entry.pk}/"))


def test_the_list_costs_the_same_few_queries_however_long_it_is(
    clerk: Client, dossier: Dossier, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        factories.dossier(f"Akte {number}")
    with django_assert_max_num_queries(12):
        assert "9 Akten" in text(clerk.get("/dossiers/"))


def test_who_has_no_role_sees_no_dossier(browser_of: Callable[..., Client], dossier: Dossier) -> None:
    stranger = browser_of(Role.CLERK, name="stranger", elsewhere=True)
    assert "Lindenweg" not in text(stranger.get("/dossiers/"))
    assert stranger.get(f"/dossiers/{dossier.pk}/").status_code == 404
    assert "Hierunter liegt noch keine Akte" not in text(stranger.get("/plan/"))


def test_a_clerk_closes_a_dossier_after_its_cases(clerk: Client, dossier: Dossier) -> None:
    here = f"/dossiers/{dossier.pk}/"
    clerk.post(f"{here}cases/add/", {"title": "Bauantrag"})
    case = Case.objects.get()
    assert "noch offene Vorgänge (1)" in text(clerk.post(f"{here}do/close/", follow=True))
    assert "610-1/1 ist abgeschlossen" in text(clerk.post(f"/cases/{case.pk}/close/", follow=True))
    assert "610-1 ist abgeschlossen" in text(clerk.post(f"{here}do/close/", follow=True))
    assert fresh(dossier).state == FileState.CLOSED
    shown = text(clerk.get(here))
    assert "Neuer Vorgang" not in shown
    assert clerk.get(f"{here}describe/").status_code == 404
    assert clerk.post(f"{here}do/reopen/", {"reason": "x"}).status_code == 404


def test_the_registry_reopens_with_a_reason_and_the_history_tells_it(registry: Client, dossier: Dossier) -> None:
    here = f"/dossiers/{dossier.pk}/"
    registry.post(f"{here}do/close/")
    assert "Bitte den Grund angeben" in text(registry.post(f"{here}do/reopen/", {"reason": " "}))
    shown = text(registry.post(f"{here}do/reopen/", {"reason": "Nachtrag vom Landratsamt"}, follow=True))
    assert "ist wieder offen" in shown
    assert "Akte wieder geöffnet: Nachtrag vom Landratsamt" in shown
    assert "Akte angelegt: 610-1 „Lindenweg 4, Wintergarten“" in shown


def test_the_registry_renumbers_and_the_page_tells_the_former_number(registry: Client, dossier: Dossier) -> None:
    here = f"/dossiers/{dossier.pk}/"
    shown = text(registry.post(f"{here}renumber/", {"plan_entry": "611", "reason": "falsch"}, follow=True))
    assert "Die Akte heißt jetzt 611-1." in shown
    assert "610-1" in shown
    registry.post(f"{here}do/use_number/")
    assert registry.get(f"{here}renumber/").status_code == 404


def test_after_renumbering_the_former_number_finds_it_for_whoever_sees_it_and_is_told_to_nobody_else(
    registry: Client, clerk: Client, dossier: Dossier
) -> None:
    stranger = Client()
    stranger.force_login(factories.user_with(Role.CLERK, name="fritz", scope=factories.another_scope("Anderes Amt")))
    here = f"/dossiers/{dossier.pk}/"
    registry.post(f"{here}renumber/", {"plan_entry": "611", "reason": "falsch"})
    for one in (registry, clerk):
        page = text(one.get(here))
        assert "Früher" in page
        assert "610-1" in page
        assert "611-1" in text(one.get("/dossiers/?q=610-1"))
    assert "Die Akte heißt jetzt" not in text(clerk.get(here))
    assert stranger.get(here).status_code == 404
    for asked in ("610-1", "611-1"):
        assert str(dossier.pk) not in text(stranger.get(f"/dossiers/?q={asked}"))


def test_whoever_renumbers_into_a_place_of_another_kind_is_told_once_that_the_dossier_keeps_its_own(
    registry: Client, clerk: Client, dossier: Dossier
) -> None:
    setup = factories.registry_actor()
    trade = kind_create(setup, "trade", {"label": "Gewerbeakte"})
    entry_change(setup, factories.plan_entry("611"), {"dossier_kind": trade})
    here, notice = f"/dossiers/{dossier.pk}/", "Hier ist die Aktenart „Gewerbeakte“ vorgesehen"
    moved = text(registry.post(f"{here}renumber/", {"plan_entry": "611", "reason": "falsch"}, follow=True))
    assert "Die Akte heißt jetzt 611-1." in moved
    assert notice in moved
    assert fresh(dossier).kind is None
    assert all(notice not in text(one.get(here)) for one in (registry, clerk))


def test_nothing_is_told_of_kinds_where_the_new_place_plans_the_one_it_has(registry: Client, dossier: Dossier) -> None:
    setup = factories.registry_actor()
    trade = kind_create(setup, "trade", {"label": "Gewerbeakte"})
    entry_change(setup, factories.plan_entry("611"), {"dossier_kind": trade})
    dossier_describe(setup, dossier, {"kind": trade})
    here = f"/dossiers/{dossier.pk}/"
    moved = text(registry.post(f"{here}renumber/", {"plan_entry": "611", "reason": "falsch"}, follow=True))
    assert "Die Akte heißt jetzt 611-1." in moved
    assert "vorgesehen" not in moved


def test_who_was_slower_is_told_and_what_was_typed_stays(clerk: Client, dossier: Dossier) -> None:
    answer = clerk.post(f"/dossiers/{dossier.pk}/describe/", typed(expected="0" * 32))
    assert "inzwischen geändert" in text(answer)
    assert 'value="Ahornweg 2"' in text(answer)
    assert fresh(dossier).title == "Lindenweg 4, Wintergarten"


def test_what_nobody_can_do_is_no_address(clerk: Client, dossier: Dossier) -> None:
    assert clerk.get(f"/dossiers/{dossier.pk}/do/destroy/").status_code == 404


def test_the_registry_sees_how_a_dossier_stood_and_takes_its_history_away(registry: Client, dossier: Dossier) -> None:
    page = text(registry.get(f"/dossiers/{dossier.pk}/"))
    assert f"/dossiers/{dossier.pk}/past/?at=" in page
    then = text(registry.get(f"/dossiers/{dossier.pk}/past/"))
    assert "Lindenweg 4, Wintergarten" in then
    assert "Damals lag kein Dokument in der Akte." in then
    assert "Da gab es die Akte noch nicht" in text(registry.get(f"/dossiers/{dossier.pk}/past/?at=2001-01-01T08:00"))
    assert "„gestern“ ist kein Zeitpunkt" in text(registry.get(f"/dossiers/{dossier.pk}/past/?at=gestern"))
    table = registry.get(f"/dossiers/{dossier.pk}/history/csv/")
    assert table["Content-Disposition"] == 'attachment; filename="Verlauf 610-1.csv"'
    assert "Akte angelegt" in text(table)
    assert registry.get(f"/dossiers/{dossier.pk}/history/pdf/").status_code == 404


@pytest.mark.parametrize("page", ["past/", "history/csv/", "history/xdomea-3.1.0/"])
def test_who_may_not_see_histories_does_not_find_them(
    dossier: Dossier, browser_of: Callable[..., Client], page: str
) -> None:
    assert browser_of(Role.CLERK, name="carl").get(f"/dossiers/{dossier.pk}/{page}").status_code == 404


def test_a_case_is_moved_into_another_dossier(clerk: Client, dossier: Dossier) -> None:
    case, other = factories.case(dossier), factories.dossier("Ahornweg 2")
    here = f"/cases/{case.pk}/move/"
    assert f'value="{other.pk}"' in text(clerk.get(f"{here}?q=ahorn"))
    assert "Keine offene Akte gefunden" in text(clerk.get(f"{here}?q=lindenweg"))
    moved = text(clerk.post(here, {"target": str(other.pk), "reason": "falsche Akte"}, follow=True))
    assert "Der Vorgang heißt jetzt 610-2/1 und liegt in „610-2 Ahornweg 2“." in moved
    assert clerk.post(here, {"target": "nowhere"}).status_code == 404
    assert clerk.post(here, {"target": str(other.pk)}).status_code == 404


def test_who_only_gives_rights_gets_no_advice_on_what_they_cannot_do(
    clerk: Client, dossier: Dossier, browser_of: Callable[..., Client]
) -> None:
    advice = ("Taste l", "wird hier aufgenommen", "Ein Vorgang fasst zusammen")
    shown = text(clerk.get(f"/dossiers/{dossier.pk}/"))
    assert [words for words in advice if words not in shown] == []
    shown = text(browser_of(Role.RIGHTS, name="renate").get(f"/dossiers/{dossier.pk}/"))
    assert [words for words in advice if words in shown] == []
    assert "Ihre Rolle umfasst das Lesen der Dokumente nicht." in shown
