"""A person in a field leads to the register: chosen there, called as today, found, told; or it is a name alone."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.utils import timezone

from dms.access.actors import Actor, actor_for, system_setup
from dms.access.models import Scope
from dms.access.permissions import ROLE_ALLOWS, Role
from dms.audit.models import EventRow
from dms.records.documents.corrections import document_correct, document_set_kind
from dms.records.documents.undo import document_undo
from dms.records.dossiers.copying import documents_copy
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.keeping import dossier_describe, dossier_open
from dms.records.dossiers.table import write_dossiers
from dms.records.fields.asking import narrowed, read_asked, sorted_by
from dms.records.fields.changing import fields_change
from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import Entered, InvalidFields
from dms.records.fields.keeping import kind_create
from dms.records.fields.models import DossierKind
from dms.records.fields.telling import fields_shown, values_then
from dms.records.models import Document, DocumentKind, Dossier
from dms.records.parties.field_leading import field_lead_to, named_in_field
from dms.records.parties.keeping import party_correct
from dms.records.parties.merging import party_merge, party_part
from dms.records.parties.models import Party
from dms.records.parties.naming import naming_listed, records_naming
from dms.records.parties.roles import roles_setup
from dms.records.parties.suggesting import party_suggestions
from dms.records.parties.telling import TellingForm, party_tell
from dms.records.past import dossier_then
from dms.records.protection.marking import sensitive_mark
from dms.records.protection.rights import scope_begin, scope_restrict
from dms.records.protection.sensitivity import SensitiveClass
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]


def everywhere() -> Actor:
    """Made anew each time: an actor remembers where it may what."""
    return Actor("user:setup", everywhere=frozenset(ROLE_ALLOWS[Role.REGISTRY]))


OWNER = Field("owner", "Bauherrschaft", FieldType.PERSON)
NEIGHBOUR = Field("neighbour", "Nachbarin", FieldType.PERSON)


@pytest.fixture
def files(files: Scope) -> Scope:
    roles_setup(system_setup())
    return files


@pytest.fixture
def registry(files: Scope) -> Actor:
    return actor_for(factories.user_with(Role.REGISTRY, name="rita", scope=files))


@pytest.fixture
def kind(files: Scope) -> DossierKind:
    made = kind_create(everywhere(), "building", {"label": "Bauakte"})
    fields_change(everywhere(), made, (OWNER, NEIGHBOUR), now=timezone.now())
    return made


def opened(actor: Actor, kind: DossierKind, title: str = "Lindenweg 4", **owner: str) -> Dossier:
    facts: Any = {"title": title, "kind": kind, "fields": Entered({"owner": owner} if owner else {})}
    return fresh(dossier_open(actor, factories.plan_entry(), facts, now=timezone.now()))


def fresh(dossier: Dossier) -> Dossier:
    found: Dossier = Dossier.objects.select_related("field_version", "kind").get(pk=dossier.pk)
    return found


def restricted(title: str) -> Dossier:
    """With rights of its own, which nobody of the others here has."""
    dossier = factories.dossier(title)
    scope_begin(system_setup(), dossier, reason="vertraulich")
    dossier.refresh_from_db()
    factories.user_with(Role.RIGHTS, name="keeper", scope=dossier.scope)
    scope_restrict(system_setup(), dossier, reason="vertraulich")
    return dossier


def asked(actor: Actor, kind: DossierKind, text: str) -> set[str]:
    found = narrowed(actor, Dossier.objects.readable_by(actor), kind, read_asked(kind, {"f_owner": text}))
    return set(found.values_list("title", flat=True))


def table(actor: Actor, kind: DossierKind) -> str:
    return write_dossiers(Dossier.objects.readable_by(actor), kind, actor).decode("utf-8-sig")


def test_somebody_of_the_register_is_chosen_and_shown_as_called_today(registry: Actor, kind: DossierKind) -> None:
    erika = factories.party("Müller", given_names="Erika")
    dossier = opened(registry, kind, party=str(erika.pk), name="")
    assert dossier.field_values == {"owner": {"name": "Müller, Erika", "party": str(erika.pk)}}
    assert dossier.field_parties == [erika.pk]
    party_correct(registry, erika, {"family_name": "Schmidt", "birth_name": "Müller"})
    [owner, _neighbour] = fields_shown(fresh(dossier))[0]
    assert (owner.text, owner.party) == ("Schmidt, Erika", erika.pk)
    assert "Schmidt, Erika" in table(registry, kind)
    assert fresh(dossier).field_values["owner"]["name"] == "Müller, Erika"  # no record is rewritten


def test_a_name_that_is_not_chosen_stays_text_as_values_from_before_do(registry: Actor, kind: DossierKind) -> None:
    dossier = opened(registry, kind, name="Erika Müller")
    assert (dossier.field_values, dossier.field_parties) == ({"owner": {"name": "Erika Müller"}}, [])
    [owner, _neighbour] = fields_shown(dossier)[0]
    assert (owner.text, owner.party, owner.is_person) == ("Erika Müller", None, True)


def test_whoever_types_on_after_choosing_means_somebody_else(registry: Actor, kind: DossierKind) -> None:
    erika = factories.party("Müller", given_names="Erika")
    dossier = opened(registry, kind, name="")
    typed = Entered({"owner": {"name": "Müller, Erik", "party": str(erika.pk)}}, typed=True)
    dossier_describe(registry, dossier, {"fields": typed})
    assert fresh(dossier).field_values == {"owner": {"name": "Müller, Erik"}}


def test_a_merger_is_followed_and_taken_back_without_touching_the_file(registry: Actor, kind: DossierKind) -> None:
    one, other = factories.party("Müller", given_names="Erika"), factories.party("Mueller", given_names="Erika M.")
    dossier = opened(registry, kind, party=str(one.pk))
    events = EventRow.objects.filter(chain=dossier.chain).count()
    party_merge(registry, one, other)
    assert [shown.party for shown in fields_shown(fresh(dossier))[0]] == [other.pk, None]
    assert asked(registry, kind, str(one.pk)) == asked(registry, kind, str(other.pk)) == {"Lindenweg 4"}
    assert [named.record for named in records_naming(registry, other)] == [dossier]
    party_part(registry, Party.objects.get(pk=one.pk))
    assert [shown.party for shown in fields_shown(fresh(dossier))[0]] == [one.pk, None]
    assert asked(registry, kind, str(other.pk)) == set()
    assert EventRow.objects.filter(chain=dossier.chain).count() == events


def test_who_was_merged_before_is_put_down_as_the_one_that_stands_for_them(registry: Actor, kind: DossierKind) -> None:
    gone, kept = factories.party("Müller", given_names="Erika"), factories.party("Mueller", given_names="Erika M.")
    party_merge(registry, gone, kept)
    assert opened(registry, kind, party=str(gone.pk)).field_parties == [kept.pk]


def test_filtered_by_id_by_the_name_of_today_and_by_the_name_as_entered(registry: Actor, kind: DossierKind) -> None:
    erika, other = factories.party("Müller", given_names="Erika"), factories.party("Vogel", given_names="")
    opened(registry, kind, "verknüpft", party=str(erika.pk))
    opened(registry, kind, "als Text", name="E. Mueller")
    opened(registry, kind, "anderer", party=str(other.pk))
    party_correct(registry, erika, {"family_name": "Schmidt"})
    assert asked(registry, kind, str(erika.pk)) == {"verknüpft"}
    assert asked(registry, kind, "schmidt") == {"verknüpft"}
    assert asked(registry, kind, "Müller") == {"verknüpft"}
    assert asked(registry, kind, "Mueller") == {"als Text"}
    assert asked(registry, kind, str(uuid.uuid4())) == set()


def test_only_the_field_that_was_asked_counts(registry: Actor, kind: DossierKind) -> None:
    erika = factories.party("Müller", given_names="")
    dossier = opened(registry, kind, name="Vogel")
    dossier_describe(registry, dossier, {"fields": Entered({"neighbour": {"party": str(erika.pk)}})})
    assert asked(registry, kind, str(erika.pk)) == asked(registry, kind, "Müller") == set()


def test_sorted_by_the_name_of_today_with_plain_names_among_them(registry: Actor, kind: DossierKind) -> None:
    erika = factories.party("Müller", given_names="")
    for title, said in (
        ("1", {"party": str(erika.pk)}),
        ("2", {"name": "Baum"}),
        ("3", {"name": "Ziegler"}),
        ("4", {}),
    ):
        opened(registry, kind, title, **said)
    party_correct(registry, erika, {"family_name": "Zander"})
    found = sorted_by(Dossier.objects.readable_by(registry), kind, "owner", descending=False)
    assert [one.title for one in found] == ["2", "1", "3", "4"]


def test_who_may_not_be_found_can_neither_be_chosen_nor_guessed_nor_asked_for(
    registry: Actor, kind: DossierKind, files: Scope
) -> None:
    hidden = restricted("Jugendamt")
    secret = factories.party("Geheim", given_names="Gerda", home=hidden)
    sentence = "Diesen Eintrag gibt es im Verzeichnis der Beteiligten nicht. Bitte noch einmal wählen."
    for key in (str(secret.pk), str(uuid.uuid4())):
        with pytest.raises(InvalidFields) as refused:
            opened(registry, kind, party=key)
        assert refused.value.errors == {"owner": sentence}
    assert party_suggestions(registry, "Geheim") == []
    opened(everywhere(), kind, "offen", party=str(secret.pk))
    assert asked(everywhere(), kind, "Geheim") == {"offen"}


def test_who_reads_the_record_sees_whom_it_names_and_nobody_else(
    registry: Actor, kind: DossierKind, files: Scope
) -> None:
    home = restricted("Jugendamt")
    gerda = factories.party("Gabler", given_names="Gerda", home=home)
    reader = actor_for(factories.user_with(Role.CLERK, name="lena", scope=files))
    stranger = actor_for(factories.user_with(Role.CLERK, name="fritz", scope=factories.another_scope("Anderes")))
    assert not Party.objects.visible_to(reader).exists()
    dossier = opened(everywhere(), kind, party=str(gerda.pk))
    assert list(Party.objects.visible_to(reader)) == [gerda]
    assert not Party.objects.visible_to(stranger).exists()
    dossier_describe(everywhere(), dossier, {"fields": Entered({"owner": None})})
    assert not Party.objects.visible_to(reader).exists()


def test_the_history_and_the_past_tell_the_name_of_then(registry: Actor, kind: DossierKind) -> None:
    dossier = opened(registry, kind, name="Müller, Erika")
    erika = factories.party("Müller", given_names="Erika")
    dossier_describe(registry, dossier, {"fields": Entered({"owner": {"party": str(erika.pk)}})})
    before = timezone.now()
    party_correct(registry, erika, {"family_name": "Schmidt"})
    sentence = dossier_history(fresh(dossier), registry)[-1].sentence
    assert "Bauherrschaft „Müller, Erika (aus dem Verzeichnis)“ statt „Müller, Erika“" in sentence
    then = dossier_then(fresh(dossier), before, registry)
    assert then is not None
    assert [(one.label, one.after) for one in values_then(then.dossier)] == [
        ("Bauherrschaft", "Müller, Erika (aus dem Verzeichnis)")
    ]


def test_information_about_somebody_tells_in_which_fields_they_stand(registry: Actor, kind: DossierKind) -> None:
    erika = factories.party("Müller", given_names="Erika")
    dossier = opened(registry, kind, party=str(erika.pk))
    told = json.loads(party_tell(registry, erika, TellingForm.JSON, now=timezone.now()))
    assert told["fields"] == [
        {"reference_number": dossier.reference_number, "title": "Lindenweg 4", "field": "Bauherrschaft"}
    ]
    table = party_tell(registry, erika, TellingForm.CSV, now=timezone.now()).decode("utf-8-sig")
    assert f"{dossier.reference_number};Bauherrschaft;Lindenweg 4" in table


def test_whoever_asks_about_somebody_in_what_is_sensitive_leaves_a_reading(registry: Actor, kind: DossierKind) -> None:
    erika = factories.party("Müller", given_names="Erika")
    dossier = opened(registry, kind, party=str(erika.pk))
    sensitive_mark(registry, dossier, SensitiveClass.SOCIAL, asks_purpose=False, reason="Jugendamt")
    assert [one.labels for one in naming_listed(registry, erika)] == [()]
    party_tell(registry, erika, TellingForm.JSON, now=timezone.now())
    assert EventRow.objects.filter(chain=f"reads:{dossier.pk}").count() == 1


def test_those_who_take_part_are_suggested_first(registry: Actor, kind: DossierKind) -> None:
    dossier = opened(registry, kind)
    exact, here = factories.party("Müller", given_names=""), factories.party("Müllerin", given_names="Anna")
    factories.takes_part(here, dossier)
    assert [one.party for one in party_suggestions(registry, "Müller", dossier)] == [here, exact]
    assert [one.takes_part for one in party_suggestions(registry, "Müller", dossier)] == [True, False]
    assert [one.party for one in party_suggestions(registry, "Müller")] == [exact, here]


def test_a_name_becomes_somebody_of_the_register(registry: Actor, kind: DossierKind) -> None:
    dossier = opened(registry, kind, name="Erika Müller")
    named = named_in_field(dossier, "owner")
    assert named is not None
    assert (named.label, named.text) == ("Bauherrschaft", "Erika Müller")
    erika = factories.party("Müller", given_names="Erika")
    field_lead_to(registry, named, erika)
    assert fresh(dossier).field_parties == [erika.pk]
    assert named_in_field(fresh(dossier), "owner") is None
    assert named_in_field(fresh(dossier), "neighbour") is None


def test_in_a_document_it_is_the_same_and_undone_and_copied_along(registry: Actor, kind: DossierKind) -> None:
    letter = factories.document()
    letters = DocumentKind.objects.get(pk="invoice")
    fields_change(everywhere(), letters, (OWNER,), now=timezone.now())
    erika = factories.party("Müller", given_names="Erika")
    dossier, other = opened(registry, kind), opened(registry, kind, "Ahornweg 2")
    documents_file(everywhere(), [letter], Place(dossier), now=timezone.now())
    letter.refresh_from_db()
    document_set_kind(registry, letter, kind=letters)
    document_correct(registry, letter, {"fields": Entered({"owner": {"party": str(erika.pk)}})})
    stored = Document.objects.get(pk=letter.pk)
    assert stored.field_parties == [erika.pk]
    document_undo(registry, stored, now=timezone.now())
    assert Document.objects.get(pk=letter.pk).field_parties == []
    document_correct(registry, letter, {"fields": Entered({"owner": {"party": str(erika.pk)}})})
    [copy] = documents_copy(registry, [Document.objects.get(pk=letter.pk)], Place(other), now=timezone.now())
    assert Document.objects.get(pk=copy.pk).field_parties == [erika.pk]
    assert {named.record.pk for named in records_naming(registry, erika)} == {letter.pk, copy.pk}
