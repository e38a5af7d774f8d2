"""The pages by which things become more secret and people are cleared."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from dms.access.actors import system_setup
from dms.access.levels import Level
from dms.access.models import Clearance, User
from dms.access.permissions import Role
from dms.accounts.clearances import clearance_give
from tests import factories

BrowserOf = Callable[..., Client]


def test_a_level_is_shown_changed_with_a_reason_and_hides_the_dossier_from_who_is_not_cleared(
    browser_of: BrowserOf,
) -> None:
    factories.file_plan()
    dossier = factories.dossier("Deckname Adler")
    registry, clerk = browser_of(Role.REGISTRY, name="rita"), browser_of(Role.CLERK)
    clearance_give(system_setup(), User.objects.get(username="rita"), Level.RESTRICTED, reason="Registratur")
    here = f"/dossiers/{dossier.pk}/level/"
    assert f'href="{here}"' in registry.get(f"/dossiers/{dossier.pk}/").content.decode()
    assert registry.post(here, {"level": "1"}).status_code == 422
    answer = registry.post(here, {"level": "1", "reason": "Lage"}, follow=True).content.decode()
    assert "Heraufgesetzt auf „VS – Nur für den Dienstgebrauch“." in answer
    assert "Deckname Adler" not in clerk.get("/dossiers/").content.decode()
    assert clerk.get(f"/dossiers/{dossier.pk}/").status_code == 404
    assert clerk.get(here).status_code == 404
    answer = registry.post(here, {"level": "0", "reason": "Abstufung"}, follow=True).content.decode()
    assert "Herabgesetzt auf „offen“." in answer
    assert clerk.get(here).status_code == 404, "a clerk who is cleared for what is open alone can raise nothing"


def test_people_are_cleared_on_a_page_that_others_do_not_find(browser_of: BrowserOf) -> None:
    keeper, clerk = browser_of(Role.SECRECY, name="gerda"), browser_of(Role.CLERK)
    asked = {"who": "clerk", "level": "3", "valid_to": "", "reason": "Sachgebiet"}
    assert "clerk · Geheim" in keeper.post("/clearances/", asked, follow=True).content.decode()
    assert "Ermächtigungen für Vertrauliches" in keeper.get("/account/").content.decode()
    assert clerk.get("/clearances/").status_code == 404
    refused = keeper.post("/clearances/", {**asked, "who": "gerda"})
    assert (refused.status_code, "Sich selbst ermächtigt niemand." in refused.content.decode()) == (422, True)
    held = Clearance.objects.get()
    there = f"/clearances/{held.pk}/withdraw/"
    assert "entziehen?" in keeper.get(there).content.decode()
    assert keeper.post(there, {"reason": ""}).status_code == 422
    keeper.post(there, {"reason": "Umsetzung"})
    assert not Clearance.objects.exists()


def test_the_page_of_rights_says_who_has_a_right_without_being_cleared(browser_of: BrowserOf) -> None:
    factories.file_plan()
    dossier = factories.dossier()
    keeper, registry = browser_of(Role.RIGHTS, name="renate"), browser_of(Role.REGISTRY, name="rita")
    browser_of(Role.CLERK, name="carl")
    for name in ("renate", "rita"):
        clearance_give(system_setup(), User.objects.get(username=name), Level.RESTRICTED, reason="Probe")
    here = f"/dossiers/{dossier.pk}/rights/?who=carl"
    assert "nicht ermächtigt" not in keeper.get(here).content.decode()
    registry.post(f"/dossiers/{dossier.pk}/level/", {"level": "1", "reason": "Lage"})
    page = keeper.get(here).content.decode()
    assert page.count("nicht ermächtigt") == 1
    assert "die Ermächtigung fehlt: Dies ist „" in page
