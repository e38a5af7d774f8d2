"""The pages of volumes, of paper that is lent, and of the list of holdings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dms.access.permissions import Role
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.models import Dossier
from dms.records.holdings.models import Loan, Volume
from tests import factories

CELLAR = {"title": "Pläne", "medium": "paper", "location": "Keller, Regal 4"}


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_clerk_opens_describes_and_closes_a_volume(
    clerk: Client, dossier: Dossier, browser_of: Callable[..., Client]
) -> None:
    here = f"/dossiers/{dossier.pk}/"
    assert "Kein Band." in text(clerk.get(here))
    assert "„Band 1: Pläne“ ist angelegt." in text(clerk.post(f"{here}volumes/add/", CELLAR, follow=True))
    wrong = clerk.post(f"{here}volumes/add/", {**CELLAR, "medium": "electronic"})
    assert (wrong.status_code, "zum Teil Papier" in text(wrong)) == (422, True)
    there = f"/volumes/{Volume.objects.get().pk}/"
    assert "Band 1: Fotos" in text(clerk.post(f"{there}describe/", {**CELLAR, "title": "Fotos"}, follow=True))
    assert "abschließen?" in text(clerk.get(f"{there}close/"))
    assert "abgeschlossen" in text(clerk.post(f"{there}close/", follow=True))
    assert clerk.get(f"{there}reopen/").status_code == 404
    registry = browser_of(Role.REGISTRY, name="rita")
    assert "Bitte den Grund angeben" in text(registry.post(f"{there}reopen/"))
    registry.post(f"{there}reopen/", {"reason": "Nachtrag"})
    assert Volume.objects.get().closed_at is None


def test_a_case_and_a_document_go_into_a_volume(clerk: Client, dossier: Dossier) -> None:
    volume, case = factories.volume(dossier, title="Pläne"), factories.case(dossier)
    [letter] = documents_file(
        factories.registry_actor(), [factories.document(title="Antrag")], Place(dossier), now=timezone.now()
    )
    for asked in (f"case={case.pk}", f"document={letter.pk}"):
        here = f"/dossiers/{dossier.pk}/volumes/fill/?{asked}"
        assert "In welchem Band liegt" in text(clerk.get(here))
        clerk.post(here, {"volume": str(volume.pk)})
    assert (volume.cases.get(), volume.documents.get()) == (case, letter)
    page = text(clerk.get(f"/dossiers/{dossier.pk}/"))
    assert page.count("Band 1: Pläne") >= 3
    assert clerk.get(f"/dossiers/{dossier.pk}/volumes/fill/?case=nothing").status_code == 404


def test_paper_is_lent_and_comes_back(clerk: Client, dossier: Dossier) -> None:
    factories.volume(dossier, medium="paper", location="Keller")
    here = f"/dossiers/{dossier.pk}/lend/"
    volume = Volume.objects.get()
    nobody = clerk.post(here, {"volume": str(volume.pk), "borrower": ""})
    assert nobody.status_code == 422
    lent = text(clerk.post(here, {"volume": str(volume.pk), "borrower": "Frau Weiß, Zimmer 12"}, follow=True))
    assert "Ausgeliehen an Frau Weiß, Zimmer 12 seit" in lent
    assert "Frau Weiß" in text(clerk.get("/holdings/?lent=1"))
    back = text(clerk.post(f"/loans/{Loan.objects.get().pk}/return/", follow=True))
    assert "Zurück von Frau Weiß, Zimmer 12." in back
    assert "Keine Akte gefunden" in text(clerk.get("/holdings/?lent=1"))


def test_the_list_of_holdings_is_narrowed_and_goes_out_as_a_table(clerk: Client, dossier: Dossier) -> None:
    factories.dossier("Altbestand", medium="paper", location="Keller, Regal 1")
    page = text(clerk.get("/holdings/?place=keller&medium=paper&state=nonsense&entry=nonsense"))
    assert "Altbestand" in page
    assert "Wintergarten" not in page
    table = text(clerk.get("/holdings/export/?place=keller"))
    assert "610-2;Altbestand;;Papier;Keller, Regal 1;offen" in table
    assert "Wintergarten" not in table
    entry = factories.plan_entry("611")
    assert "611 Baulasten" in text(clerk.get(f"/holdings/?entry={entry.pk}"))
