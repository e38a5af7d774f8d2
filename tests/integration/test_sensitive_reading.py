"""Auditor's checklist 38: every reading of what is sensitive is kept with its purpose, at every door; and who asks who
has read it is kept as well."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from dms.access.actors import Actor, actor_for
from dms.access.models import User
from dms.access.permissions import Permission, Role
from dms.access.rule import NotAllowed
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.documents.facts import InvalidFact
from dms.records.documents.history import last_change
from dms.records.dossiers.describing import DossierFacts
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.keeping import dossier_describe
from dms.records.fields.changing import fields_change
from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import Entered
from dms.records.fields.keeping import kind_create
from dms.records.models import Document, Dossier
from dms.records.parties.roles import role_create, roles_setup
from dms.records.protection.marking import sensitive_mark, sensitive_unmark
from dms.records.protection.readers import who_read
from dms.records.protection.reading import PurposeNeeded, Way, note_reading
from dms.records.protection.sensitivity import SensitiveClass, protections
from search.chosen import search_index
from search.indexer import drain
from search.source import RecordsSource
from tests import factories
from tests.addresses import PART
from tests.integration.test_every_address import ROUTES, ask

API = "/api/v1/"
CONTENT = "Schwangerschaft"
"""Stands on the page of the sensitive document."""
EVERYWHERE = Actor("user:registry", everywhere=frozenset(Permission))
READS = frozenset({
    "document_id", "dossier_id", "case_id", "participation_id", "relation_id", "volume_id", "loan_id", "thing_id",
})  # fmt: skip
"""Parts of an address that name a record, or something about one."""
NAME_NO_RECORD = frozenset({
    "entry_id", "item_id", "party_id", "name", "verb", "form", "number", "version", "grant_id", "slug", "sort",
    "body_id", "member_id", "person_id", "username", "clearance_id", "token_id", "passkey_id", "identity_id",
    "handle",
})  # fmt: skip
TELLING = ("Mutterschutz", "Absenderin", "Vermerk der Amtsärztin", "Pflegestufe")
"""Stand in text, sender, description and values of fields of what is sensitive."""
OTHER_PAGES = {
    "dossiers/<uuid:dossier_id>/purpose/", "dossiers/<uuid:dossier_id>/sensitive/", "dossiers/<uuid:dossier_id>/level/",
    "dossiers/<uuid:dossier_id>/rights/", "dossiers/<uuid:dossier_id>/rights/restrict/",
    "dossiers/<uuid:dossier_id>/rights/<int:grant_id>/", "dossiers/<uuid:dossier_id>/readers/",
    "dossiers/<uuid:dossier_id>/rights/history/", "dossiers/<uuid:dossier_id>/rights/history/csv/",
    "documents/<uuid:document_id>/level/", "api/v1/documents/<uuid:document_id>/level/",
    "api/v1/dossiers/<uuid:dossier_id>/level/", "api/v1/dossiers/<uuid:dossier_id>/sensitive/",
    "api/v1/dossiers/<uuid:dossier_id>/readers/", "api/v1/dossiers/<uuid:dossier_id>/readers/export/",
    *(f"api/v1/dossiers/<uuid:dossier_id>/rights/{end}" for end in (
        "", "restrict/", "open/", "explanation/", "history/", "history/export/",
    )),
}  # fmt: skip
"""Show nothing of what is in the dossier: about its rights, or the form that asks for the purpose."""


@dataclass
class Ward:
    dossier: Dossier
    document: Document
    beside: Document
    """In a dossier that is not sensitive."""
    user: User
    browser: Client
    program: Client
    there: dict[str, Any]

    def reads(self) -> list[tuple[str, str, str]]:
        """Way, purpose and kind of the record of each reading so far, the oldest first."""
        rows = EventRow.objects.filter(name="record:read").order_by("id")
        told = [(json.loads(row.body), row.target.partition(":")[0].removeprefix("records.")) for row in rows]
        return [(body["facts"]["way"], body["reason"], kind) for body, kind in told]


@pytest.fixture
def ward(db: None, store: Path) -> Ward:
    """One sensitive dossier that asks for a purpose, with a case and a document in it."""
    scope = factories.town()
    factories.file_plan(scope=scope)
    user = factories.user_with(Role.CLERK, Role.ARCHIVIST, Role.REGISTRY, Role.RIGHTS, Role.REVISION, name="petra")
    dossier, plain = factories.dossier("Personalakte Meier"), factories.dossier("Offene Akte")
    case = factories.case(dossier)
    document = factories.document(
        [f"Mutterschutz wegen {CONTENT}"], title="Antrag auf Elternzeit", rendition=b"%PDF", sender="Absenderin",
        of=factories.item(filename="antrag.txt"),
    )  # fmt: skip
    beside = factories.document([f"Kurs: {CONTENT}"], title="Kursprogramm")
    for one, place in ((document, Place(dossier, case)), (beside, Place(plain))):
        documents_file(EVERYWHERE, [one], place, now=timezone.now())
    drain(search_index(), RecordsSource())
    mark(dossier)
    browser = Client()
    browser.force_login(user)
    program = Client(headers={"authorization": f"Bearer {factories.token_of(user)}"})
    there = {
        "document_id": document.pk, "dossier_id": dossier.pk, "case_id": case.pk, "number": 1, "version": 1,
        "form": "csv", "name": "title", "verb": "close", "grant_id": user.grants.all()[0].pk,
        "item_id": document.item_id, "sort": "dossier", "thing_id": dossier.pk, **around(user, dossier, plain),
    }  # fmt: skip
    return Ward(dossier, document, beside, user, browser, program, there)


def around(user: User, dossier: Dossier, plain: Dossier) -> dict[str, Any]:
    """What lies about the dossier and has an address of its own; with something telling in each place."""
    kind = kind_create(EVERYWHERE, "staff", {"label": "Personalakte"})
    fields_change(EVERYWHERE, kind, [Field("care", "Pflege", FieldType.TEXT)], now=timezone.now())
    facts = DossierFacts(kind=kind, fields=Entered({"care": "Pflegestufe"}), description="Vermerk der Amtsärztin")
    dossier_describe(EVERYWHERE, dossier, facts)
    party = factories.party("Yıldız", home=plain)
    roles_setup(EVERYWHERE)
    taken_part = factories.takes_part(party, dossier, role=role_create(actor_for(user), "Vormund").pk)
    loan = factories.loan(dossier)
    return {
        "party_id": party.pk, "participation_id": taken_part.pk, "volume_id": loan.volume_id, "loan_id": loan.pk,
        "relation_id": factories.related(plain, dossier).pk,
    }  # fmt: skip


def mark(dossier: Dossier, *, asks: bool = True) -> None:
    sensitive_mark(EVERYWHERE, dossier, SensitiveClass.PERSONNEL, asks_purpose=asks, reason="§ 106 BBG")


def doors(ward: Ward, *, but: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """Every address about the document, the dossier or the case, or about something that belongs to one."""
    wanted = [route for route in ROUTES if {name for _kind, name in PART.findall(route)} & READS]
    return [
        "/" + PART.sub(lambda part: str(ward.there[part[2]]), route)
        for route in wanted
        if route not in but and {name for _kind, name in PART.findall(route)} <= set(ward.there)
    ]


def test_auditor_38_the_walk_knows_what_each_part_of_an_address_names(ward: Ward) -> None:
    """One that nobody has thought about fails here."""
    parts = {name for route in ROUTES for _converter, name in PART.findall(route)}
    assert parts == READS | NAME_NO_RECORD
    assert set(ward.there) >= READS


def test_auditor_38_no_door_shows_anything_sensitive_before_the_purpose_is_said(ward: Ward) -> None:
    """Nor changes it: an address that is only for changes is asked too."""
    form, shown = f"/dossiers/{ward.dossier.pk}/purpose/", []
    addresses = doors(ward, but=OTHER_PAGES)
    assert len(addresses) > 60
    before = EventRow.objects.count()
    for address in addresses:
        program, answers = address.startswith(API), []
        for method in ("get", "post", "patch", "put", "delete") if program else ("get", "post"):
            client = ward.program if program else ward.browser
            kind = "application/json" if program else "application/x-www-form-urlencoded"
            answer: Any = client.generic(method.upper(), address, content_type=kind)
            asked = answer.status_code == 428 or (answer.status_code == 302 and answer["Location"].startswith(form))
            answers.append(answer.status_code if not asked else 0)
        if set(answers) - {405, 0} or 0 not in answers:
            shown.append((address, answers))
    assert shown == []
    assert EventRow.objects.count() == before, "nothing was changed, and nothing was read"
    for route in sorted(OTHER_PAGES):
        address = "/" + PART.sub(lambda part: str(ward.there[part[2]]), route)
        body = (ward.program if address.startswith(API) else ward.browser).get(address).content.decode()
        assert "Elternzeit" not in body.replace("„Antrag auf Elternzeit bearbeiten“", "") or "documents/" in address
        assert CONTENT not in body


def test_auditor_38_lists_name_what_is_sensitive_and_tell_nothing_of_it(ward: Ward) -> None:
    """Whatever address without a purpose: lists, hits, suggestions, tables, parties, the inbox."""
    told, named = [], 0
    queries = ("", "?q=Elternzeit", "?q=Personalakte", "?kind=staff&f_care=Pflege", f"?document={ward.document.pk}")
    for route in ROUTES:
        if {name for _converter, name in PART.findall(route)} <= set(ward.there) and "purpose" not in route:
            for query in queries:
                address = "/" + PART.sub(lambda part: str(ward.there[part[2]]), route) + query
                answer: Any = (ward.program if address.startswith(API) else ward.browser).get(address)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                found = [word for word in TELLING if word in body.decode("utf-8", "replace")]
                named += "Personalakte Meier" in body.decode("utf-8", "replace")
                if found:
                    told.append((address, found))
    assert told == []
    assert named > 10, "it can be found"
    lent = ward.browser.post("/dossiers/fields/", {"dossier": str(ward.dossier.pk), "kind": "staff"})
    assert lent.status_code == 302, "a form about it is asked too"
    party, files = f"/parties/{ward.there['party_id']}/", f"{API}parties/{ward.there['party_id']}/files/"
    assert "Vormund" not in ward.browser.get(party).content.decode()
    assert [one["role"] for one in ward.program.get(files).json()] == [None]
    assert ward.reads() == []


def test_auditor_38_what_is_told_to_a_person_about_themselves_is_read_for_that(ward: Ward) -> None:
    here = f"{API}parties/{ward.there['party_id']}/information/"
    answer: Any = ward.program.post(here, {"form": "json"}, content_type="application/json")
    assert "Vormund" in answer.content.decode()
    assert ward.reads() == [("export", "Auskunft nach Art. 15 DSGVO", "dossier")]


def test_auditor_38_every_reading_is_kept_with_its_purpose_once_it_is_said(ward: Ward) -> None:
    form = f"/dossiers/{ward.dossier.pk}/purpose/"
    here = f"/documents/{ward.document.pk}/"
    asked: Any = ward.browser.get(here, follow=True)
    assert "Personalakten" in asked.content.decode()
    assert ward.browser.post(f"{form}?next={here}", {"purpose": " "}).status_code == 422
    told: Any = ward.browser.post(f"{form}?next={here}", {"purpose": "Elternzeit prüfen"})
    assert told["Location"] == here
    ward.browser.get(here)
    ward.browser.get(f"{here}text/")
    ward.browser.get(f"/dossiers/{ward.dossier.pk}/")
    ward.browser.get(f"/dossiers/{ward.dossier.pk}/history/csv/")
    ward.browser.get(f"{API}documents/{ward.document.pk}/original/")
    assert ward.reads() == [
        ("page", "Elternzeit prüfen", "document"),
        ("text", "Elternzeit prüfen", "document"),
        ("page", "Elternzeit prüfen", "dossier"),
        ("export", "Elternzeit prüfen", "dossier"),
        ("download", "Elternzeit prüfen", "document"),
    ]
    assert list(verify_all(Tally())) == []


def test_auditor_38_pictures_of_a_page_that_is_open_are_part_of_its_reading_and_alone_they_are_one(ward: Ward) -> None:
    picture = f"{API}documents/{ward.document.pk}/pages/1/image/"
    said = {"Registratur-Purpose": "Lohn prüfen"}
    assert ward.program.get(picture).status_code == 428
    for _again in range(3):
        assert ward.program.get(picture, headers=said).status_code == 200
        assert ward.program.get(f"{API}documents/{ward.document.pk}/thumbnail/", headers=said).status_code == 200
    assert ward.reads() == [("image", "Lohn prüfen", "document")]
    ward.program.get(f"{API}documents/{ward.document.pk}/", headers=said)
    assert [way for way, _why, _what in ward.reads()] == ["image", "data"]


def test_auditor_38_a_program_is_told_how_to_say_the_purpose_and_umlauts_arrive(ward: Ward) -> None:
    here = f"{API}documents/{ward.document.pk}/pages/"
    refused: Any = ward.program.get(here)
    assert (refused.status_code, refused.json()["code"]) == (428, "purpose_needed")
    assert "Registratur-Purpose" in refused.json()["detail"]
    ward.program.get(here, headers={"Registratur-Purpose": "Prüfung".encode().decode("latin-1")})
    assert ward.reads() == [("text", "Prüfung", "document")]


def test_auditor_38_where_no_purpose_is_asked_for_the_reading_is_kept_all_the_same(ward: Ward) -> None:
    mark(ward.dossier, asks=False)
    assert ward.browser.get(f"/documents/{ward.document.pk}/").status_code == 200
    assert ward.reads() == [("page", "", "document")]


def test_what_is_not_sensitive_is_read_without_a_trace(ward: Ward) -> None:
    for address in (f"/documents/{ward.beside.pk}/", f"{API}documents/{ward.beside.pk}/original/", "/dossiers/"):
        (ward.program if address.startswith(API) else ward.browser).get(address)
    assert ward.reads() == []


def test_a_reading_of_what_is_not_sensitive_costs_one_query(
    ward: Ward, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    beside, actor = Document.objects.get(pk=ward.beside.pk), actor_for(ward.user)
    with django_assert_num_queries(1):
        note_reading(actor, beside, Way.PAGE)


def test_a_list_of_hits_shows_neither_text_nor_picture_of_what_is_sensitive(ward: Ward) -> None:
    hits = ward.program.get(f"{API}search/?q={CONTENT}").json()["results"]
    assert sorted((hit["document"]["title"], bool(hit["snippet"])) for hit in hits) == [
        ("Antrag auf Elternzeit", False), ("Kursprogramm", True),
    ]  # fmt: skip
    page = ward.browser.get(f"/?q={CONTENT}").content.decode()
    assert f"{ward.document.pk}/thumbnail/" not in page
    assert (f"{ward.beside.pk}/thumbnail/" in page, "Der Inhalt zeigt sich erst beim Öffnen" in page) == (True, True)
    assert ward.reads() == []


def test_a_hit_does_not_tell_on_which_page_of_something_sensitive_the_words_stand(ward: Ward) -> None:
    item = factories.item(filename="gutachten.txt")
    report = factories.document(["Deckblatt", "Anschreiben", "Frostbeule"], title="Gutachten", of=item)
    documents_file(EVERYWHERE, [report], Place(ward.dossier), now=timezone.now())
    drain(search_index(), RecordsSource())
    [hit] = ward.program.get(f"{API}search/?q=Frostbeule").json()["results"]
    assert (hit["document"]["title"], hit["page"], hit["snippet"]) == ("Gutachten", 1, "")
    page = ward.browser.get("/?q=Frostbeule").content.decode()
    [shown] = re.findall(r"data-hit .*?</li>", page, re.DOTALL)
    assert "data-withheld" in shown
    assert "page=1&amp;" in shown
    assert re.search(r"Seite|3 Seiten|page=3", shown) is None
    both = f"/documents/{ward.beside.pk}/?q=Frostbeule+ODER+Kurs&page=1&hit="
    pages = [ward.browser.get(f"{both}{place}").content.decode() for place in (0, 1)]
    beside = [address for one in pages for address in re.findall(rf'href="(/documents/{report.pk}/[^"]*)"', one)]
    assert beside
    assert all("page=1&amp;" in address for address in beside)


def test_the_original_in_the_inbox_is_as_well_protected(ward: Ward) -> None:
    here = f"{API}inbox/{ward.document.item_id}/original/"
    assert ward.program.get(here).status_code == 428
    assert ward.program.get(here, headers={"Registratur-Purpose": "Prüfung"}).status_code == 200
    assert ward.reads() == [("download", "Prüfung", "document")]


def test_a_mark_holds_for_all_below_and_one_that_asks_above_asks_below(ward: Ward) -> None:
    entry, plain = factories.plan_entry("61"), Dossier.objects.get(title="Offene Akte")
    sensitive_mark(EVERYWHERE, entry, SensitiveClass.SOCIAL, asks_purpose=True, reason="§ 35 SGB I")
    sensitive_mark(EVERYWHERE, plain, SensitiveClass.HEALTH, asks_purpose=False, reason="Befunde")
    found = protections([plain.pk, ward.dossier.pk])[plain.pk]
    assert (found.sensitive, found.asks_purpose) == (SensitiveClass.HEALTH, True)
    with pytest.raises(PurposeNeeded, match="Gesundheit"):
        note_reading(actor_for(ward.user), plain, Way.PAGE)
    sensitive_unmark(EVERYWHERE, plain, reason="Irrtum")
    assert protections([plain.pk])[plain.pk].sensitive == SensitiveClass.SOCIAL
    assert list(verify_all(Tally())) == []


def test_marking_is_a_right_of_the_registry_with_a_reason_and_shows_in_the_history(ward: Ward) -> None:
    clerk = actor_for(factories.user_with(Role.CLERK, name="carl"))
    with pytest.raises(NotAllowed):
        sensitive_unmark(clerk, ward.dossier, reason="stört")
    with pytest.raises(InvalidFact, match="Grund"):
        sensitive_unmark(actor_for(ward.user), ward.dossier, reason=" ")
    page = ward.browser.post(
        f"/dossiers/{ward.dossier.pk}/sensitive/", {"sensitive": "", "reason": "kein Personal mehr"}, follow=True
    ).content.decode()
    assert "Besonderer Schutz aufgehoben" in page
    assert "Besonderer Schutz (leer) statt Personalakten" in page


def test_reading_leaves_no_trace_in_the_history_of_the_record_and_hinders_no_undo(ward: Ward) -> None:
    before = last_change(ward.document)
    actor = actor_for(ward.user, {"": "Prüfung"})
    note_reading(actor, Document.objects.get(pk=ward.document.pk), Way.PAGE)
    assert ward.reads() != []
    assert last_change(ward.document) == before
    assert "Gelesen" not in ward.browser.get(f"/documents/{ward.document.pk}/").content.decode()


def test_auditor_38_who_saw_file_x_is_answered_and_the_question_stands_in_its_own_answer(ward: Ward) -> None:
    note_reading(actor_for(ward.user, {"": "Prüfung"}), Document.objects.get(pk=ward.document.pk), Way.PAGE)
    auditor = actor_for(factories.user_with(Role.REVISION, name="regine"))
    since, until = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)
    found = who_read(auditor, ward.dossier, since, until, reason="Beschwerde")
    [read], [question] = found.reads, found.questions
    assert (read.who, read.how, read.why) == ("petra", "Seite geöffnet", "Prüfung")
    assert read.what == "ein Dokument oder Vorgang der Akte", "who audits reads no document, nor its title"
    assert (question.who, question.why) == ("regine", "Beschwerde")
    assert who_read(auditor, ward.dossier, since - timedelta(days=9), since, reason="früher").reads == []
    with pytest.raises(NotAllowed):
        who_read(actor_for(factories.user_with(Role.CLERK, name="carl")), ward.dossier, since, until, reason="Neugier")
    with pytest.raises(InvalidFact):
        who_read(auditor, ward.dossier, since, until, reason="")
    assert list(verify_all(Tally())) == []


def test_auditor_38_the_question_is_asked_on_a_page_by_rest_and_at_the_command_line(ward: Ward) -> None:
    note_reading(actor_for(ward.user, {"": "Prüfung"}), Document.objects.get(pk=ward.document.pk), Way.PAGE)
    here, today = f"/dossiers/{ward.dossier.pk}/readers/", timezone.localdate()
    asked = {"since": f"{today:%Y-%m-%d}", "until": f"{today:%Y-%m-%d}", "reason": "Beschwerde", "do": "show"}
    page = ward.browser.post(here, asked).content.decode()
    assert all(words in page for words in ("petra · „Antrag auf Elternzeit“", "Seite geöffnet", "Beschwerde"))
    table: Any = ward.browser.post(here, {**asked, "do": "csv"})
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    assert [row[4] for row in rows[1:]] == ["Seite geöffnet", "nach den Lesenden gefragt", "nach den Lesenden gefragt"]
    there, said = f"{API}dossiers/{ward.dossier.pk}/readers/", {"Registratur-Purpose": "Anfrage"}
    span = "?since=2000-01-01T00:00&until=2999-01-01T00:00"
    assert ward.program.get(f"{there}{span}").status_code == 428
    answer: Any = ward.program.get(f"{there}{span}", headers=said)
    assert [(one["actor"], one["why"]) for one in answer.json()["reads"]] == [("user:petra", "Prüfung")]
    assert answer.json()["questions"][-1]["why"] == "Anfrage"
    assert ward.program.get(f"{there}export/{span}", headers=said)["Content-Type"].startswith("text/csv")
    out = io.StringIO()
    call_command("audit", "seen", "610-1", "--since=2000-01-01", "--reason=Revision", stdout=out)
    assert "page opened;Prüfung" in out.getvalue()
    assert "(IT operations)" in out.getvalue(), "it bears the operator's login"
    with pytest.raises(CommandError, match="--reason"):
        call_command("audit", "seen", "610-1", "--since=2000-01-01")


def test_the_page_of_readers_is_for_those_who_audit(ward: Ward) -> None:
    clerk = Client()
    clerk.force_login(factories.user_with(Role.CLERK, name="carl"))
    here = f"/dossiers/{ward.dossier.pk}/readers/"
    assert clerk.get(here).status_code == 404
    auditor = Client()
    auditor.force_login(factories.user_with(Role.REVISION, name="regine"))
    assert auditor.get(here).status_code == 200
    assert auditor.get(f"/documents/{ward.document.pk}/").status_code == 404


def refusals() -> list[tuple[str, str]]:
    rows = EventRow.objects.filter(name="access:refused").order_by("id")
    return [(row.actor, json.loads(row.body)["facts"]["verb"]) for row in rows]


def test_refused_attempts_are_kept_once_and_tell_the_person_nothing(ward: Ward) -> None:
    stranger = Client()
    stranger.force_login(factories.user_with(Role.CLERK, name="fremd", scope=factories.another_scope()))
    missing = ask(stranger, "GET", f"/documents/{factories.unknown_id()}/")
    for _again in range(3):
        assert ask(stranger, "GET", f"/documents/{ward.document.pk}/") == missing
    assert missing[0] == 404
    stranger.get(f"{API}documents/{ward.document.pk}/original/")
    assert refusals() == [("user:fremd", "GET document"), ("user:fremd", "GET api:document-original")]
    found = who_read(EVERYWHERE, ward.dossier, timezone.now() - timedelta(hours=1), timezone.now(), reason="Vorfall")
    assert next((one.who, one.how) for one in found.refusals) == ("fremd", "abgewiesen: wollte es sehen (document)")
    assert list(verify_all(Tally())) == []


def test_a_refused_change_is_kept_and_what_is_merely_missing_is_not(ward: Ward) -> None:
    clerk = factories.program_of(factories.user_with(Role.CLERK, name="carl"))
    said = {"Registratur-Purpose": "Prüfung"}
    here = f"{API}dossiers/{ward.dossier.pk}/sensitive/"
    asked = {"sensitive": None, "reason": "stört"}
    assert clerk.put(here, asked, format="json", headers=said).status_code == 403
    assert refusals() == [("user:carl", "PUT api:dossier-sensitive")]
    assert clerk.get(f"{API}documents/{ward.document.pk}/pages/99/image/", headers=said).status_code == 404
    assert len(refusals()) == 1


def test_the_page_marks_with_and_without_asking_for_a_purpose(ward: Ward) -> None:
    here = f"/plan/{factories.plan_entry('61').pk}/sensitive/"
    for chosen, asks in (("True", True), ("", False)):
        ward.browser.post(here, {"sensitive": "social", "asks_purpose": chosen, "reason": "§ 35 SGB I"})
        entry = factories.plan_entry("61")
        assert (entry.sensitive, entry.asks_purpose) == ("social", asks)
    assert "Sozialdaten" in ward.browser.get(f"/plan/{entry.pk}/").content.decode()


def test_auditor_38_neither_filing_nor_copying_takes_a_document_out_of_its_protection(ward: Ward) -> None:
    said, open_file = {"Registratur-Purpose": "Umzug der Akte"}, Dossier.objects.get(title="Offene Akte")
    asked = {"documents": [str(ward.document.pk)], "dossier": str(open_file.pk)}
    for way in ("filing/", "filing/copy/"):
        first: Any = ward.program.post(f"{API}{way}", asked, content_type="application/json")
        assert (first.status_code, first.json()["code"]) == (428, "purpose_needed")
        refused: Any = ward.program.post(f"{API}{way}", asked, content_type="application/json", headers=said)
        assert (refused.status_code, refused.json()["code"]) == (409, "less_protected_there")
    form = f"/dossiers/{ward.dossier.pk}/purpose/"
    for query in ({}, {"copy": "1"}):
        given = {"document": str(ward.document.pk), "place": f"dossier:{open_file.pk}", **query}
        for answer in (ward.browser.get("/filing/", given), ward.browser.post("/filing/", given)):
            assert answer["Location"].startswith(form)
    ward.browser.post(form, {"purpose": "Umzug der Akte"})
    for query in ({}, {"copy": "1"}):
        given = {"document": str(ward.document.pk), "place": f"dossier:{open_file.pk}", **query}
        assert "das Dokument verlöre den Schutz" in ward.browser.post("/filing/", given).content.decode()
    assert set(Document.objects.filter(dossier=open_file)) == {ward.beside}
    mark(open_file)
    ward.browser.post(f"/dossiers/{open_file.pk}/purpose/", {"purpose": "Umzug der Akte"})
    assert (
        ward.program.post(f"{API}filing/copy/", asked, content_type="application/json", headers=said).status_code == 201
    )
    assert Document.objects.filter(dossier=open_file).count() == 2
