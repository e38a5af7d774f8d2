"""Pages are turned, reordered and removed in a new version; the original stays, and one goes back to it."""

from __future__ import annotations

import io
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pikepdf
import pytesseract
import pytest
from django.test import Client
from PIL import Image, ImageDraw, ImageFont, ImageOps, ImageStat

from dms.access.actors import Actor, actor_for
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.adapters.chosen import object_store
from dms.audit.verify import Tally, verify_all
from dms.records.documents.checking_out import CheckedOut, document_check_out
from dms.records.documents.facts import InvalidFact
from dms.records.documents.versions import version_of
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.keeping import dossier_close
from dms.records.meanwhile import ChangedMeanwhile
from dms.records.models import Document, ObjectRole, Page, StoredObject
from ingest.assembling import PagesFixed
from ingest.hand_in import SameBytes
from ingest.models import InboxItem, ItemState
from ingest.page_tools import SignatureLost, pages_change, version_restore
from ingest.reading.orientation import turned, turned_box
from ingest.reading.page_assembly import PickedPage
from ingest.reading.text_layout import set_text
from ingest.samples.signing import sign_for
from ingest.version_pending import VersionPending
from ingest.work.attempt import Tools
from tests import factories
from tests.integration.ingest.working import SetClock, work, worked
from tests.shared_data import shared_data

pytestmark = pytest.mark.django_db
THREE = "\n".join(["Antrag auf Wohngeld", *[""] * 70, "Anlage Mietvertrag", *[""] * 70, "Anlage Lohnzettel"])


@pytest.fixture
def clerk(tools: Tools) -> Actor:
    return actor_for(factories.user_with(Role.CLERK, name="carl"))


@pytest.fixture
def three_pages(tmp_path: Path) -> bytes:
    set_text(THREE, tmp_path / "three.pdf", most_pages=5)
    content = (tmp_path / "three.pdf").read_bytes()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) == 3
    return content


def document_of(content: bytes, name: str, tools: Tools) -> Document:
    item = factories.item(content, name)
    assert worked(item, tools).state == ItemState.DONE, InboxItem.objects.get(pk=item.pk).detail
    return fresh(Document.objects.get(item_id=item.pk))


def fresh(document: Document) -> Document:
    found: Document = Document.objects.select_related("dossier", "case").get(pk=document.pk)
    return found


def original(document: Document, number: int | None = None) -> bytes:
    stored = StoredObject.objects.get(version=version_of(document, number), role=ObjectRole.ORIGINAL)
    with object_store().read(stored.key) as stream:
        return stream.read()


def changed(clerk: Actor, document: Document, tools: Tools, *pages: PickedPage, **more: Any) -> Document:
    item = pages_change(clerk, document, pages, clock=SetClock(), **more).item
    item = worked(item, tools)
    assert item.state == ItemState.DONE, item.detail
    return fresh(document)


def texts(document: Document) -> list[str]:
    version = version_of(document)
    assert version is not None
    return [page.page_text.text for page in version.pages.all()]


def test_pages_are_reordered_turned_and_removed_and_the_original_stays(
    clerk: Actor, three_pages: bytes, tools: Tools
) -> None:
    document = document_of(three_pages, "antrag.pdf", tools)
    after = changed(clerk, document, tools, PickedPage(3, 90), PickedPage(1))
    assert after.version_number == 2
    assert texts(after) == ["Anlage Lohnzettel", "Antrag auf Wohngeld"]
    version = version_of(after)
    assert version is not None
    assert version.comment == "Seiten gedreht: 3; Seiten entfernt: 2; Seiten umgeordnet"
    first = version.pages.get(number=1)
    assert first.width > first.height, "it lies on its side now"
    assert original(after, 1) == three_pages
    assert b"Mietvertrag" not in _all_streams(original(after)), "nothing of a page that was left out goes over"
    assert list(verify_all(Tally())) == []


