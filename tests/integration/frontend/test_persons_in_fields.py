"""A person is chosen in a form while somebody types, shown as a link, and a bare name is entered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dms.access.actors import Actor, system_setup
from dms.access.permissions import ROLE_ALLOWS, Role
from dms.records.documents.corrections import document_set_kind
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.keeping import dossier_open
from dms.records.fields.changing import fields_change
from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import Entered
from dms.records.fields.keeping import kind_create
from dms.records.fields.models import DossierKind
from dms.records.models import Document, DocumentKind, Dossier, Participation, Party
from dms.records.parties.roles import roles_setup
from tests import factories

REGISTRY = Actor("user:registry", everywhere=frozenset(ROLE_ALLOWS[Role.REGISTRY]))
OWNER = Field("owner", "Bauherrschaft", FieldType.PERSON)


@pytest.fixture
def kind(scope: Any) -> DossierKind:
    factories.file_plan(scope=scope)
    roles_setup(system_setup())
    made = kind_create(REGISTRY, "building", {"label": "Bauakte"})
    fields_change(REGISTRY, made, (OWNER,), now=timezone.now())
    return made


@pytest.fixture
def registry(browser_of: Callable[..., Client]) -> Client:
    return browser_of(Role.REGISTRY, name="rita")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text(answer)))


def opened(kind: DossierKind, **owner: str) -> Dossier:
    facts: Any = {"title": "Lindenweg 4", "kind": kind, "fields": Entered({"owner": owner} if owner else {})}
    return dossier_open(REGISTRY, factories.plan_entry(), facts, now=timezone.now())


def sent(dossier: Dossier, **more: str) -> dict[str, str]:
    return {"title": dossier.title, "description": "", "medium": "electronic", "location": "", "kind": "building",
            "fields_of": "building", **more}  # fmt: skip


def owner_of(dossier: Dossier) -> Any:
    return Dossier.objects.get(pk=dossier.pk).field_values.get("owner")


def test_somebody_is_chosen_in_the_form_and_shown_as_a_link(registry: Client, kind: DossierKind) -> None:
    erika, dossier = factories.party("Müller", "Erika"), opened(kind)
    page = f"/dossiers/{dossier.pk}/describe/"
    assert f"/parties/suggestions/?for=field_owner&amp;dossier={dossier.pk}" in text(registry.get(page))
    named = {"field_owner": "Müller, Erika", "field_owner-party": str(erika.pk)}
    assert registry.post(page, sent(dossier, **named)).status_code == 302
    assert owner_of(dossier) == {"name": "Müller, Erika", "party": str(erika.pk)}
    shown = text(registry.get(f"/dossiers/{dossier.pk}/"))
    assert f'<a href="/parties/{erika.pk}/">Müller, Erika</a>' in shown
    assert "Als Beteiligten anlegen" not in shown
    assert f'value="{erika.pk}"' in text(registry.get(page))
    assert "Genannt in Feldern" in words(registry.get(f"/parties/{erika.pk}/"))


def test_what_is_typed_without_choosing_stays_text(registry: Client, kind: DossierKind) -> None:
    erika, dossier = factories.party("Müller", "Erika"), opened(kind)
    page = f"/dossiers/{dossier.pk}/describe/"
    registry.post(page, sent(dossier, field_owner="Erika Müller"))
    assert owner_of(dossier) == {"name": "Erika Müller"}
    changed = {"field_owner": "Müller, Erik", "field_owner-party": str(erika.pk)}
    registry.post(page, sent(dossier, **changed))
    assert owner_of(dossier) == {"name": "Müller, Erik"}
    registry.post(page, sent(dossier, field_owner="", **{"field_owner-party": str(erika.pk)}))
    assert owner_of(dossier) is None


def test_who_is_not_there_is_told_beside_the_field_and_what_was_typed_stays(
    registry: Client, kind: DossierKind
) -> None:
    dossier = opened(kind)
    for key in (str(factories.unknown_id()), "xyz"):
        named = {"field_owner": "Müller, Erika", "field_owner-party": key}
        answer = registry.post(f"/dossiers/{dossier.pk}/describe/", sent(dossier, **named))
        assert answer.status_code == 422
        assert "im Verzeichnis der Beteiligten" in words(answer)
        assert 'value="Müller, Erika"' in text(answer)


def test_suggestions_tell_those_of_one_name_apart(registry: Client, kind: DossierKind) -> None:
    factories.party("Müller", "Erika", addresses=[{"kind": "home", "street": "Lindenweg 4", "city": "Haltern"}])
    factories.party("Müller", "Erika", addresses=[{"kind": "home", "street": "Ahornweg 2", "city": "Haltern"}])
    found = registry.get("/parties/suggestions/?q=mueller&for=field_owner")
    assert "Lindenweg 4, Haltern" in words(found)
    assert "Ahornweg 2, Haltern" in words(found)
    assert 'id="field_owner-choice-2"' in text(found)
    assert "So heißt niemand im Verzeichnis" in words(registry.get("/parties/suggestions/?q=Vogel&for=field_owner"))
    evil = registry.get("/parties/suggestions/?q=mueller&for=%22%3E%3Cscript%3E&dossier=x")
    assert "<script>" not in text(evil)


def test_who_sees_no_register_is_suggested_nobody(browser_of: Callable[..., Client], kind: DossierKind) -> None:
    factories.party("Müller", "Erika")
    stranger = browser_of(Role.SCANNING, name="stefan")
    assert "Müller" not in text(stranger.get("/parties/suggestions/?q=mueller"))


def test_a_bare_name_is_entered_from_the_dossier_and_takes_part(registry: Client, kind: DossierKind) -> None:
    dossier = opened(kind, name="Erika Müller")
    add = f"/dossiers/{dossier.pk}/parties/add/?field=owner"
    assert f'href="{add}"' in text(registry.get(f"/dossiers/{dossier.pk}/"))
    form = text(registry.get(add))
    assert 'value="Erika"' in form
    assert 'value="Müller"' in form
    named = {"role": "applicant", "kind": "person", "family_name": "Müller", "given_names": "Erika"}
    assert registry.post(add, named).status_code == 302
    erika = Party.objects.get()
    assert owner_of(dossier) == {"name": "Müller, Erika", "party": str(erika.pk)}
    assert Participation.objects.get().party == erika
    assert registry.get(add).status_code == 404  # somebody of the register stands there by now


def test_who_takes_part_already_is_only_linked(registry: Client, kind: DossierKind) -> None:
    dossier, erika = opened(kind, name="E. Müller"), factories.party("Müller", "Erika")
    factories.takes_part(erika, dossier)
    registry.post(f"/dossiers/{dossier.pk}/parties/add/?field=owner", {"role": "applicant", "party": str(erika.pk)})
    assert owner_of(dossier)["party"] == str(erika.pk)
    assert Participation.objects.count() == 1


def test_a_bare_name_in_a_document_is_entered_too(registry: Client, kind: DossierKind) -> None:
    dossier, letter = opened(kind), factories.document()
    invoice = DocumentKind.objects.get(pk="invoice")
    fields_change(REGISTRY, invoice, (OWNER,), now=timezone.now())
    documents_file(REGISTRY, [letter], Place(dossier), now=timezone.now())
    stored = document_set_kind(
        REGISTRY, Document.objects.get(pk=letter.pk), kind=DocumentKind.objects.get(pk="invoice")
    )
    erika = factories.party("Müller", "Erika")
    page = f"/documents/{letter.pk}/fields/"
    assert registry.post(page, {"field_owner": "Erika Müller", "expected": ""}).status_code in {200, 302}
    add = f"/dossiers/{dossier.pk}/parties/add/?document={letter.pk}&field=owner"
    assert add.replace("&", "&amp;") in text(registry.get(f"/documents/{letter.pk}/"))
    registry.post(add, {"role": "applicant", "party": str(erika.pk)})
    stored = Document.objects.get(pk=stored.pk)
    assert stored.field_values == {"owner": {"name": "Müller, Erika", "party": str(erika.pk)}}
    assert f'href="/parties/{erika.pk}/"' in text(registry.get(f"/documents/{letter.pk}/"))


def test_the_list_is_narrowed_by_somebody(registry: Client, kind: DossierKind) -> None:
    erika = factories.party("Müller", "Erika")
    dossier = opened(kind, party=str(erika.pk))
    for asked in ("Mueller", str(erika.pk)):
        assert dossier.reference_number in words(registry.get(f"/dossiers/?kind=building&f_owner={asked}"))
    assert dossier.reference_number not in words(registry.get("/dossiers/?kind=building&f_owner=Vogel"))
    assert "Müller, Erika" in registry.get("/dossiers/table/?kind=building").content.decode("utf-8-sig")
