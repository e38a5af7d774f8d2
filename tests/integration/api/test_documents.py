"""`/documents/`: what became of the mail, and its kind corrected in one step."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from config.town import town_setup
from dms.access.permissions import Role
from dms.records.models import Document, TextState
from ingest.models import InboxItem
from tests import factories
from tests.factories import ClientOf

DOCUMENTS = "/api/v1/documents/"


def titles(answer: Any) -> list[str]:
    return [one["title"] for one in answer.json()["results"]]


def test_the_list_shows_the_newest_first(api: APIClient) -> None:
    for name in ("eins", "zwei", "drei"):
        factories.document(title=name)
    assert titles(api.get(DOCUMENTS)) == ["drei", "zwei", "eins"]


def test_the_list_is_filtered(api: APIClient) -> None:
    factories.document(title="Antrag", of=factories.item(at=factories.MORNING.replace(year=2024)))
    factories.document(title="Rechnung", kind="invoice")
    factories.document(["", ""], title="Foto", kind=None, text_state=TextState.NONE)
    assert titles(api.get(DOCUMENTS, {"kind": "invoice"})) == ["Rechnung"]
    assert titles(api.get(DOCUMENTS, {"kind": ["", "invoice"]})) == ["Foto", "Rechnung"]
    assert titles(api.get(DOCUMENTS, {"year": "2024"})) == ["Antrag"]
    assert titles(api.get(DOCUMENTS, {"text_state": "none"})) == ["Foto"]
    assert titles(api.get(DOCUMENTS, {"state": "checked"})) == []


@pytest.mark.parametrize("query", [{"year": "0"}, {"year": "x"}, {"state": "x"}, {"text_state": "x"}, {"kind": "a\0b"}])
def test_a_wrong_filter_is_named(api: APIClient, query: dict[str, str]) -> None:
    answer = api.get(DOCUMENTS, query)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(query))


def test_the_list_costs_the_same_few_queries_however_long_it_is(
    api: APIClient, django_assert_max_num_queries: Any
) -> None:
    for _ in range(8):
        factories.document(attachments=["anlage.pdf"])
    api.get(DOCUMENTS)  # notes that the token is in use, which happens once a minute
    with django_assert_max_num_queries(11):
        assert len(api.get(DOCUMENTS).json()["results"]) == 16


def test_all_that_is_known_of_a_document(api: APIClient) -> None:
    document = factories.document(title="Antrag auf Wohngeld", rendition=b"%PDF")
    known = api.get(f"{DOCUMENTS}{document.id}/").json()
    assert known["title"] == "Antrag auf Wohngeld"
    assert known["kind"] == {"slug": "application", "label": "Antrag"}
    assert known["kind_guess"] == {"slug": "application", "label": "Antrag"}
    assert known["kind_because"] == [{"word": "beantrage", "weight": 0.4}]
    assert (known["page_count"], known["malware"], known["letter_date"]) == (1, "not_scanned", "2026-02-27")
    assert (known["no_rendition"], known["problem"]) == (None, None)
    assert known["original"]["sha256"] == InboxItem.objects.get(pk=document.item_id).sha256
    assert known["actions"] == ["classify", "correct", "file", "copy", "hand_in", "check_out"]
    assert known["duplicate_of"] is None


def test_the_links_lead_somewhere(api: APIClient) -> None:
    document = factories.document()
    links = api.get(f"{DOCUMENTS}{document.id}/").json()["links"]
    assert (links["rendition"], links["history"]) == (None, None)
    for address in filter(None, links.values()):
        assert api.get(address).status_code == 200, address


def test_a_document_says_why_something_is_missing(api: APIClient) -> None:
    document = factories.document([], problem="password_needed", text_state=TextState.UNREADABLE)
    known = api.get(f"{DOCUMENTS}{document.id}/").json()
    assert known["problem"]["code"] == "password_needed"
    assert "Kennwort" in known["problem"]["sentence"]
    assert "PDF/A" in known["no_rendition"]["sentence"]


def test_mail_and_its_attachments_know_each_other(api: APIClient) -> None:
    mail = factories.document(title="E-Mail", attachments=["plan.pdf"])
    attached = Document.objects.get(parent=mail)
    assert api.get(f"{DOCUMENTS}{mail.id}/").json()["attachments"] == [{"id": str(attached.id), "title": "plan.pdf"}]
    assert api.get(f"{DOCUMENTS}{attached.id}/").json()["parent"] == {"id": str(mail.id), "title": "E-Mail"}


def test_a_stranger_learns_nothing(stranger: APIClient) -> None:
    document = factories.document()
    missing = stranger.get(f"{DOCUMENTS}{factories.unknown_id()}/")
    assert titles(stranger.get(DOCUMENTS)) == []
    for path in ("", "pages/", "history/"):
        hidden = stranger.get(f"{DOCUMENTS}{document.id}/{path}")
        assert (hidden.status_code, hidden.json()) == (404, missing.json())
    assert stranger.patch(f"{DOCUMENTS}{document.id}/", {"kind": None}, format="json").status_code == 404


def test_a_clerk_corrects_the_kind(api: APIClient) -> None:
    document = factories.document()
    answer = api.patch(f"{DOCUMENTS}{document.id}/", {"kind": "invoice"}, format="json")
    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["kind"]["slug"], changed["kind_source"], changed["state"]) == ("invoice", "person", "checked")
    none = api.patch(f"{DOCUMENTS}{document.id}/", {"kind": None}, format="json").json()
    assert (none["kind"], none["kind_source"]) == (None, "person"), "somebody decided so; unsure would be none"


def test_whoever_looks_for_unsure_ones_does_not_get_what_was_decided(api: APIClient) -> None:
    decided = factories.document(title="Zirkusplakat")
    factories.document(title="Fraglich", kind=None)
    factories.document(title="Antrag")
    api.patch(f"{DOCUMENTS}{decided.id}/", {"kind": None}, format="json")
    assert titles(api.get(DOCUMENTS, {"kind": ""})) == ["Fraglich"]
    assert titles(api.get(DOCUMENTS, {"kind": "-"})) == ["Zirkusplakat"]
    assert titles(api.get(DOCUMENTS, {"kind": ["-", "", "offer"]})) == ["Fraglich", "Zirkusplakat"]


def test_a_clerk_corrects_title_sender_and_date(api: APIClient) -> None:
    document = factories.document(title="Scan_0001", sender="Musterfrau")
    new = {"title": "Antrag auf Wohngeld", "sender": "", "letter_date": "2026-04-03"}
    answer = api.patch(f"{DOCUMENTS}{document.id}/", new, format="json")
    assert answer.status_code == 200
    changed = answer.json()
    assert {name: changed[name] for name in new} == new
    assert (changed["kind_source"], changed["state"]) == ("model", "received"), "of the kind nothing was said"
    undated = api.patch(f"{DOCUMENTS}{document.id}/", {"letter_date": None}, format="json").json()
    assert (undated["letter_date"], undated["title"]) == (None, "Antrag auf Wohngeld")


@pytest.mark.parametrize(
    ("content", "field", "words"),
    [
        ({"titel": "x"}, "titel", "gibt es nicht"),
        ({"title": "x", "received_at": "2026-04-03"}, "received_at", "nicht ändern"),
        ({"kind": "invoice", "state": "checked"}, "state", "nicht ändern"),
        ({"kind_source": "none"}, "kind_source", "nicht ändern"),
        ({"id": "x"}, "id", "nicht ändern"),
        ({"title": " "}, "title", "nicht leer"),
        ({"title": "x" * 301}, "title", "300 Zeichen"),
        ({"title": "\u200b"}, "title", "braucht einen Titel"),
        ({"letter_date": "3.4.2026"}, "letter_date", "JJJJ-MM-TT"),
        ({"letter_date": "1066-10-14"}, "letter_date", "Jahreszahl"),
        ({"letter_date": "2066-10-14"}, "letter_date", "Jahreszahl"),
        ({"sender": None}, "sender", "nicht null"),
        ({"kind": "unheard_of"}, "kind", "gibt es nicht"),
        ({}, "non_field_errors", "nichts"),
    ],
)
def test_what_cannot_be_changed_is_named_and_nothing_is(api: APIClient, content: Any, field: str, words: str) -> None:
    document = factories.document()
    answer = api.patch(f"{DOCUMENTS}{document.id}/", content, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    [sentence] = answer.json()["errors"][field]
    assert words in sentence
    assert answer.json()["detail"] == "Die Angaben sind unvollständig oder falsch."
    stored = Document.objects.get(pk=document.pk)
    assert (stored.title, stored.kind_id, stored.state) == ("Ein Brief", "application", "received")


def test_all_that_is_wrong_is_named_at_once_whatever_the_names_are(api: APIClient) -> None:
    address = f"{DOCUMENTS}{factories.document().id}/"
    answer = api.patch(address, {"title": "", "titel": "x", "id": "x"}, format="json")
    assert set(answer.json()["errors"]) == {"title", "titel", "id"}
    strange = api.generic("PATCH", address, '{"\\ud800": 1, "a\\u0000": 2}', content_type="application/json")
    assert (strange.status_code, len(strange.json()["errors"])) == (400, 2)


def test_the_same_bytes_are_pointed_out_to_who_may_read_the_first(
    scope: Any, api: APIClient, client_of: ClientOf
) -> None:
    office = factories.another_scope()
    hidden = factories.document(title="Geheim", of=factories.item(b"same", scope=office))
    first = factories.document(title="Das erste Mal", of=factories.item(b"same"))
    again = factories.document(title="Noch einmal", of=factories.item(b"same"))
    [third, second] = api.get(DOCUMENTS).json()["results"]
    expected = {
        "id": str(first.id),
        "title": "Das erste Mal",
        "received_at": second["received_at"],
        "link": f"http://testserver{DOCUMENTS}{first.id}/",
    }
    assert (third["duplicate_of"], second["duplicate_of"]) == (expected, None)
    assert api.get(f"{DOCUMENTS}{again.id}/").json()["duplicate_of"] == expected
    both = factories.user_with(Role.CLERK, name="both", scope=scope)
    reader = client_of(factories.user_with(Role.CLERK, name=both.username, scope=office))
    seen = reader.get(f"{DOCUMENTS}{again.id}/").json()["duplicate_of"]
    assert (seen["id"], seen["title"]) == (str(hidden.id), "Geheim")


@pytest.mark.parametrize(
    "content", [{"kind": "unheard_of"}, {}, [], {"kind": ["invoice"]}, {"kind": "a\0"}, "text", None]
)
def test_a_change_that_makes_no_sense_changes_nothing(api: APIClient, content: Any) -> None:
    document = factories.document()
    answer = api.patch(f"{DOCUMENTS}{document.id}/", content, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert Document.objects.get(pk=document.pk).kind_id == "application"


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b""])
def test_what_is_no_json_is_refused(api: APIClient, content: Any) -> None:
    document = factories.document()
    answer = api.generic("PATCH", f"{DOCUMENTS}{document.id}/", content, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_who_was_slower_is_told_so(api: APIClient) -> None:
    address = f"{DOCUMENTS}{factories.document().id}/"
    seen = api.get(address)["ETag"]
    first = api.patch(address, {"kind": "invoice"}, format="json", headers={"If-Match": seen})
    second = api.patch(address, {"kind": "offer"}, format="json", headers={"If-Match": seen})
    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 412, "changed_meanwhile")
    third = api.patch(address, {"kind": "offer"}, format="json", headers={"If-Match": f'"x", {first["ETag"]}'})
    assert (third.status_code, api.get(address).json()["kind"]["slug"]) == (200, "offer")


def test_who_may_only_read_corrects_nothing(scope: Any, client_of: ClientOf) -> None:
    document = factories.document()
    reader = client_of(factories.user_with(Role.ARCHIVIST, name="reader", scope=scope))
    assert reader.get(f"{DOCUMENTS}{document.id}/").json()["actions"] == []
    assert reader.patch(f"{DOCUMENTS}{document.id}/", {"kind": None}, format="json").status_code == 403


def test_a_correction_is_lost_on_nobody_who_was_slower(api: APIClient) -> None:
    address = f"{DOCUMENTS}{factories.document().id}/"
    seen = api.get(address)["ETag"]
    assert api.patch(address, {"title": "Erster"}, format="json", headers={"If-Match": seen}).status_code == 200
    late = api.patch(address, {"title": "Zweiter"}, format="json", headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert api.get(address).json()["title"] == "Erster"


def test_the_kinds_can_be_listed(api: APIClient) -> None:
    town_setup()
    kinds = api.get("/api/v1/document-kinds/").json()
    assert {"slug": "invoice", "label": "Rechnung"} in kinds
    assert len(kinds) >= 12


def test_the_history_tells_who_did_what(scope: Any, api: APIClient, client_of: ClientOf) -> None:
    document = factories.document()
    api.patch(f"{DOCUMENTS}{document.id}/", {"kind": "invoice"}, format="json")
    archivist = client_of(factories.user_with(Role.ARCHIVIST, name="archivist", scope=scope))
    events = archivist.get(f"{DOCUMENTS}{document.id}/history/").json()
    assert [one["event"] for one in events][-2:] == ["item:done", "document:classified"]
    assert (events[-1]["actor"], events[-1]["text"]) == ("user:clerk", "Dokumentart festgelegt")
    assert {"field": "kind_id", "before": "application", "after": "invoice"} in events[-1]["changes"]
    api.patch(f"{DOCUMENTS}{document.id}/", {"title": "Rechnung"}, format="json")
    corrected = archivist.get(f"{DOCUMENTS}{document.id}/history/").json()[-1]
    assert (corrected["event"], corrected["actor"]) == ("document:corrected", "user:clerk")
    assert corrected["changes"] == [{"field": "title", "before": "Ein Brief", "after": "Rechnung"}]
    assert api.get(f"{DOCUMENTS}{document.id}/history/").status_code == 404
