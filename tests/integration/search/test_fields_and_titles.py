"""Documents are found by what their dossier and case are called, by its numbers and by the values of its fields, on
both adapters; also after any of these has changed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.records.dossiers.cases import case_describe
from dms.records.dossiers.describing import DossierFacts
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.keeping import dossier_describe, dossier_renumber
from dms.records.fields.changing import fields_change
from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import Entered
from dms.records.fields.keeping import kind_create
from dms.records.models import Case, Document, Dossier, DossierKind
from search.chosen import search_index
from search.ports import SearchQuery
from search.tasks import work
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store", "index")]
EVERYWHERE = Actor("user:registry", everywhere=frozenset(Permission))


@pytest.fixture
def filed(db: None) -> Document:
    """In a case of a dossier whose kind asks a text, an amount and a person."""
    factories.file_plan()
    for slug, label in (("building", "Bauakte"), ("trade", "Gewerbeakte")):
        site = [Field("site", "Grundstück", FieldType.TEXT)]
        more = [Field("cost", "Kosten", FieldType.AMOUNT), Field("owner", "Bauherrschaft", FieldType.PERSON)]
        fields_change(
            EVERYWHERE, kind_create(EVERYWHERE, slug, {"label": label}), site + (more if slug == "building" else []),
            now=timezone.now(),
        )  # fmt: skip
    values = {"site": "Hagebuttenstieg", "cost": "1250.00", "owner": {"name": "Wendelin Zacharias"}}
    dossier = factories.dossier(
        "Wintergarten", kind=DossierKind.objects.get(pk="building"), fields=Entered(values)
    )  # fmt: skip
    letter = factories.document(["Sehr geehrte Damen und Herren"], title="Schreiben")
    documents_file(
        EVERYWHERE, [letter], Place(dossier, factories.case(dossier, "Nachbarbeteiligung")), now=timezone.now()
    )
    return letter


def finds(*texts: str) -> list[str]:
    """Those of the words by which the one document is found, once the index is up to date."""
    work()
    scopes = frozenset(range(1, 10_000))
    return [text for text in texts if search_index().search(SearchQuery(text, scopes)).hits]


def test_found_by_titles_numbers_and_values(filed: Document) -> None:
    said = ("Wintergarten", "Nachbarbeteiligung", "Hagebuttenstieg", "Zacharias", "1.250,00", "610-1", "610-1/1")
    assert finds(*said, "Gartenlaube") == list(said)


def test_what_was_changed_is_found_by_what_stands_there_now(filed: Document) -> None:
    dossier, case = Dossier.objects.get(), Case.objects.get()
    dossier_describe(EVERYWHERE, dossier, DossierFacts(title="Gartenlaube", fields=Entered({"site": "Quittenweg"})))
    case_describe(EVERYWHERE, case, {"title": "Anhörung"})
    now, before = ("Gartenlaube", "Anhörung", "Quittenweg", "Zacharias"), ("Wintergarten", "Hagebuttenstieg")
    assert finds(*now, *before, "Nachbarbeteiligung") == list(now)


def test_renumbered_it_keeps_kind_and_values_and_is_found_by_the_former_number_too(filed: Document) -> None:
    """No number depends on the kind, so none changes with it."""
    dossier = Dossier.objects.get()
    values = dossier.field_values
    moved = dossier_renumber(EVERYWHERE, dossier, factories.plan_entry("611"), now=timezone.now(), reason="Zuordnung")
    assert (moved.kind_id, moved.field_values, moved.reference_number) == ("building", values, "611-1")
    said = ("611-1", "611-1/1", "610-1", "610-1/1", "Hagebuttenstieg", "Zacharias")
    assert finds(*said) == list(said)


def test_under_another_kind_the_number_stays_and_what_does_not_fit_is_set_aside_and_still_found(
    filed: Document,
) -> None:
    dossier = Dossier.objects.get()
    dossier_describe(EVERYWHERE, dossier, DossierFacts(kind=DossierKind.objects.get(pk="trade")))
    dossier.refresh_from_db()
    assert (dossier.reference_number, dossier.field_values) == ("610-1", {"site": "Hagebuttenstieg"})
    assert sorted(one["key"] for one in dossier.former_values) == ["cost", "owner"]
    assert finds("Hagebuttenstieg", "Zacharias", "610-1") == ["Hagebuttenstieg", "Zacharias", "610-1"]
    assert "Aktenart „Gewerbeakte“ statt „Bauakte“" in dossier_history(dossier, EVERYWHERE)[-1].sentence
    dossier_describe(EVERYWHERE, dossier, DossierFacts(kind=DossierKind.objects.get(pk="building")))
    dossier.refresh_from_db()
    assert (set(dossier.field_values), dossier.former_values) == ({"site", "cost", "owner"}, [])
