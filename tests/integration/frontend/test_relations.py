"""The pages on which dossiers, cases and documents are joined and parted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dms.records.dossiers.models import Dossier
from dms.records.relations.models import Relation
from tests import factories


@pytest.fixture
def dossier(scope: Any) -> Dossier:
    factories.file_plan(scope=scope)
    return factories.dossier()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_clerk_joins_two_dossiers_and_parts_them(clerk: Client, dossier: Dossier) -> None:
    other = factories.dossier("Ahornweg 2")
    here = f"/relations/dossier/{dossier.pk}/add/"
    assert f'value="{other.pk}"' in text(clerk.get(f"{here}?q=Ahorn"))
    assert "Nichts gefunden" in text(clerk.get(f"{here}?q=xyzzy"))
    done = text(clerk.post(here, {"kind": "replaces", "other": str(other.pk)}, follow=True))
    assert "Verknüpft mit „610-2 Ahornweg 2“." in done
    again = clerk.post(here, {"kind": "replaces", "other": str(other.pk)})
    assert (again.status_code, "gibt es schon" in text(again)) == (422, True)
    assert "ersetzt durch" in text(clerk.get(f"/dossiers/{other.pk}/"))
    there = f"/relations/{Relation.objects.get().pk}/remove/"
    assert "Verknüpfung entfernen?" in text(clerk.get(there))
    assert "entfernt" in text(clerk.post(there, follow=True))
    assert not Relation.objects.exists()


@pytest.mark.parametrize("asked", [{"kind": "eats"}, {"kind": "replaces", "other": "?"}, {"kind": "replaces"}])
def test_what_makes_no_sense_is_not_found(clerk: Client, dossier: Dossier, asked: dict[str, str]) -> None:
    assert clerk.post(f"/relations/dossier/{dossier.pk}/add/", asked).status_code == 404


def test_documents_and_cases_show_what_they_lead_to(clerk: Client, dossier: Dossier) -> None:
    answer, letter = factories.document(title="Antwort"), factories.document(title="Schreiben")
    clerk.post(f"/relations/document/{answer.pk}/add/", {"kind": "belongs_to", "other": str(letter.pk)})
    assert "dazu gehört" in text(clerk.get(f"/documents/{letter.pk}/"))
    one, other = factories.case(dossier, "Eins"), factories.case(dossier, "Zwei")
    answered = clerk.post(f"/relations/case/{one.pk}/add/", {"kind": "follows", "other": str(other.pk)})
    assert answered.headers["Location"] == f"/dossiers/{dossier.pk}/#case-{one.pk}"
    assert "Nachfolger" in text(clerk.get(f"/dossiers/{dossier.pk}/"))
