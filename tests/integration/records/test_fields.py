"""Fields of kinds: typed, checked, versioned; a change is told before, and no value is ever lost."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.sample_kinds import kinds_setup
from dms.access.actors import Actor, actor_for
from dms.access.permissions import ROLE_ALLOWS, Role
from dms.access.rule import NotAllowed
from dms.audit.models import EventRow, OutboxEntry
from dms.audit.verify import Tally, verify_all
from dms.records.documents.corrections import document_correct, document_set_kind
from dms.records.documents.facts import InvalidFact
from dms.records.documents.undo import document_undo
from dms.records.dossiers.cases import case_describe
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.keeping import dossier_describe, dossier_open
from dms.records.dossiers.kinds import default_kind
from dms.records.fields.changing import base_of, fields_change, fields_compare
from dms.records.fields.definitions import MOST_FIELDS, Field, FieldType
from dms.records.fields.filling import Entered, InvalidFields, filled_of
from dms.records.fields.keeping import current_version, kind_change, kind_create
from dms.records.fields.laying_down import InvalidField, key_for
from dms.records.fields.models import DossierKind
from dms.records.fields.telling import fields_shown
from dms.records.meanwhile import ChangedMeanwhile
from dms.records.models import Document, DocumentKind, Dossier, PlanEntry
from dms.records.past import dossier_then
from dms.records.plan.changing import entry_change
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]
REGISTRY = Actor("user:registry", everywhere=frozenset(ROLE_ALLOWS[Role.REGISTRY]))
FIELDS = (
    Field("site", "Baugrundstück", FieldType.TEXT, mandatory=True),
    Field("cost", "Baukosten", FieldType.AMOUNT),
    Field("received", "Eingang", FieldType.DATE),
    Field("stage", "Stand", FieldType.CHOICE, choices=("neu", "fertig"), default="neu"),
)


@pytest.fixture
def kind(db: None) -> DossierKind:
    factories.file_plan()
    made = kind_create(REGISTRY, "building", {"label": "Bauakte"})
    fields_change(REGISTRY, made, FIELDS, now=timezone.now())
    return made


def typed(**values: str) -> Entered:
    return Entered(values, typed=True)


def opened(kind: DossierKind | None, **values: str) -> Dossier:
    facts: Any = {"title": "Lindenweg 4", "kind": kind, "fields": typed(**values)}
    return dossier_open(REGISTRY, factories.plan_entry(), facts, now=timezone.now())


def stored(dossier: Dossier) -> Dossier:
    fresh: Dossier = Dossier.objects.select_related("field_version", "kind").get(pk=dossier.pk)
    return fresh


def shown(record: Any) -> dict[str, str]:
    return {one.label: one.text for one in fields_shown(record)[0] if one.text}


def former(record: Any) -> dict[str, str]:
    return {one.label: one.text for one in fields_shown(record)[1]}


def changed(kind: Any, *fields: Field) -> None:
    fields_change(REGISTRY, kind, fields, now=timezone.now())


def test_a_dossier_takes_typed_values_and_defaults(kind: DossierKind) -> None:
    dossier = stored(opened(kind, site="Lindenweg 4", cost="1.234,56 €", received="31.12.2026"))
    assert dossier.field_values == {
        "site": "Lindenweg 4", "cost": 123456, "received": "2026-12-31", "stage": "neu",
    }  # fmt: skip
    assert shown(dossier) == {
        "Baugrundstück": "Lindenweg 4", "Baukosten": "1.234,56 €", "Eingang": "31.12.2026", "Stand": "neu",
    }  # fmt: skip
    assert "1.234,56 €" in dossier.field_words


def test_all_that_is_wrong_is_told_at_once_by_field(kind: DossierKind) -> None:
    with pytest.raises(InvalidFields) as refused:
        opened(kind, site="x", cost="viel", received="gestern", anything="1")
    assert set(refused.value.errors) == {"cost", "received", "anything"}
    with pytest.raises(InvalidFields) as refused:
        opened(kind, cost="1")
    assert refused.value.errors == {"site": "Diese Angabe ist Pflicht."}
    assert not Dossier.objects.exists()


def test_who_names_no_field_leaves_them_as_they_are(kind: DossierKind) -> None:
    dossier = opened(kind, site="Lindenweg 4")
    changed(kind, *FIELDS, Field("sign", "Zeichen", FieldType.TEXT, mandatory=True))
    dossier_describe(REGISTRY, dossier, {"title": "Lindenweg 4a"})
    assert stored(dossier).field_values == {"site": "Lindenweg 4", "stage": "neu"}
    with pytest.raises(InvalidFields):
        dossier_describe(REGISTRY, dossier, {"fields": typed(cost="1")})


def test_a_change_of_the_fields_is_told_before_and_counts_what_it_touches(kind: DossierKind) -> None:
    opened(kind, site="Lindenweg 4", cost="12")
    opened(kind, site="Ahornweg 2")
    wanted = [
        FIELDS[0], FIELDS[2], Field("cost", "Baukosten", FieldType.DATE),
        Field("stage", "Stand", FieldType.CHOICE, choices=("fertig",), retired=True),
        Field("sign", "Zeichen", FieldType.TEXT, mandatory=True),
    ]  # fmt: skip
    impact = fields_compare(REGISTRY, kind, wanted)
    assert (impact.records, impact.lacking, impact.unfit) == (2, 2, {"Baukosten": 1, "Stand": 2})
    told = [(one.label, one.what) for one in impact.differences]
    assert told[:3] == [("Baukosten", "changed"), ("Stand", "retired"), ("Zeichen", "added")]
    assert [what for _label, what in told[3:]] == ["moved"]
    assert base_of(kind) == impact.base == "1"
    assert current_version(kind).number == 1  # type: ignore[union-attr]


def test_values_of_a_retired_field_and_of_another_type_stay_readable_and_come_back(kind: DossierKind) -> None:
    dossier = opened(kind, site="Lindenweg 4", cost="12")
    asked = (FIELDS[0], Field("cost", "Baukosten", FieldType.DATE), FIELDS[2])
    retired = Field("stage", "Stand", FieldType.CHOICE, choices=("neu", "fertig"), retired=True)
    changed(kind, *asked, retired)
    before = stored(dossier)
    assert before.field_values["cost"] == 1200  # nobody has touched it
    assert former(before) == {"Baukosten": "12,00 €", "Stand": "neu"}
    dossier_describe(REGISTRY, dossier, {"fields": typed(received="1.2.2026")})
    after = stored(dossier)
    assert after.field_values == {"site": "Lindenweg 4", "received": "2026-02-01"}
    assert former(after) == {"Baukosten": "12,00 €", "Stand": "neu"}
    changed(kind, *FIELDS)
    dossier_describe(REGISTRY, dossier, {"fields": typed(received="")})
    assert shown(stored(dossier)) == {"Baugrundstück": "Lindenweg 4", "Baukosten": "12,00 €", "Stand": "neu"}
    assert stored(dossier).former_values == []


def test_a_number_becomes_an_amount_where_it_can(kind: DossierKind) -> None:
    changed(kind, *FIELDS, Field("paid", "Bezahlt", FieldType.NUMBER))
    dossier = opened(kind, site="x", paid="1234,5")
    changed(kind, *FIELDS, Field("paid", "Bezahlt", FieldType.AMOUNT))
    assert shown(stored(dossier))["Bezahlt"] == "1.234,50 €"


def test_another_kind_keeps_what_fits_and_the_rest_readable(kind: DossierKind) -> None:
    trade = kind_create(REGISTRY, "trade", {"label": "Gewerbeakte"})
    changed(trade, Field("site", "Anschrift", FieldType.TEXT), Field("owner", "Inhaber", FieldType.PERSON))
    dossier = opened(kind, site="Lindenweg 4", cost="12")
    dossier_describe(REGISTRY, dossier, {"kind": trade, "fields": typed(owner="Erika Muster")})
    assert shown(stored(dossier)) == {"Anschrift": "Lindenweg 4", "Inhaber": "Erika Muster"}
    assert former(stored(dossier)) == {"Baukosten": "12,00 €", "Stand": "neu"}
    dossier_describe(REGISTRY, dossier, {"kind": None})
    assert shown(stored(dossier)) == {}
    dossier_describe(REGISTRY, dossier, {"kind": kind})
    assert shown(stored(dossier)) == {"Baugrundstück": "Lindenweg 4", "Baukosten": "12,00 €", "Stand": "neu"}
    assert former(stored(dossier)) == {"Inhaber": "Erika Muster"}


def test_the_history_tells_values_before_and_after_and_the_past_can_be_read(kind: DossierKind) -> None:
    dossier = opened(kind, site="Lindenweg 4")
    moment = EventRow.objects.filter(chain=dossier.chain).latest("id").at
    dossier_describe(REGISTRY, dossier, {"fields": typed(site="Lindenweg 6", cost="5")})
    told = dossier_history(dossier, REGISTRY)[-1]
    assert told.sentence == (
        "Akte beschrieben: Baugrundstück „Lindenweg 6“ statt „Lindenweg 4“, Baukosten „5,00 €“ statt (leer)"
    )
    then = dossier_then(dossier, moment + timedelta(microseconds=1), REGISTRY)
    assert then is not None
    assert then.dossier["field_values"]["site"] == "Lindenweg 4"
    assert then.dossier["kind_id"] == "building"
    body = json.loads(EventRow.objects.filter(chain=dossier.chain).latest("id").body)
    assert body["rows"][0]["before"]["field_values"]["site"] == "Lindenweg 4"
    assert list(verify_all(Tally())) == []


def test_only_one_of_two_changes_made_from_the_same_state_is_taken(kind: DossierKind) -> None:
    base = base_of(kind)
    fields_change(REGISTRY, kind, FIELDS[:1] + FIELDS[1:], now=timezone.now(), base=base)  # nothing differs
    fields_change(REGISTRY, kind, (*FIELDS, Field("a", "A", FieldType.TEXT)), now=timezone.now(), base=base)
    with pytest.raises(ChangedMeanwhile):
        fields_change(REGISTRY, kind, (*FIELDS, Field("b", "B", FieldType.TEXT)), now=timezone.now(), base=base)
    assert base_of(kind) == "2"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_change_the_fields_at_once_one_wins() -> None:
    factories.file_plan()
    kind = kind_create(REGISTRY, "building", {"label": "Bauakte"})
    outcomes: list[str] = []

    def act(number: int) -> None:
        try:
            field = Field(f"field_{number}", f"Feld {number}", FieldType.TEXT)
            fields_change(REGISTRY, kind, [field], now=timezone.now(), base="0")
            outcomes.append("taken")
        except ChangedMeanwhile:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 5 + ["taken"]


def test_a_field_is_retired_and_never_left_out(kind: DossierKind) -> None:
    with pytest.raises(InvalidField, match="Stand"):
        fields_compare(REGISTRY, kind, FIELDS[:3])


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        (Field("Ort", "Ort", FieldType.TEXT), "key"),
        (Field("site", "Ort", FieldType.TEXT), "key"),
        (Field("place", " ", FieldType.TEXT), "label"),
        (Field("place", "Baugrundstück", FieldType.TEXT), "label"),
        (Field("place", "Ort", FieldType.CHOICE), "choices"),
        (Field("place", "Ort", FieldType.TEXT, pattern="(", pattern_message="x"), "pattern"),
        (Field("place", "Ort", FieldType.TEXT, pattern="(?=a)", pattern_message="x"), "pattern"),
        (Field("place", "Ort", FieldType.TEXT, pattern="a+"), "pattern_message"),
        (Field("place", "Ort", FieldType.DATE, default="morgen"), "default"),
        (Field("place", "Ort", FieldType.TEXT, pattern="[0-9]+", pattern_message="x", default="a"), "default"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused_where_it_is_wrong(kind: DossierKind, field: Field, wrong: str) -> None:
    with pytest.raises(InvalidField) as refused:
        fields_compare(REGISTRY, kind, [*FIELDS, field])
    assert (refused.value.number, refused.value.field) == (4, wrong)


def test_there_are_not_endlessly_many_fields(kind: DossierKind) -> None:
    many = [Field(f"f_{number}", f"F {number}", FieldType.TEXT) for number in range(MOST_FIELDS)]
    with pytest.raises(InvalidField):
        fields_compare(REGISTRY, kind, [*FIELDS, *many])


def test_no_pattern_hangs_the_product(kind: DossierKind) -> None:
    changed(kind, *FIELDS, Field("sign", "Zeichen", FieldType.TEXT, pattern="(a+)+b", pattern_message="Bitte aab."))
    begun = timezone.now()
    with pytest.raises(InvalidFields) as refused:
        opened(kind, site="x", sign="a" * 299)
    assert refused.value.errors == {"sign": "Bitte aab."}
    assert timezone.now() - begun < timedelta(seconds=2)
    assert opened(kind, site="x", sign="aab")


def test_a_key_is_made_of_the_label() -> None:
    assert key_for("Größe (m²)", []) == "groesse_m"
    assert key_for("Ort", ["ort"]) == "ort_2"
    assert key_for("3. Bauabschnitt", []) == "field_3_bauabschnitt"
    assert key_for("…", []) == "field"


def test_only_the_registry_changes_kinds_and_fields(kind: DossierKind) -> None:
    clerk = actor_for(factories.user_with(Role.CLERK, Role.ARCHIVIST, Role.RIGHTS, name="clerk"))
    elsewhere = factories.another_scope()
    far = actor_for(factories.user_with(Role.REGISTRY, name="far", scope=elsewhere))
    near = actor_for(factories.user_with(Role.REGISTRY, name="near"))
    for actor in (clerk, far):
        with pytest.raises(NotAllowed):
            kind_create(actor, "other", {"label": "Andere"})
        with pytest.raises(NotAllowed):
            kind_change(actor, kind, {"label": "Andere"})
        with pytest.raises(NotAllowed):
            fields_compare(actor, kind, FIELDS)
        with pytest.raises(NotAllowed):
            fields_change(actor, kind, FIELDS[:3], now=timezone.now())
    assert kind_change(near, kind, {"label": "Bauakten"}).label == "Bauakten"


def test_kinds_have_labels_and_slugs_of_their_own(kind: DossierKind) -> None:
    for slug, label, wrong in (
        ("Bau", "A", "slug"),
        ("building", "A", "slug"),
        ("b", "Bauakte", "label"),
        ("b", " ", "label"),
    ):
        with pytest.raises(InvalidFact) as refused:
            kind_create(REGISTRY, slug, {"label": label})
        assert refused.value.field == wrong


def test_a_retired_kind_is_given_to_nothing_new(kind: DossierKind) -> None:
    dossier = opened(kind, site="x")
    entry_change(REGISTRY, factories.plan_entry("61"), {"dossier_kind": kind})
    assert default_kind(factories.plan_entry("610")) == kind
    kind_change(REGISTRY, kind, {"state": "retired"})
    assert default_kind(factories.plan_entry("610")) is None
    with pytest.raises(InvalidFact, match="stillgelegt"):
        opened(kind, site="x")
    dossier_describe(REGISTRY, dossier, {"kind": kind, "fields": typed(site="y")})
    assert shown(stored(dossier))["Baugrundstück"] == "y"


def test_the_plan_says_with_which_kind_dossiers_begin(kind: DossierKind) -> None:
    entry_change(REGISTRY, factories.plan_entry("61"), {"dossier_kind": kind})
    facts: Any = {"title": "Von selbst", "fields": typed(site="Lindenweg 4")}
    assert dossier_open(REGISTRY, factories.plan_entry("610"), facts, now=timezone.now()).kind == kind
    assert default_kind(factories.plan_entry("6")) is None


def test_the_starter_set_fits_the_sample_plan_and_stays_as_the_town_changed_it(db: None) -> None:
    from config.town import town_setup

    town_setup()
    kinds = {one.slug: current_version(one) for one in DossierKind.objects.all()}
    assert len(kinds) >= 5
    assert all(version and version.asked for version in kinds.values())
    assert PlanEntry.objects.get(number="6110").dossier_kind_id == "building"
    assert PlanEntry.objects.exclude(dossier_kind=None).count() >= 8
    building = DossierKind.objects.get(pk="building")
    kind_change(REGISTRY, building, {"label": "Unsere Bauakte"})
    kinds_setup()
    assert DossierKind.objects.get(pk="building").label == "Unsere Bauakte"
    assert list(verify_all(Tally())) == []


def test_a_document_has_the_fields_of_its_kind(kind: DossierKind) -> None:
    invoice, offer = DocumentKind.objects.get(pk="invoice"), DocumentKind.objects.get(pk="offer")
    changed(invoice, Field("sum", "Summe", FieldType.AMOUNT, mandatory=True), Field("due", "Fällig", FieldType.DATE))
    changed(offer, Field("sum", "Angebotssumme", FieldType.AMOUNT))
    document = document_set_kind(REGISTRY, factories.document(), kind=invoice)
    with pytest.raises(InvalidFields):
        document_correct(REGISTRY, document, {"fields": typed(due="1.2.2026")})
    document_correct(REGISTRY, document, {"title": "Rechnung 4711", "fields": typed(sum="1.000", due="1.2.2026")})
    document = Document.objects.get(pk=document.pk)
    assert (document.title, document.field_values) == ("Rechnung 4711", {"sum": 100000, "due": "2026-02-01"})
    document_set_kind(REGISTRY, document, kind=offer)
    document = Document.objects.get(pk=document.pk)
    assert (shown(document), former(document)) == ({"Angebotssumme": "1.000,00 €"}, {"Fällig": "01.02.2026"})
    document_undo(REGISTRY, document, now=timezone.now())
    document = Document.objects.get(pk=document.pk)
    assert shown(document) == {"Summe": "1.000,00 €", "Fällig": "01.02.2026"}
    assert "01.02.2026" in document.field_words
    events = EventRow.objects.count()
    document_correct(REGISTRY, document, {"fields": typed(due="01.02.2026")})
    assert EventRow.objects.count() == events  # it stood there already
    assert list(verify_all(Tally())) == []


def test_documents_are_announced_to_the_search_when_what_their_place_says_changes(kind: DossierKind) -> None:
    dossier = opened(kind, site="Lindenweg 4")
    case = factories.case(dossier)
    document = factories.document()
    documents_file(REGISTRY, [document], Place(dossier, case), now=timezone.now())

    def noted() -> bool:
        found = OutboxEntry.objects.filter(topic="search", target=document.pk)
        there = found.exists()
        found.delete()
        return there

    assert noted()
    dossier_describe(REGISTRY, dossier, {"description": "mehr"})
    assert not noted()
    dossier_describe(REGISTRY, dossier, {"title": "Lindenweg 5"})
    assert noted()
    dossier_describe(REGISTRY, dossier, {"fields": typed(site="Lindenweg 5")})
    assert noted()
    case_describe(REGISTRY, case, {"description": "mehr"})
    assert not noted()
    case_describe(REGISTRY, case, {"title": "Ortstermin"})
    assert noted()


def test_values_without_fields_are_refused_by_the_database(kind: DossierKind) -> None:
    from dms.audit.door import change
    from dms.audit.events import Event

    dossier = opened(None)
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        change(REGISTRY, Event.DOSSIER_DESCRIBED, dossier, chain=dossier.chain) as door,
    ):
        door.target.field_values = {"site": "x"}
        door.save(door.target)
    assert filled_of(stored(dossier)).values == {}
