"""Scanning staff hands mail in and watches it move."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.e2e.letters import HEDGE, letter
from tests.e2e.visiting import visit

if TYPE_CHECKING:
    from ingest.models import InboxItem

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def some_files(folder: Path, count: int) -> list[Path]:
    files = [folder / f"Brief {number}.txt" for number in range(1, count + 1)]
    for file in files:
        file.write_text(f"Inhalt von {file.name}", encoding="utf-8")
    return files


def items() -> list[InboxItem]:
    from ingest.models import InboxItem

    return list(InboxItem.objects.all())


def test_several_files_are_uploaded_and_stand_in_the_list_at_once(page: Page, tmp_path: Path) -> None:
    from django.utils import timezone

    from ingest.reasons import Reason
    from ingest.work.outcomes import refuse

    visit(page, "/inbox/")
    expect(page.get_by_text("Noch keine Post")).to_be_visible()
    page.get_by_label("Dateien einreichen").set_input_files(some_files(tmp_path, 5))
    expect(page.locator(".tray__file.is-taken")).to_have_count(5)
    expect(page.get_by_role("heading", name="Hochgeladen: 5 von 5")).to_be_visible()
    expect(page.locator(".item")).to_have_count(5)
    assert len(items()) == 5
    refuse(items()[0], Reason.DAMAGED_FILE, "a test says so", timezone.now())
    expect(page.locator(".tray__file.is-failed")).to_contain_text("abgewiesen: ")
    expect(page.locator(".tray__file.is-taken")).to_have_count(4)


def test_files_are_dropped_anywhere_on_the_page(page: Page) -> None:
    visit(page, "/inbox/")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["Guten Tag"], "gezogen.txt", { type: "text/plain" }));
            for (const name of ["dragenter", "dragover", "drop"])
                document.querySelector("h1").dispatchEvent(
                    new DragEvent(name, { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator(".item__name", has_text="gezogen.txt")).to_be_visible()


def test_a_folder_is_dropped_with_all_that_is_in_it(page: Page, tmp_path: Path) -> None:
    (tmp_path / "Post" / "Bauamt").mkdir(parents=True)
    some_files(tmp_path / "Post" / "Bauamt", 2)
    (tmp_path / "Post" / "oben.txt").write_text("Guten Tag", encoding="utf-8")
    (tmp_path / "Post" / ".DS_Store").write_bytes(b"hidden")
    visit(page, "/inbox/")
    browser = page.context.new_cdp_session(page)
    dragged = {"items": [], "files": [str(tmp_path / "Post")], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):  # as the system brings it, which no script of a page can
        browser.send("Input.dispatchDragEvent", {"type": step, "x": 300, "y": 300, "data": dragged})
    expect(page.locator(".tray__file.is-taken")).to_have_count(3)
    expect(page.locator(".item__name", has_text="Brief 2.txt")).to_be_visible()
    expect(page.locator(".item__name", has_text="oben.txt")).to_be_visible()
    expect(page.locator(".item")).to_have_count(3)


def test_an_upload_whose_answer_got_lost_is_tried_again_and_makes_no_second_item(
    page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    visit(page, "/inbox/")
    files, tries = some_files(tmp_path, 1), list[str]()

    def lose_the_first_answer(route: Route) -> None:
        tries.append(route.request.headers["idempotency-key"])
        if len(tries) > 1:
            return route.continue_()
        sent = {name: route.request.headers[name] for name in ("idempotency-key", "x-csrftoken")}
        file = FilePayload(name=files[0].name, mimeType="text/plain", buffer=files[0].read_bytes())
        assert page.request.post("/api/v1/inbox/", headers=sent, multipart={"file": file}).status == 201
        return route.abort()

    page.route("**/api/v1/inbox/", lose_the_first_answer)
    page.get_by_label("Dateien einreichen").set_input_files(files)
    expect(page.get_by_text("Keine Verbindung.")).to_be_visible()
    page.locator("#tray").get_by_role("button", name="Noch einmal versuchen").click()
    expect(page.locator(".tray__file.is-taken")).to_have_count(1)
    assert tries[0] == tries[1]
    assert len(items()) == 1
    assert any("ERR_FAILED" in complaint for complaint in complaints)
    complaints.clear()


def test_the_list_follows_by_itself_and_keeps_the_focus(page: Page) -> None:
    from tests import factories

    visit(page, "/inbox/")
    made = factories.item(filename="neu.txt")
    row = page.locator(f"#item-{made.pk}")
    expect(row).to_contain_text("wartet")
    row.get_by_role("link", name="Original herunterladen").focus()
    letter(HEDGE, of=made, title="Hecke am Lindenweg")
    expect(row).to_contain_text("fertig")
    assert page.evaluate("document.activeElement.title") == "Original herunterladen"
    row.get_by_role("link", name="Hecke am Lindenweg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hecke am Lindenweg")


def test_a_refused_item_says_why_and_is_run_again(page: Page) -> None:
    from ingest.models import InboxItem
    from ingest.reasons import Reason
    from tests import factories

    made = factories.refused(Reason.DAMAGED_FILE, filename="kaputt.pdf")
    hopeless = factories.refused(Reason.PASSWORD_NEEDED, filename="geheim.pdf")
    visit(page, "/inbox/?state=help")
    row = page.locator(f"#item-{hopeless.pk}")
    expect(row).to_contain_text("Die Datei ist mit einem Kennwort geschützt.")
    expect(row).to_contain_text("Bitte den Absender um eine Fassung ohne Kennwort bitten.")
    expect(row.get_by_role("button")).to_have_count(0)
    expect(row.get_by_role("link", name="Erledigt")).to_be_visible()
    row = page.locator(f"#item-{made.pk}")
    expect(row).to_contain_text("Die Datei ist beschädigt und lässt sich nicht öffnen.")
    expect(row.get_by_role("button", name="So übernehmen")).to_have_count(0)
    row.get_by_role("button", name="Noch einmal versuchen").click()
    expect(page.get_by_text("„kaputt.pdf“ wird noch einmal verarbeitet.")).to_be_visible()
    assert InboxItem.objects.get(pk=made.pk).state == "waiting"


def test_a_photo_without_text_is_taken_as_it_is(page: Page) -> None:
    from ingest.models import InboxItem
    from ingest.reasons import Reason
    from tests import factories

    made = factories.refused(Reason.NO_TEXT, filename="Foto.jpg")
    visit(page, "/inbox/")
    page.get_by_role("button", name="So übernehmen").click()
    expect(page.get_by_text("„Foto.jpg“ wird ohne Text übernommen.")).to_be_visible()
    assert InboxItem.objects.get(pk=made.pk).accepts_missing_text


def test_uploading_works_without_scripts(new_page: Callable[..., Page], tmp_path: Path) -> None:
    page = new_page(scripts=False)
    page.goto("/inbox/")
    page.get_by_label("Dateien einreichen").set_input_files(some_files(tmp_path, 2))
    page.get_by_role("button", name="Einreichen", exact=True).click()
    expect(page.get_by_text("2 Dateien wurden angenommen.")).to_be_visible()
    expect(page.locator(".item")).to_have_count(2)


def test_refused_items_are_ticked_off_by_keyboard_and_taken_back(page: Page) -> None:
    from ingest.models import InboxItem
    from tests import factories

    items = [factories.refused(filename=f"scan-{number}.pdf") for number in (1, 2, 3)]
    visit(page, "/inbox/?state=help")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_text("2 ausgewählt")).to_be_visible()
    factories.refused(filename="neu.pdf")
    expect(page.locator(".item")).to_have_count(4)  # the list has renewed itself meanwhile
    expect(page.get_by_text("2 ausgewählt")).to_be_visible()
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="2 Eingänge als erledigt abhaken")
    expect(dialog.get_by_role("button", name="Noch einmal gescannt")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 Eingänge sind abgehakt.")).to_be_visible()
    expect(page.locator(".item")).to_have_count(2)
    assert InboxItem.objects.settled().count() == 2
    page.keyboard.press("z")
    expect(page.get_by_text("2 Eingänge sind wieder offen.")).to_be_visible()
    assert InboxItem.objects.needing_help().count() == len(items) + 1


def test_enter_in_ones_own_words_sends_these_words(page: Page) -> None:
    from ingest.models import InboxItem
    from tests import factories

    factories.refused(filename="scan.pdf")
    visit(page, "/inbox/")
    page.get_by_role("link", name="Erledigt").click()
    field = page.get_by_role("dialog").get_by_label("Oder in eigenen Worten")
    field.fill("Frau Öztürk hat es auf Papier")
    field.press("Enter")
    expect(page.get_by_text("1 Eingang ist abgehakt.")).to_be_visible()
    assert InboxItem.objects.get().settled_note == "Frau Öztürk hat es auf Papier"


def test_the_dialog_goes_away_without_a_trace(page: Page) -> None:
    from ingest.models import InboxItem
    from tests import factories

    factories.refused(filename="scan.pdf")
    visit(page, "/inbox/")
    leaving: list[Callable[[], None]] = [
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("link", name="Abbrechen").click(),
    ]
    for leave in leaving:
        page.get_by_role("link", name="Erledigt").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        leave()
        expect(page.get_by_role("dialog")).to_have_count(0)
    assert not InboxItem.objects.settled().exists()


def test_ticking_off_works_without_scripts(new_page: Callable[..., Page]) -> None:
    from ingest.models import InboxItem
    from tests import factories

    for number in (1, 2):
        factories.refused(filename=f"scan-{number}.pdf")
    page = new_page(scripts=False)
    page.goto("/inbox/?state=help")
    for number in (1, 2):
        page.get_by_label(f"scan-{number}.pdf auswählen").check()
    page.get_by_role("button", name="Als erledigt abhaken").click()
    page.get_by_role("button", name="Doppelt eingegangen").click()
    expect(page.get_by_text("2 Eingänge sind abgehakt.")).to_be_visible()
    assert InboxItem.objects.settled().count() == 2


def test_what_was_unfolded_stays_so_when_the_list_renews_itself(page: Page) -> None:
    from tests import factories

    made = factories.stuck(filename="haengt.pdf")
    visit(page, "/inbox/")
    details = page.locator(f"#detail-{made.pk}")
    details.locator("summary").click()
    factories.item(filename="neu.txt")
    expect(page.locator(".item")).to_have_count(2)
    expect(details.locator("pre")).to_be_visible()


def test_malware_is_fetched_past_a_warning_only(page: Page) -> None:
    from ingest.reasons import Reason
    from tests import factories

    factories.refused(Reason.MALWARE_FOUND, content=b"evil", filename="rechnung.doc")
    visit(page, "/inbox/")
    page.get_by_role("link", name="Datei mit Schadsoftware: rechnung.doc").click()
    expect(page.get_by_role("heading", name="In dieser Datei wurde Schadsoftware gefunden")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Trotzdem herunterladen").click()
    assert download.value.suggested_filename == "rechnung.doc.malware"
    page.get_by_role("link", name="Nicht laden").click()
    expect(page.get_by_role("heading", name="Posteingang")).to_be_visible()
