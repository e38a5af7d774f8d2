"""Documents are split and merged: new ones come to be where the old ones lie, which stay as they are and are known."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.test import Client

from dms.access.actors import Actor, actor_for
from dms.access.levels import Level
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.adapters.chosen import object_store
from dms.audit.models import EventRow
from dms.records.documents.checking_out import CheckedOut, document_check_out
from dms.records.documents.facts import InvalidFact
from dms.records.documents.versions import version_of
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.keeping import dossier_close
from dms.records.dossiers.unmaking import can_unmake, documents_unmake
from dms.records.models import Document, Dossier, ObjectRole, Relation, StoredObject
from dms.records.protection.levels import document_set_level
from dms.records.relations.relating import relations_of
from ingest import assembling
from ingest.assembling import AssemblyBusy, PagesFixed
from ingest.deriving import SignatureInTheWay
from ingest.hand_in import version_hand_in
from ingest.intake import Delivery, KeyUsedForOtherBytes
from ingest.merging import NotInOnePlace, documents_merge
from ingest.models import InboxItem, ItemState, Source
from ingest.reading.page_assembly import PickedPage
from ingest.reading.text_layout import set_text
from ingest.reasons import Reason
from ingest.retries import item_retry
from ingest.samples.signing import sign_for
from ingest.splitting import document_split, told_pages
from ingest.version_pending import VersionPending
from ingest.work.attempt import Tools
from ingest.work.runner import advance_item
from tests import factories
from tests.integration.ingest.working import SetClock, in_processes, run_of, sabotage, work
from tests.proving import proven

pytestmark = pytest.mark.django_db
GAP = "\n" * 70
LETTERS = GAP.join(["Antrag auf Wohngeld", "Anlage Mietvertrag", "Antrag auf Elternzeit"])
TWO = [[PickedPage(1), PickedPage(2)], [PickedPage(3, 180)]]


@pytest.fixture
def clerk(tools: Tools) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, Role.REGISTRY, name="carl"))


@pytest.fixture
def scan(tools: Tools, tmp_path: Path) -> Document:
    """Two letters in one file: two pages and one."""
    return document_of(pdf_of(LETTERS, tmp_path), "stapel.pdf", tools)


@pytest.fixture
def dossier(clerk: Actor) -> Dossier:
    return factories.dossier()


def pdf_of(text: str, folder: Path) -> bytes:
    set_text(text, folder / "set.pdf", most_pages=9)
    return (folder / "set.pdf").read_bytes()


def document_of(content: bytes, name: str, tools: Tools) -> Document:
    item = factories.item(content, name)
    work(tools)
    assert InboxItem.objects.get(pk=item.pk).state == ItemState.DONE, InboxItem.objects.get(pk=item.pk).detail
    return fresh(Document.objects.get(item_id=item.pk))


def fresh(document: Document) -> Document:
    found: Document = Document.objects.select_related("dossier", "case").get(pk=document.pk)
    return found


def made_of(document: Document) -> list[Document]:
    """In the order in which they were made."""
    rows = Relation.objects.filter(to_document=document, kind="made_from").order_by("made_at", "pk")
    return sorted((fresh(row.from_document) for row in rows if row.from_document), key=lambda one: one.filename)


def texts(document: Document) -> list[str]:
    version = version_of(document)
    assert version is not None
    return [page.page_text.text for page in version.pages.all()]


def content(document: Document) -> bytes:
    stored = StoredObject.objects.get(version=version_of(document), role=ObjectRole.ORIGINAL)
    with object_store().read(stored.key) as stream:
        return stream.read()


def names(chain: str) -> list[str]:
    return list(EventRow.objects.filter(chain=chain).order_by("number").values_list("name", flat=True))


def split(actor: Actor, document: Document, parts: Any = TWO, **more: Any) -> list[InboxItem]:
    return [receipt.item for receipt in document_split(actor, document, parts, clock=SetClock(), **more)]


def test_a_scan_of_two_letters_becomes_two_documents_beside_it(
    clerk: Actor, scan: Document, dossier: Dossier, tools: Tools
) -> None:
    case = factories.case(dossier)
    documents_file(clerk, [scan], Place(dossier, case), now=SetClock().now())
    before, original = fresh(scan), content(scan)
    split(clerk, fresh(scan))
    assert Document.objects.count() == 1, "they come to be when they are read"
    work(tools)
    first, second = made_of(scan)
    assert [texts(first), texts(second)] == [["Antrag auf Wohngeld", "Anlage Mietvertrag"], ["Antrag auf Elternzeit"]]
    assert {(one.dossier, one.case, one.scope_id) for one in (first, second)} == {(dossier, case, dossier.scope_id)}
    assert {(one.received_at, one.filed_by) for one in (first, second)} == {(scan.received_at, clerk.key)}
    roles = set(StoredObject.objects.filter(version__document=first).values_list("role", flat=True))
    assert {ObjectRole.ORIGINAL, ObjectRole.RENDITION, ObjectRole.THUMBNAIL, ObjectRole.PAGE_IMAGE} <= roles
    with pikepdf.open(io.BytesIO(content(second))) as pdf:
        assert [page.obj.get("/Rotate") for page in pdf.pages] == [180]
    assert list(Document.objects.exclude(pk=scan.pk).order_by("item_id")) == [first, second], "lists show them in order"
    assert (fresh(scan), content(scan)) == (before, original)
    assert fresh(scan).version_number == 1
    assert proven()


def test_both_sides_know_each_other_and_say_so_in_their_histories(
    clerk: Actor, scan: Document, dossier: Dossier, tools: Tools
) -> None:
    documents_file(clerk, [scan], Place(dossier), now=SetClock().now())
    split(clerk, fresh(scan))
    work(tools)
    first, second = made_of(scan)
    assert [(one.label, one.other) for one in relations_of(clerk, first)] == [("entstanden aus", scan)]
    assert {(one.label, one.other) for one in relations_of(clerk, scan)} == {
        ("daraus entstanden", first), ("daraus entstanden", second),
    }  # fmt: skip
    sentences = [told.sentence for told in dossier_history(dossier, clerk)]
    assert any(one.endswith("in 2 Dokumente: Seiten 1–2; Seite 3") and "Aufteilen begonnen" in one for one in sentences)
    assert sum("Daraus ist ein neues Dokument entstanden" in one for one in sentences) == 2
    assert sum("Aus anderem Dokument entstanden" in one for one in sentences) == 2


def test_in_the_inbox_the_new_ones_stand_among_the_mail(clerk: Actor, scan: Document, tools: Tools) -> None:
    items = split(clerk, scan)
    assert set(items) <= set(InboxItem.objects.visible_to(clerk))
    work(tools)
    first, _second = made_of(scan)
    assert (first.dossier, first.scope_id) == (None, scan.scope_id)
    assert "document:made" in names(first.chain)
    documents_file(clerk, [scan], Place(factories.dossier()), now=SetClock().now())
    assert set(items) <= set(InboxItem.objects.visible_to(clerk)), "they are to be filed still"
    assert proven()


def test_they_come_to_lie_where_the_document_lies_by_then(
    clerk: Actor, scan: Document, dossier: Dossier, tools: Tools
) -> None:
    split(clerk, scan)
    documents_file(clerk, [scan], Place(dossier), now=SetClock().now())
    document_set_level(factories.everywhere_actor(), fresh(scan), Level.RESTRICTED, reason="geheim")
    work(tools)
    assert {(one.dossier, one.level) for one in made_of(scan)} == {(dossier, Level.RESTRICTED)}
    assert proven()


def test_who_may_not_read_the_document_sees_nothing_of_what_is_made_of_it(
    clerk: Actor, scan: Document, dossier: Dossier, tools: Tools
) -> None:
    files = factories.another_scope("Akten der anderen")
    stranger = actor_for(factories.user_with(Role.CLERK, name="fremd", scope=files))
    inbox_only = actor_for(factories.user_with(Role.SCANNING, name="scan"))
    items = split(clerk, scan)
    assert not InboxItem.objects.reachable_by(stranger).filter(pk__in=[one.pk for one in items]).exists()
    documents_file(clerk, [scan], Place(dossier), now=SetClock().now())
    assert not InboxItem.objects.visible_to(inbox_only).filter(pk__in=[one.pk for one in items]).exists()
    assert InboxItem.objects.reachable_by(clerk).filter(pk__in=[one.pk for one in items]).count() == 2


def test_documents_are_merged_in_the_order_chosen(clerk: Actor, dossier: Dossier, tools: Tools, tmp_path: Path) -> None:
    letter = document_of(pdf_of("Der Brief", tmp_path), "brief.pdf", tools)
    annex = document_of(pdf_of("Die Anlage", tmp_path), "anlage.pdf", tools)
    documents_file(clerk, [letter, annex], Place(dossier), now=SetClock().now())
    documents_merge(clerk, [fresh(annex), fresh(letter)], clock=SetClock())
    work(tools)
    [merged] = made_of(letter)
    assert texts(merged) == ["Die Anlage", "Der Brief"]
    assert merged.dossier == dossier
    assert {one.other for one in relations_of(clerk, merged)} == {letter, annex}
    assert {one.name for one in EventRow.objects.filter(name="document:merged")} == {"document:merged"}
    assert EventRow.objects.filter(name="document:merged", chain=dossier.chain).count() == 2
    assert Document.objects.count() == 3
    assert proven()


def test_the_merged_one_is_as_secret_as_the_most_secret(
    clerk: Actor, dossier: Dossier, tools: Tools, tmp_path: Path
) -> None:
    registry = factories.everywhere_actor()
    both = [document_of(pdf_of(text, tmp_path), f"{text}.pdf", tools) for text in ("Offen", "Geheim")]
    documents_file(clerk, both, Place(dossier), now=SetClock().now())
    document_set_level(registry, fresh(both[1]), Level.RESTRICTED, reason="geheim")
    item = documents_merge(registry, [fresh(one) for one in both], clock=SetClock()).item
    assert not InboxItem.objects.reachable_by(clerk).filter(pk=item.pk).exists(), "its name would tell"
    work(tools)
    assert made_of(both[0])[0].level == Level.RESTRICTED


def test_only_what_lies_in_one_place_is_merged(clerk: Actor, scan: Document, tools: Tools, tmp_path: Path) -> None:
    other = document_of(pdf_of("Woanders", tmp_path), "anders.pdf", tools)
    documents_file(clerk, [other], Place(factories.dossier()), now=SetClock().now())
    with pytest.raises(NotInOnePlace):
        documents_merge(clerk, [scan, fresh(other)], clock=SetClock())
    for few in ([scan], [scan, scan]):
        with pytest.raises(InvalidFact):
            documents_merge(clerk, few, clock=SetClock())


def test_what_is_signed_encrypted_or_a_text_stays_whole(
    clerk: Actor, scan: Document, tools: Tools, tmp_path: Path
) -> None:
    signed = document_of(sign_for("Erika Mustermann", pdf_of(LETTERS, tmp_path)), "vertrag.pdf", tools)
    with pytest.raises(SignatureInTheWay, match="elektronisch signiert"):
        split(clerk, signed)
    with pytest.raises(SignatureInTheWay):
        documents_merge(clerk, [scan, signed], clock=SetClock())
    text = document_of(b"Guten Tag", "brief.txt", tools)
    with pytest.raises(PagesFixed, match="PDF- und Bilddateien"):
        documents_merge(clerk, [scan, text], clock=SetClock())
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(LETTERS, tmp_path))) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="geheim", user=""))
    with pytest.raises(PagesFixed, match="verschlüsselt"):
        split(clerk, document_of(locked.getvalue(), "geschuetzt.pdf", tools))
    assert not Relation.objects.exists()


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [[]],
        [[PickedPage(1)], []],
        [[PickedPage(1)], [PickedPage(1)]],
        [[PickedPage(1)], [PickedPage(4)]],
        [[PickedPage(1, 45)], [PickedPage(2)]],
        [[PickedPage(1), PickedPage(2), PickedPage(3)]],
        [[PickedPage(1)]] * 101,
    ],
    ids=["none", "empty", "one empty", "twice", "not there", "askew", "not split", "too many"],
)
def test_what_makes_no_sense_is_refused(clerk: Actor, scan: Document, parts: Any) -> None:
    stored = set(object_store().keys())
    with pytest.raises(InvalidFact):
        split(clerk, scan, parts)
    assert set(object_store().keys()) == stored


def test_who_may_not_is_refused_before_any_work(clerk: Actor, scan: Document, tools: Tools, clock: SetClock) -> None:
    reader = actor_for(factories.user_with(Role.ARCHIVIST, name="lea"))
    with pytest.raises(NotAllowed):
        split(reader, scan)
    document_check_out(actor_for(factories.user_with(Role.CLERK, name="kim")), scan, now=clock.now())
    with pytest.raises(CheckedOut):
        split(clerk, scan)
    assert InboxItem.objects.count() == 1


def test_while_a_new_version_is_read_nothing_is_split(clerk: Actor, scan: Document, tmp_path: Path) -> None:
    newer = io.BytesIO(pdf_of("Ganz anders", tmp_path))
    version_hand_in(clerk, scan, newer, Delivery("neu.pdf", Source.UPLOAD), clock=SetClock())
    with pytest.raises(VersionPending):
        split(clerk, scan)


def test_in_a_dossier_that_is_closed_meanwhile_nothing_comes_to_be_until_it_is_open_again(
    clerk: Actor, scan: Document, dossier: Dossier, tools: Tools
) -> None:
    documents_file(clerk, [scan], Place(dossier), now=SetClock().now())
    item, _other = split(clerk, fresh(scan))
    dossier_close(clerk, dossier, now=SetClock().now())
    work(tools)
    item.refresh_from_db()
    assert (item.state, item.reason) == (ItemState.REFUSED.value, Reason.FILE_CLOSED.value)
    assert made_of(scan) == []
    assert names(dossier.chain).count("document:not_made") == 2
    with pytest.raises(DossierClosed):
        split(clerk, fresh(scan))
    from dms.records.dossiers.keeping import dossier_reopen

    dossier_reopen(clerk, dossier, reason="zu früh", now=SetClock().now())
    item_retry(clerk, item)
    work(tools)
    assert [one.dossier for one in made_of(scan)] == [dossier]
    assert proven()


def test_the_same_request_twice_makes_them_once(clerk: Actor, scan: Document, tools: Tools) -> None:
    first = document_split(clerk, scan, TWO, once="form-1", clock=SetClock())
    again = document_split(clerk, scan, TWO, once="form-1", clock=SetClock())
    assert [one.item for one in again] == [one.item for one in first]
    assert (first[0].created, again[0].created) == (True, False)
    with pytest.raises(KeyUsedForOtherBytes):
        documents_merge(clerk, [scan, factories.document()], once="form-1", clock=SetClock())
    work(tools)
    assert len(made_of(scan)) == 2


def test_a_split_that_was_a_slip_is_taken_back_and_leaves_nothing_in_the_inbox(
    clerk: Actor, scan: Document, tools: Tools
) -> None:
    split(clerk, scan)
    work(tools)
    made, other = made_of(scan), actor_for(factories.user_with(Role.CLERK, name="kim"))
    assert not can_unmake(other, made[0], now=tools.clock.now())
    assert can_unmake(clerk, made[0], now=tools.clock.now())
    documents_unmake(clerk, made, now=tools.clock.now())
    assert list(Document.objects.all()) == [scan]
    assert InboxItem.objects.visible_to(clerk).count() == 1
    assert names(scan.chain)[-1] == "document:unmade"
    assert not can_unmake(clerk, scan, now=tools.clock.now())
    assert proven()


def test_only_so_many_are_put_together_at_once(clerk: Actor, scan: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembling, "PATIENCE", 0.01)
    taken = [assembling._room.acquire(blocking=False) for _ in range(assembling.MOST_AT_ONCE)]
    try:
        with pytest.raises(AssemblyBusy):
            split(clerk, scan)
    finally:
        for _ in filter(None, taken):
            assembling._room.release()
    monkeypatch.setattr(assembling, "MOST_PAGES", 2)
    with pytest.raises(PagesFixed, match="höchstens 2 Seiten"):
        split(clerk, scan)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_makes_each_of_them_once(
    clerk: Actor, scan: Document, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = split(clerk, scan)
    register = run_of("register")

    def die_after(context: Any) -> Any:
        register(context)
        os._exit(9)

    with monkeypatch.context() as patched:
        sabotage(patched, "register", die_after)
        for item in items:
            assert in_processes(1, lambda key=item.pk: advance_item(key, tools)) == [9]  # type: ignore[misc]
    work(tools)
    work(tools)
    assert [texts(one)[0] for one in made_of(scan)] == ["Antrag auf Wohngeld", "Antrag auf Elternzeit"]
    assert Document.objects.count() == 3
    assert proven()


def test_a_page_that_is_named_by_ranges() -> None:
    assert told_pages([PickedPage(n) for n in (1, 2, 3, 7, 5)]) == "Seiten 1–3, 7, 5"
    assert told_pages([PickedPage(4)]) == "Seite 4"


def test_programs_and_people_split_and_merge(clerk: Actor, scan: Document, dossier: Dossier, tools: Tools) -> None:
    user = factories.user_with(Role.CLERK, name="carl")
    documents_file(clerk, [scan], Place(dossier), now=SetClock().now())
    api, browser = factories.program_of(user), Client()
    path = f"/api/v1/documents/{scan.pk}/"
    assert {"split", "merge"} <= set(api.get(path).json()["actions"])
    asked = {"parts": [{"pages": [{"page": 1}, {"page": 2}]}, {"pages": [{"page": 3, "turn": 180}]}]}
    stale = api.post(f"{path}split/", asked, format="json", HTTP_IF_MATCH='"0"')
    assert stale.status_code == 412
    answer = api.post(f"{path}split/", asked, format="json", HTTP_IDEMPOTENCY_KEY="eins")
    assert (answer.status_code, [one["source"] for one in answer.json()]) == (201, ["split", "split"])
    again = api.post(f"{path}split/", asked, format="json", HTTP_IDEMPOTENCY_KEY="eins")
    assert ([one["id"] for one in again.json()], again["Idempotent-Replayed"]) == (
        [one["id"] for one in answer.json()], "true",
    )  # fmt: skip
    browser.force_login(user)
    here = f"/documents/{scan.pk}/"
    assert "Ein neues Dokument wird gelesen: stapel (1).pdf" in browser.get(here).content.decode()
    assert "Ein neues Dokument wird gelesen" in browser.get(f"/dossiers/{dossier.pk}/").content.decode()
    work(tools)
    assert "Die neuen Dokumente sind da." in browser.get(f"{here}derived/").content.decode()
    assert browser.get(here).content.decode().count("daraus entstanden") >= 2
    ids = [str(one.pk) for one in made_of(scan)]
    merged = api.post("/api/v1/documents/merge/", {"documents": ids[::-1], "comment": "doch eins"}, format="json")
    assert (merged.status_code, merged.json()["source"]) == (201, "merge")
    hidden = {"documents": [ids[0], str(factories.unknown_id())]}
    assert api.post("/api/v1/documents/merge/", hidden, format="json").status_code == 404
    page = browser.get("/documents/merge/", {"document": ids}).content.decode()
    assert all(words in page for words in ("Dokumente zusammenfügen", f'name="place-{ids[0]}"'))
    form = {"document": ids, f"place-{ids[0]}": "2", f"place-{ids[1]}": "1", "once": "f"}
    for _twice in range(2):
        shown: Any = browser.post("/documents/merge/", form, follow=True)
        assert "Das neue Dokument ist angenommen" in shown.content.decode()
    work(tools)
    both = made_of(fresh(Document.objects.get(pk=ids[0])))
    assert [texts(one)[0] for one in both] == ["Antrag auf Elternzeit", "Antrag auf Elternzeit"], "as they were ordered"
    assert "auswählen" in browser.get(f"/dossiers/{dossier.pk}/").content.decode()


def test_the_form_of_pages_splits_too(clerk: Actor, scan: Document, tools: Tools) -> None:
    browser = Client()
    browser.force_login(factories.user_with(Role.CLERK, name="carl"))
    here = f"/documents/{scan.pk}/edit-pages/"
    assert "Hier beginnt ein neues Dokument" in browser.get(here).content.decode()
    nothing: Any = browser.post(here, {"do": "split"})
    assert "an der ein neues Dokument beginnt" in nothing.content.decode()
    shown: Any = browser.post(here, {"do": "split", "gone-2": "on", "starts-2": "on", "turn-3": "90"}, follow=True)
    assert "2 neue Dokumente sind angenommen" in shown.content.decode()
    work(tools)
    assert [texts(one) for one in made_of(scan)] == [["Antrag auf Wohngeld"], ["Antrag auf Elternzeit"]]