def _all_streams(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return b"".join(one.read_bytes() for one in pdf.objects if isinstance(one, pikepdf.Stream))


def test_what_stays_keeps_its_bookmarks(clerk: Actor, three_pages: bytes, tools: Tools, tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(three_pages)) as pdf:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Mietvertrag", 1))
        pdf.save(tmp_path / "marked.pdf")
    document = document_of((tmp_path / "marked.pdf").read_bytes(), "antrag.pdf", tools)
    after = changed(clerk, document, tools, PickedPage(2), PickedPage(1), PickedPage(3))
    with pikepdf.open(io.BytesIO(original(after))) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Mietvertrag"]


def test_a_scan_keeps_its_picture_byte_for_byte(clerk: Actor, tools: Tools) -> None:
    picture = io.BytesIO()
    Image.effect_noise((600, 800), 60).save(picture, "JPEG", quality=80, dpi=(100, 100))
    item = factories.item(picture.getvalue(), "scan.jpg")
    item = worked(item, tools)
    if item.state != ItemState.DONE:  # noise has no text: a person takes it as it is
        from ingest.retries import item_accept

        item_accept(clerk, item)
        work(tools)
    document = fresh(Document.objects.get(item_id=item.pk))
    after = changed(clerk, document, tools, PickedPage(1, 180))
    with pikepdf.open(io.BytesIO(original(after))) as pdf:
        [page] = pdf.pages
        assert page.obj.Rotate == 180
        [image] = page.get_images().values()
        assert image.read_raw_bytes() == picture.getvalue()


def test_a_signed_document_is_changed_only_when_it_is_known_that_the_signature_goes(
    clerk: Actor, three_pages: bytes, tools: Tools
) -> None:
    signed = sign_for("Erika Mustermann", three_pages)
    document = document_of(signed, "vertrag.pdf", tools)
    turned = [PickedPage(1, 90), PickedPage(2), PickedPage(3)]
    with pytest.raises(SignatureLost):
        pages_change(clerk, document, turned, clock=SetClock())
    after = changed(clerk, document, tools, *turned, signature_may_go=True)
    former, now = version_of(after, 1), version_of(after)
    assert former is not None
    assert now is not None
    assert (former.signed, now.signed) == (True, False)
    assert original(after, 1) == signed
    item = version_restore(clerk, after, 1, clock=SetClock()).item
    assert worked(item, tools).state == ItemState.DONE
    assert original(fresh(document)) == signed
    back = version_of(document)
    assert back is not None
    assert (back.number, back.signed, back.comment) == (3, True, "Zurück zu Version 1")


@pytest.mark.parametrize(
    "pages",
    [
        [],
        [PickedPage(1), PickedPage(1)],
        [PickedPage(1), PickedPage(4)],
        [PickedPage(1, 45)],
        [PickedPage(1), PickedPage(2), PickedPage(3)],
    ],
    ids=["none", "twice", "not there", "askew", "nothing changed"],
)
def test_what_makes_no_sense_is_refused(
    clerk: Actor, three_pages: bytes, tools: Tools, pages: list[PickedPage]
) -> None:
    document = document_of(three_pages, "antrag.pdf", tools)
    with pytest.raises(InvalidFact):
        pages_change(clerk, document, pages, clock=SetClock())


def test_pages_of_a_text_are_fixed(clerk: Actor, tools: Tools) -> None:
    document = document_of(b"Guten Tag", "brief.txt", tools)
    with pytest.raises(PagesFixed):
        pages_change(clerk, document, [PickedPage(1, 90)], clock=SetClock())


def test_who_may_not_is_refused_before_any_work(
    clerk: Actor, three_pages: bytes, tools: Tools, clock: SetClock
) -> None:
    document = document_of(three_pages, "antrag.pdf", tools)
    turned = [PickedPage(1, 90)]
    keys = set(object_store().keys(""))
    with pytest.raises(NotAllowed):
        pages_change(actor_for(factories.user_with(Role.ARCHIVIST, name="vera")), document, turned, clock=clock)
    with pytest.raises(ChangedMeanwhile):
        pages_change(clerk, document, turned, expected="0" * 32, clock=clock)
    document_check_out(actor_for(factories.user_with(Role.CLERK, name="bert")), document, now=clock.now())
    with pytest.raises(CheckedOut):
        pages_change(clerk, fresh(document), turned, clock=clock)
    other = document_of(three_pages, "antrag2.pdf", tools)
    dossier = factories.dossier()
    documents_file(clerk, [other], Place(dossier), now=clock.now())
    dossier_close(clerk, dossier, now=clock.now())
    with pytest.raises(DossierClosed):
        pages_change(clerk, fresh(other), turned, clock=clock)
    assert {key for key in object_store().keys("") if "pages" in key} == {key for key in keys if "pages" in key}


def test_one_change_after_the_other(clerk: Actor, three_pages: bytes, tools: Tools) -> None:
    document = document_of(three_pages, "antrag.pdf", tools)
    pages_change(clerk, document, [PickedPage(1)], clock=SetClock())
    with pytest.raises(VersionPending):
        pages_change(clerk, document, [PickedPage(2)], clock=SetClock())
    work(tools)
    with pytest.raises(SameBytes):
        version_restore(clerk, fresh(document), 2, clock=SetClock())


@pytest.mark.parametrize(
    "name",
    [
        "paperless-ngx__multi-page-images.pdf",
        "sample-files__pdflatex-4-pages.pdf",
        "sample-files__pdflatex-forms.pdf",
        "ocrmypdf__toc.pdf",
    ],
)
def test_real_files_are_turned_around_without_a_loss(clerk: Actor, tools: Tools, name: str) -> None:
    content = (shared_data() / "pdf" / name).read_bytes()
    document = document_of(content, name, tools)
    version = version_of(document)
    assert version is not None
    pages = [PickedPage(number, 180) for number in range(version.page_count, 0, -1)]
    after = changed(clerk, document, tools, *pages, signature_may_go=True)
    assert original(after, 1) == content
    assert _images(original(after)) == _images(content)
    now = version_of(after)
    assert now is not None
    assert (now.page_count, now.signed) == (version.page_count, False)


def _images(content: bytes) -> list[bytes]:
    """As they are coded, in no order."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        streams = [one for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        return sorted(one.read_raw_bytes() for one in streams if one.get("/Subtype") == "/Image")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_on_a_real_scan_that_was_turned_each_box_stands_on_its_word(clerk: Actor, tools: Tools, turn: int) -> None:
    content = (shared_data() / "pdf" / "ocrmypdf__ccitt.pdf").read_bytes()
    document = document_of(content, "scan.pdf", tools)
    before = _boxed_words(document)
    after = _boxed_words(changed(clerk, document, tools, PickedPage(1, turn)), laid=turn)
    assert len(before) > 100
    assert len(after) > 0.9 * len(before), "turned or not, as much is read"
    for words in (before, after):
        long = [(word, picture) for word, picture in words if len(word) > 6][::12][:10]
        read = [pytesseract.image_to_string(picture, config="--psm 8").strip() for _word, picture in long]
        alike = [
            SequenceMatcher(None, word, seen).ratio() > 0.7 for (word, _picture), seen in zip(long, read, strict=True)
        ]
        assert sum(alike) >= 0.8 * len(long), list(zip([word for word, _picture in long], read, strict=True))


def test_pages_stay_as_a_person_laid_them_whatever_reading_would_make_of_them(clerk: Actor, tools: Tools) -> None:
    """The scan lies on its head, and reading sets it upright; whoever then turns it by 180 degrees wants it on its
    head, and so it stays, also when that version comes back."""
    document = document_of(_scan_on_its_head(), "scan.png", tools)
    assert _is_upright(document)
    head_down = changed(clerk, document, tools, PickedPage(1, 180))
    assert not _is_upright(head_down)
    assert "Widerspruch" in texts(head_down)[0], "it can be found all the same"
    assert _is_upright(changed(clerk, head_down, tools, PickedPage(1, 180)))
    worked(version_restore(clerk, fresh(document), 2, clock=SetClock()).item, tools)
    assert not _is_upright(fresh(document))


def _scan_on_its_head() -> bytes:
    """A page whose lower half is empty."""
    page = Image.new("L", (1240, 1754), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype("LiberationSans-Regular.ttf", 34)
    for number in range(12):
        line = "Hiermit lege ich Widerspruch gegen den Bescheid vom März ein."
        pen.text((120, 120 + 60 * number), line, font=font, fill=0)
    content = io.BytesIO()
    page.transpose(Image.Transpose.ROTATE_180).save(content, "PNG", dpi=(150, 150))
    return content.getvalue()


def _is_upright(document: Document) -> bool:
    """Its page shows more ink above than below."""
    gray = _first_page(document)[1]
    halves = [gray.crop((0, top, gray.width, top + gray.height // 2)) for top in (0, gray.height // 2)]
    above, below = (ImageStat.Stat(half).mean[0] for half in halves)
    return above < below


def _first_page(document: Document) -> tuple[Page, Image.Image]:
    version = version_of(document)
    assert version is not None
    page = version.pages.get(number=1)
    assert page.image is not None
    with object_store().read(page.image.key) as stream:
        return page, Image.open(io.BytesIO(stream.read())).convert("L")


def _boxed_words(document: Document, laid: int = 0) -> list[tuple[str, Image.Image]]:
    """Each word of the first page with what the page's picture, laid so, shows within its box."""
    page, picture = _first_page(document)
    picture, back = turned(picture, -laid % 360), -laid % 360
    wide, high = picture.size
    margin = 0.003
    cut: list[tuple[str, Image.Image]] = []
    for word in (word for line in page.page_text.lines for word in line):
        box = turned_box(word.box, back)
        edges = ((box.x0 - margin) * wide, (box.y0 - margin) * high, (box.x1 + margin) * wide, (box.y1 + margin) * high)
        crop = picture.crop(tuple(map(int, edges)))  # type: ignore[arg-type]
        cut.append((word.text, ImageOps.expand(crop.resize((crop.width * 3, crop.height * 3)), 20, 255)))
    return cut


def test_programs_and_people_change_pages(three_pages: bytes, tools: Tools) -> None:
    user = factories.user_with(Role.CLERK, name="carl")
    document = document_of(three_pages, "antrag.pdf", tools)
    api, browser = factories.program_of(user), Client()
    path = f"/api/v1/documents/{document.pk}/"
    refused = api.post(f"{path}pages/change/", {"pages": [{"page": 9}]}, format="json")
    assert (refused.status_code, "pages" in refused.json()["errors"]) == (400, True)
    answer = api.post(f"{path}pages/change/", {"pages": [{"page": 3, "turn": 90}, {"page": 1}]}, format="json")
    assert answer.status_code == 201
    work(tools)
    assert api.get(path).json()["version"] == 2
    browser.force_login(user)
    page = f"/documents/{document.pk}/"
    assert 'draggable="true"' in browser.get(f"{page}edit-pages/").content.decode()
    form = {"place-1": "2", "place-2": "1", "turn-1": "0", "turn-2": "0"}
    shown = browser.post(f"{page}edit-pages/", form, follow=True).content.decode()
    assert "Die neue Version ist angenommen und wird gelesen." in shown
    work(tools)
    assert texts(document) == ["Antrag auf Wohngeld", "Anlage Lohnzettel"]
    former = browser.get(f"{page}?version=1").content.decode()
    assert "Version 1 wiederherstellen" in former
    browser.post(f"{page}restore/", {"version": "1"})
    work(tools)
    assert api.post(f"{path}versions/1/restore/", {}, format="json").json()["code"] == "same_bytes"
    assert original(document) == three_pages
    assert "Es wurde nichts geändert." in browser.post(f"{page}edit-pages/", {}).content.decode()
