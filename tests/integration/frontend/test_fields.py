"""The pages of kinds and fields: the registry lays them down, everybody else fills them in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dms.access.actors import Actor, system_setup
from dms.access.levels import Level
from dms.access.models import User
from dms.access.permissions import ROLE_ALLOWS, Role
from dms.accounts.clearances import clearance_give
from dms.records.dossiers.keeping import dossier_open
from dms.records.fields.changing import fields_change
from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import Entered
from dms.records.fields.keeping import current_version, kind_create
from dms.records.fields.models import DossierKind
from dms.records.models import DocumentKind, Dossier
from dms.records.plan.changing import entry_change
from tests import factories

REGISTRY = Actor("user:registry", everywhere=frozenset(ROLE_ALLOWS[Role.REGISTRY]))
FIELDS = (
    Field("site", "Baugrundstück", FieldType.TEXT, help="Straße und Hausnummer.", mandatory=True),
    Field("cost", "Baukosten", FieldType.AMOUNT),
    Field("monument", "Denkmalschutz", FieldType.YES_NO),
    Field("stage", "Verfahren", FieldType.CHOICE, choices=("neu", "fertig")),
)


@pytest.fixture
def kind(scope: Any) -> DossierKind:
    factories.file_plan(scope=scope)
    made = kind_create(REGISTRY, "building", {"label": "Bauakte"})
    fields_change(REGISTRY, made, FIELDS, now=timezone.now())
    return made


@pytest.fixture
def registry(browser_of: Callable[..., Client]) -> Client:
    return browser_of(Role.REGISTRY, name="rita")


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def opened(kind: DossierKind, title: str = "Lindenweg 4", **values: str) -> Dossier:
    facts: Any = {"title": title, "kind": kind, "fields": Entered({"site": "Lindenweg 4", **values}, typed=True)}
    return dossier_open(REGISTRY, factories.plan_entry(), facts, now=timezone.now())


def rows(*fields: Field, **more: str) -> dict[str, str]:
    """As the page sends them."""
    sent = {"rows": str(len(fields)), **more}
    for number, field in enumerate(fields):
        values = {**field.to_json(), "choices": "\n".join(field.choices)}
        for name, value in values.items():
            if value:
                sent[f"row{number}-{name}"] = "on" if value is True else str(value)
    return sent


def test_a_kind_is_made_and_given_fields(registry: Client, kind: DossierKind) -> None:
    refused = registry.post("/kinds/add/", {"label": "Gewerbeakte", "slug": "building"})
    assert (refused.status_code, "Dieses Kürzel hat schon eine andere Art" in words(refused)) == (422, True)
    made = registry.post("/kinds/add/", {"label": "Gewerbeakte", "slug": "trade"})
    assert made["Location"] == "/kinds/dossier/trade/fields/"
    named = registry.post("/kinds/add/", {"label": "Jagd- & Fischereiübersicht", "slug": ""})
    assert named["Location"] == "/kinds/dossier/jagd-fischereiuebersicht/fields/"
    page = "/kinds/dossier/trade/fields/"
    assert "Neues Feld" in words(registry.get(page))
    new = {"rows": "1", "row0-label": "Größe", "row0-type": "number", "row0-mandatory": "on", "base": "0"}
    told = registry.post(page, {**new, "do": "check"})
    assert "Größe: neu" in words(told)
    assert current_version(DossierKind.objects.get(pk="trade")) is None
    taken = registry.post(page, {**new, "do": "apply", "reason": "Erste Fassung"})
    assert taken["Location"] == "/kinds/dossier/trade/"
    shown = words(registry.get("/kinds/dossier/trade/"))
    assert all(one in shown for one in ("Größe", "Zahl · Pflicht", "groesse", "Fassung 1", "Erste Fassung"))


def test_what_a_change_touches_is_told_and_a_stale_one_is_refused(registry: Client, kind: DossierKind) -> None:
    opened(kind, cost="12")
    page = "/kinds/dossier/building/fields/"
    later = rows(FIELDS[0], Field("cost", "Baukosten", FieldType.DATE), *FIELDS[2:], base="1", do="check")
    told = words(registry.post(page, later))
    assert "1 Akten haben diese Art" in told
    assert "Baukosten: 1" in told
    assert registry.post(page, {**later, "do": "apply"}).status_code == 302
    stale = registry.post(page, {**rows(*FIELDS, base="1"), "do": "apply"})
    assert (stale.status_code, "inzwischen geändert" in words(stale)) == (422, True)


def test_fields_are_put_in_order_by_keyboard(registry: Client, kind: DossierKind) -> None:
    page = "/kinds/dossier/building/fields/"
    moved = registry.post(page, rows(*FIELDS, base="1", do="down:0")).content.decode()
    labels = re.findall(r'name="row\d-label" value="([^"]+)"', moved)
    assert labels == ["Baukosten", "Baugrundstück", "Denkmalschutz", "Verfahren"]
    assert re.search(r'value="down:1"\s+autofocus', moved)
    again = registry.post(page, rows(*FIELDS, base="1", do="up:1")).content.decode()
    assert re.search(r'value="down:0"\s+autofocus', again)
    version = current_version(kind)
    assert version is not None
    assert version.number == 1


def test_a_wrong_field_is_told_beside_it_and_its_row_is_open(registry: Client, kind: DossierKind) -> None:
    page = "/kinds/dossier/building/fields/"
    wrong = rows(*FIELDS[:3], Field("stage", "Verfahren", FieldType.CHOICE), base="1", do="check")
    answer = registry.post(page, wrong)
    assert answer.status_code == 422
    assert "Eine Auswahl braucht wenigstens einen Wert" in words(answer)
    dropped = registry.post(page, rows(*FIELDS[:3], base="1", do="check"))
    assert "Ein Feld wird stillgelegt, nicht gelöscht" in words(dropped)


def test_a_kind_of_documents_has_fields_too(registry: Client, kind: DossierKind) -> None:
    page = "/kinds/document/invoice/fields/"
    new = {"rows": "1", "row0-label": "Summe", "row0-type": "amount", "base": "0", "do": "apply"}
    assert registry.post(page, new)["Location"] == "/kinds/document/invoice/"
    assert "Summe" in words(registry.get("/kinds/document/invoice/"))


def test_only_the_registry_finds_the_pages_of_kinds(clerk: Client, registry: Client, kind: DossierKind) -> None:
    pages = ("", "add/", "dossier/building/", "dossier/building/fields/", "dossier/building/change/")
    for page in pages:
        assert clerk.get(f"/kinds/{page}").status_code == 404
        assert clerk.post(f"/kinds/{page}", {"label": "Fremd"}).status_code in (404, 405)
        assert registry.get(f"/kinds/{page}").status_code == 200
    assert registry.get("/kinds/persons/building/").status_code == 404
    assert "/kinds/" not in clerk.get("/plan/").content.decode()
    assert "/kinds/" in registry.get("/plan/").content.decode()


def test_a_kind_is_renamed_and_retired(registry: Client, kind: DossierKind) -> None:
    page = "/kinds/dossier/building/change/"
    answer = registry.post(page, {"label": "Bauakten", "description": "Alles", "state": "retired"})
    assert answer["Location"] == "/kinds/dossier/building/"
    assert "stillgelegt" in words(registry.get("/kinds/"))


def test_a_new_dossier_asks_the_fields_of_the_planned_kind_and_then_takes_them(
    clerk: Client, kind: DossierKind
) -> None:
    entry_change(REGISTRY, factories.plan_entry("61"), {"dossier_kind": kind})
    sent = {"plan_entry": "610", "title": "Lindenweg 4", "medium": "electronic", "kind": "-", "fields_of": ""}
    asked = clerk.post("/dossiers/add/", sent)
    assert (asked.status_code, Dossier.objects.count()) == (200, 0)
    assert "Felder der Aktenart „Bauakte“" in words(asked)
    assert 'value="Lindenweg 4"' in asked.content.decode()
    whole = {**sent, "kind": "building", "fields_of": "building"}
    refused = clerk.post("/dossiers/add/", {**whole, "field_cost": "viel"})
    assert refused.status_code == 422
    assert "ist keine Zahl" in words(refused)
    assert 'value="viel"' in refused.content.decode()
    missing = clerk.post("/dossiers/add/", whole)
    assert "Diese Angabe ist Pflicht" in words(missing)
    done = clerk.post(
        "/dossiers/add/", {**whole, "field_site": "Lindenweg 4", "field_cost": "1.234,56", "field_monument": "Ja"}
    )
    assert done.status_code == 302
    page = words(clerk.get(done["Location"]))
    assert all(one in page for one in ("Bauakte", "Baugrundstück Lindenweg 4", "1.234,56 €", "Denkmalschutz Ja"))


def test_the_fields_of_the_entry_in_the_address_are_there_at_once(clerk: Client, kind: DossierKind) -> None:
    entry_change(REGISTRY, factories.plan_entry("61"), {"dossier_kind": kind})
    page = clerk.get("/dossiers/add/?entry=610").content.decode()
    assert 'name="field_site"' in page
    assert "Straße und Hausnummer." in page
    sent = {"plan_entry": "610", "title": "x", "medium": "electronic", "kind": "-", "fields_of": "building"}
    assert clerk.post("/dossiers/add/", {**sent, "field_site": "y"}).status_code == 302


def test_fields_are_fetched_while_a_kind_is_chosen_and_keep_what_was_typed(clerk: Client, kind: DossierKind) -> None:
    dossier = opened(kind, cost="12")
    answer = clerk.post("/dossiers/fields/", {"kind": "building", "dossier": str(dossier.pk), "field_site": "Ahornweg"})
    text = answer.content.decode()
    assert 'value="Ahornweg"' in text
    assert 'value="12,00 €"' in text
    assert clerk.post("/dossiers/fields/", {"kind": ""}).content.decode().count("<input") == 1
    planned = clerk.post("/dossiers/fields/", {"kind": "-", "plan_entry": "nichts davon"})
    assert 'name="fields_of" value=""' in planned.content.decode()
    for shown, status in ((str(kind.pk), 204), ("", 200)):  # somebody may be typing in those that stay
        assert clerk.post("/dossiers/fields/", {"kind": "building", "fields_of": shown}).status_code == status


def test_another_kind_shows_its_fields_first_and_keeps_the_former_values_readable(
    clerk: Client, kind: DossierKind
) -> None:
    trade = kind_create(REGISTRY, "trade", {"label": "Gewerbeakte"})
    fields_change(REGISTRY, trade, [Field("site", "Anschrift", FieldType.TEXT)], now=timezone.now())
    dossier = opened(kind, cost="12")
    page = f"/dossiers/{dossier.pk}/describe/"
    sent = {"title": dossier.title, "medium": "electronic", "kind": "trade", "fields_of": "building"}
    asked = clerk.post(page, sent)
    assert "Felder der Aktenart „Gewerbeakte“" in words(asked)
    assert 'name="field_site" value="Lindenweg 4"' in asked.content.decode()
    clerk.post(page, {**sent, "fields_of": "trade", "field_site": "Lindenweg 4"})
    shown = words(clerk.get(f"/dossiers/{dossier.pk}/"))
    assert "Anschrift Lindenweg 4" in shown
    assert "1 frühere Angabe" in shown
    assert "Baukosten 12,00 €" in shown


def test_a_missing_mandatory_field_is_marked_on_the_page(clerk: Client, kind: DossierKind) -> None:
    dossier = opened(kind)
    later = Field("sign", "Zeichen", FieldType.TEXT, mandatory=True)
    fields_change(REGISTRY, kind, [*FIELDS, later], now=timezone.now())
    assert "Zeichen fehlt" in words(clerk.get(f"/dossiers/{dossier.pk}/"))


def test_the_past_shows_the_fields_as_they_were(registry: Client, kind: DossierKind) -> None:
    dossier = opened(kind, cost="12")
    page = words(registry.get(f"/dossiers/{dossier.pk}/past/?at=2999-01-01T00:00"))
    assert "Aktenart Bauakte" in page
    assert "Baukosten 12,00 €" in page


def test_the_plan_entry_names_the_kind_of_its_dossiers(registry: Client, kind: DossierKind) -> None:
    entry = factories.plan_entry("611")
    page = f"/plan/{entry.pk}/change/"
    form = registry.get(page).content.decode()
    assert '<option value="building">Bauakte</option>' in form
    sent = {"title": "Baulasten", "parent": "61", "dossier_kind": "building"}
    assert registry.post(page, sent).status_code == 302
    assert factories.plan_entry("611").dossier_kind_id == "building"
    assert "Bauakte" in words(registry.get(f"/plan/{entry.pk}/"))


def numbers(answer: Any) -> list[str]:
    return re.findall(r'row__number">([^<]+)<', answer.content.decode())


def test_the_list_is_narrowed_and_sorted_by_fields_of_the_kind(clerk: Client, kind: DossierKind) -> None:
    opened(kind, "Eins", site="Ahornweg 2", cost="900", stage="neu", monument="Ja")
    opened(kind, "Zwei", site="Buchenweg 1", cost="1.000,50", stage="fertig")
    opened(kind, "Drei", site="ahornweg 9")
    factories.dossier("Ohne Art")

    def listed(**asked: str) -> list[str]:
        return numbers(clerk.get("/dossiers/", {"kind": "building", **asked}))

    assert listed() == ["610-3", "610-2", "610-1"]
    assert listed(f_site="ahorn") == ["610-3", "610-1"]
    assert listed(f_cost_from="900", f_cost_to="1000") == ["610-1"]
    assert listed(f_cost_from="1000") == ["610-2"]
    assert listed(f_stage="fertig") == ["610-2"]
    assert listed(f_monument="Ja") == ["610-1"]
    assert listed(sort="cost") == ["610-1", "610-2", "610-3"]
    assert listed(sort="-cost") == ["610-2", "610-1", "610-3"]
    assert listed(sort="site") == ["610-1", "610-3", "610-2"]
    assert listed(sort="nothing") == ["610-3", "610-2", "610-1"]
    wrong = clerk.get("/dossiers/", {"kind": "building", "f_cost_from": "viel"})
    assert (len(numbers(wrong)), "ist keine Zahl" in words(wrong)) == (3, True)
    assert numbers(clerk.get("/dossiers/", {"q": "Buchenweg"})) == ["610-2"]


def test_values_of_a_former_type_are_neither_compared_nor_sorted_wrongly(clerk: Client, kind: DossierKind) -> None:
    opened(kind, "Eins", cost="900")
    dated = Field("cost", "Baukosten", FieldType.DATE)
    fields_change(REGISTRY, kind, [FIELDS[0], dated, *FIELDS[2:]], now=timezone.now())
    opened(kind, "Zwei", cost="1.2.2026")
    asked = {"kind": "building", "f_cost_from": "1.1.2026"}
    assert numbers(clerk.get("/dossiers/", asked)) == ["610-2"]
    assert len(numbers(clerk.get("/dossiers/", {"kind": "building", "sort": "cost"}))) == 2


def test_a_field_may_be_called_as_a_lookup_is(clerk: Client, kind: DossierKind) -> None:
    odd = [Field("contains", "Enthält", FieldType.TEXT), Field("gte", "Ab", FieldType.NUMBER)]
    fields_change(REGISTRY, kind, [*FIELDS, *odd], now=timezone.now())
    opened(kind, "Eins", contains="Holz", gte="5")
    for asked in ({"f_contains": "holz"}, {"f_gte_from": "5"}, {"sort": "gte"}, {"sort": "contains"}):
        assert numbers(clerk.get("/dossiers/", {"kind": "building", **asked})) == ["610-1"]


def test_the_list_is_taken_away_as_a_table_with_the_fields(
    clerk: Client, kind: DossierKind, browser_of: Callable[..., Client]
) -> None:
    opened(kind, "Eins", cost="1.234,56", monument="Nein")
    opened(kind, "Zwei", cost="7")
    answer = clerk.get("/dossiers/table/", {"kind": "building", "f_cost_from": "100"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    heads, row, *rest = answer.content.decode("utf-8-sig").splitlines()
    assert heads.split(";")[:4] == ["Aktenzeichen", "Betreff", "Aktenart", "Stand"]
    assert heads.split(";")[-4:] == ["Baugrundstück", "Baukosten", "Denkmalschutz", "Verfahren"]
    assert row.split(";")[0] == "610-1"
    assert row.split(";")[-4:] == ["Lindenweg 4", "1.234,56 €", "Nein", ""]
    assert rest == []
    far = browser_of(Role.CLERK, name="far", elsewhere=True)
    assert len(far.get("/dossiers/table/").content.decode("utf-8-sig").splitlines()) == 1


def test_list_and_table_cost_the_same_few_queries_however_long_they_are(
    clerk: Client, kind: DossierKind, django_assert_max_num_queries: Any
) -> None:
    asked = {"kind": "building", "f_site": "linden", "sort": "cost"}
    for number in range(3):
        opened(kind, f"Akte {number}", cost=str(number))
    with CaptureQueriesContext(connection) as few:
        clerk.get("/dossiers/", asked)
    with CaptureQueriesContext(connection) as few_rows:
        clerk.get("/dossiers/table/", asked)
    for number in range(9):
        opened(kind, f"Akte {number}", cost=str(number))
    with django_assert_max_num_queries(len(few)):
        clerk.get("/dossiers/", asked)
    with django_assert_max_num_queries(len(few_rows)):
        clerk.get("/dossiers/table/", asked)


def test_a_document_shows_and_takes_the_fields_of_its_kind(clerk: Client, kind: DossierKind) -> None:
    invoice = DocumentKind.objects.get(pk="invoice")
    asked = [Field("sum", "Summe", FieldType.AMOUNT, mandatory=True), Field("due", "Fällig", FieldType.DATE)]
    fields_change(REGISTRY, invoice, asked, now=timezone.now())
    document = factories.document(kind="invoice")
    page = f"/documents/{document.pk}/"
    assert "Summe fehlt" in words(clerk.get(page))
    refused = clerk.post(f"{page}fields/", {"field_sum": "viel", "field_due": "1.2.2026"})
    assert (refused.status_code, "ist keine Zahl" in words(refused)) == (422, True)
    assert 'value="viel"' in refused.content.decode()
    by_htmx = clerk.post(f"{page}fields/", {"field_sum": ""}, headers={"HX-Request": "true"})
    assert (by_htmx.status_code, "Diese Angabe ist Pflicht" in words(by_htmx)) == (200, True)
    taken = clerk.post(f"{page}fields/", {"field_sum": "1.000", "field_due": "1.2.2026"}, follow=True)
    assert "Summe 1.000,00 €" in words(taken)
    assert "Gespeichert: Felder der Dokumentart" in words(taken)
    stale = clerk.post(f"{page}fields/", {"field_sum": "1", "expected": "0" * 32})
    assert (stale.status_code, "geändert" in words(stale)) == (422, True)
    clerk.post(f"{page}undo/")
    assert "Summe fehlt" in words(clerk.get(page))


def test_the_fields_of_a_document_are_filled_in_by_who_may_correct_it(
    clerk: Client, kind: DossierKind, browser_of: Callable[..., Client]
) -> None:
    fields_change(REGISTRY, DocumentKind.objects.get(pk="invoice"), [Field("sum", "Summe", FieldType.AMOUNT)],
                  now=timezone.now())  # fmt: skip
    page = f"/documents/{factories.document(kind='invoice').pk}/"
    reader = browser_of(Role.ARCHIVIST, name="arno")
    assert 'name="field_sum"' in clerk.get(page).content.decode()
    assert 'name="field_sum"' not in reader.get(page).content.decode()
    assert reader.post(f"{page}fields/", {"field_sum": "1"}).status_code == 404
    assert browser_of(Role.CLERK, name="far", elsewhere=True).post(f"{page}fields/").status_code == 404


def test_all_that_is_wrong_with_a_new_dossier_is_told_at_once(registry: Client, kind: DossierKind) -> None:
    clearance_give(system_setup(), User.objects.get(username="rita"), Level.RESTRICTED, reason="Amt")
    sent = {
        "plan_entry": "", "title": "", "medium": "electronic", "location": "Keller", "kind": "building",
        "fields_of": "building", "field_site": "", "field_cost": "viel", "level": "1", "asks_purpose": "True",
    }  # fmt: skip
    answer = registry.post("/dossiers/add/", sent)
    told = words(answer).split("Bitte prüfen:")[1]
    wanted = [
        "Bitte den Eintrag wählen", "Bitte einen Betreff eingeben", "Einen Standort hat nur", "„viel“ ist keine Zahl",
        "Diese Angabe ist Pflicht.", "Nach dem Zweck wird nur gefragt", "Bitte den Grund angeben",
    ]  # fmt: skip
    assert [one for one in wanted if one not in told] == []
    assert ">Baugrundstück</a>: Diese Angabe ist Pflicht." in answer.content.decode()
    assert (answer.status_code, Dossier.objects.exists()) == (422, False)
    described = registry.post(f"/dossiers/{opened(kind).pk}/describe/", {**sent, "title": ""})
    assert all(one in words(described) for one in ("Bitte einen Betreff eingeben", "„viel“ ist keine Zahl"))


def test_what_has_to_be_filled_in_is_marked(registry: Client, kind: DossierKind) -> None:
    shown = words(registry.get("/dossiers/add/"))
    assert ("Betreff *" in shown, "Beschreibung *" in shown) == (True, False)
    assert "Warum? *" in words(registry.get(f"/dossiers/{opened(kind).pk}/renumber/"))


def test_the_heading_of_a_new_dossiers_secrecy_names_what_can_be_said_there(
    browser_of: Callable[..., Client], registry: Client, kind: DossierKind
) -> None:
    def heading(browser: Client) -> list[str]:
        return re.findall(r"<summary><h2>([^<]*)</h2>", browser.get("/dossiers/add/").content.decode())

    clerk = browser_of(Role.CLERK, name="carl")
    assert (heading(clerk), heading(registry)) == ([], ["Besonders geschützt"])
    for name in ("carl", "rita"):
        clearance_give(system_setup(), User.objects.get(username=name), Level.RESTRICTED, reason="Amt")
    assert (heading(clerk), heading(registry)) == (["Vertraulich"], ["Vertraulich oder besonders geschützt"])
