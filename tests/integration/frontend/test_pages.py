"""The pages as they leave the server: rights, addresses, forms without scripts, and the small answers for scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


def index_all() -> None:
    from search.chosen import search_index
    from search.indexer import drain
    from search.source import RecordsSource

    drain(search_index(), RecordsSource())


def a_letter(*pages: str, **fields: Any) -> Any:
    from tests import factories

    made = factories.document(pages or ("Die Hecke am Gehweg braucht eine Genehmigung",), **fields)
    index_all()
    return made


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize("address", ["/", "/inbox/", "/inbox/list/", "/help/"])
def test_nobody_sees_a_page_before_logging_in(db: None, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_documents_of_another_office_are_not_there(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role

    document = a_letter()
    stranger = browser_of(Role.CLERK, name="stranger", elsewhere=True)
    for part in ("", "text/", "finds/?q=Hecke", "pages/1/"):
        assert stranger.get(f"/documents/{document.pk}/{part}").status_code == 404, part
    assert stranger.post(f"/documents/{document.pk}/kind/", {"kind": "invoice"}).status_code == 404
    assert stranger.post(f"/inbox/{document.item_id}/retry/").status_code == 404
    assert "Ein Brief" not in text_of(stranger.get("/?q=Hecke"))
    assert "brief.txt" not in text_of(stranger.get("/inbox/"))


def test_hits_that_are_spelt_similarly_are_told_from_the_others(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role

    clerk = browser_of(Role.CLERK)
    a_letter("Die Hecke am Gehweg", title="Richtig gelesen")
    a_letter("Die Hecke am Gehvveg", title="Falsch gelesen")
    shown = text_of(clerk.get("/?q=Gehweg"))
    assert "1 Dokument enthält nur ähnlich geschriebene Wörter" in shown
    assert shown.index("Richtig gelesen") < shown.index("Falsch gelesen") < shown.index(" ähnlich geschrieben ")
    assert shown.count(" ähnlich geschrieben ") == 1
    assert "Genau so geschrieben kommt es nicht vor." in text_of(clerk.get("/?q=Genhweg"))


def test_a_start_page_without_documents_fills_by_itself(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role

    clerk = browser_of(Role.CLERK)
    empty = clerk.get("/").content.decode()
    assert "Noch keine Dokumente" in empty
    assert 'hx-trigger="every 10s"' in empty
    a_letter(title="Ein Brief")
    assert "every 10s" not in clerk.get("/").content.decode()


def test_a_question_without_a_word_is_told_that_nothing_was_searched_for(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role

    clerk = browser_of(Role.CLERK)
    a_letter(title="Ein Brief")
    for typed in ("%22", "*"):
        shown = text_of(clerk.get(f"/?q={typed}"))
        assert "Es wurde nach nichts gesucht" in shown
        assert "Nichts gefunden" not in shown
        assert "Ein Brief" not in shown


def test_scanning_staff_sees_the_inbox_but_reads_no_letters(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role

    document = a_letter(title="Nur für die Sachbearbeitung")
    scanning = browser_of(Role.SCANNING, name="scan")
    shown = text_of(scanning.get("/inbox/"))
    assert "brief.txt" in shown
    assert "Nur für die Sachbearbeitung" not in shown
    assert scanning.get(f"/documents/{document.pk}/").status_code == 404


def test_who_may_not_classify_is_offered_no_choice_and_cannot_force_it(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role

    document = a_letter()
    archivist = browser_of(Role.ARCHIVIST, name="archivist")
    page = archivist.get(f"/documents/{document.pk}/")
    assert 'name="kind"' not in page.content.decode()
    assert "Verlauf" in text_of(page)
    assert archivist.post(f"/documents/{document.pk}/kind/", {"kind": "invoice"}).status_code == 404
    document.refresh_from_db()
    assert document.kind_id == "application"


def test_the_history_is_only_for_those_who_may_see_it(clerk: Client) -> None:
    assert "Verlauf" not in text_of(clerk.get(f"/documents/{a_letter().pk}/"))


def test_a_kind_is_settled_by_a_plain_form_and_an_unknown_kind_is_refused(clerk: Client) -> None:
    document = a_letter()
    assert clerk.post(f"/documents/{document.pk}/kind/", {"kind": "no-such-kind"}).status_code == 404
    assert clerk.post(f"/documents/{document.pk}/kind/", {"kind": "-"}).status_code == 302
    document.refresh_from_db()
    assert (document.kind_id, document.state) == (None, "checked")
    page = text_of(clerk.get(f"/documents/{document.pk}/"))
    assert re.search("keine passende Art von clerk (geändert|festgelegt) am", page)
    assert "unsicher" not in page


def test_the_list_answers_nothing_new_until_something_changes(clerk: Client) -> None:
    from tests import factories

    factories.item(filename="eins.txt")
    version = re.search(r'name="version" value="(\w+)"', clerk.get("/inbox/list/").content.decode())
    assert version
    asked = {"version": version[1]}
    assert clerk.get("/inbox/list/", asked).status_code == 204
    factories.item(filename="zwei.txt")
    assert "zwei.txt" in clerk.get("/inbox/list/", asked).content.decode()


def test_every_reason_is_told_with_its_next_step(clerk: Client) -> None:
    from ingest.reasons import Reason
    from tests import factories

    for reason in Reason:
        factories.refused(reason, filename=f"{reason.value}.pdf")
    shown = text_of(clerk.get("/inbox/"))
    for reason in Reason:
        assert f"{reason.sentence} {reason.next_step}" in shown


def test_progress_is_counted_in_pages(clerk: Client) -> None:
    from dms.access.actors import system_ingest
    from dms.audit.door import change
    from dms.audit.events import Event
    from ingest.models import ItemVerb, RangeRun
    from tests import factories

    made = factories.item(filename="lang.pdf")
    with change(system_ingest(), Event.ITEM_ADVANCED, made, chain=made.chain, verb=ItemVerb.ADVANCE) as opened:
        opened.target.step = "read_text"
        opened.save(opened.target)
    for position, done in enumerate([True, True, False]):
        first = position * 10 + 1
        RangeRun.objects.create(
            item=made,
            step="read_text",
            position=position,
            part=0,
            first=first,
            last=first + 9,
            facts={} if done else None,
        )
    assert "Text lesen · 20 von 30 Seiten" in text_of(clerk.get("/inbox/"))


def test_files_from_the_plain_form_are_taken_in(clerk: Client) -> None:
    from ingest.models import InboxItem

    files = [SimpleUploadedFile(f"Brief {n}.txt", b"Guten Tag") for n in (1, 2)]
    answer = clerk.post("/inbox/upload/", {"file": files}, follow=True)
    assert "2 Dateien wurden angenommen." in text_of(answer)
    assert {item.filename for item in InboxItem.objects.all()} == {"Brief 1.txt", "Brief 2.txt"}


def test_who_may_not_hand_in_files_is_told_so(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role
    from ingest.models import InboxItem

    archivist = browser_of(Role.ARCHIVIST, name="archivist")
    assert 'type="file"' not in archivist.get("/inbox/").content.decode()
    answer = archivist.post("/inbox/upload/", {"file": SimpleUploadedFile("x.txt", b"x")}, follow=True)
    assert "Sie dürfen keine Dateien einreichen." in text_of(answer)
    assert not InboxItem.objects.exists()


def test_an_item_that_changed_meanwhile_is_not_run_again(clerk: Client) -> None:
    document = a_letter()
    answer = clerk.post(f"/inbox/{document.item_id}/retry/", follow=True)
    assert "hat sich inzwischen geändert" in text_of(answer)


def test_the_way_back_never_leads_to_another_site(clerk: Client) -> None:
    from ingest.reasons import Reason
    from tests import factories

    made = factories.refused(Reason.DAMAGED_FILE)
    for back in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        answer = clerk.post(f"/inbox/{made.pk}/retry/", {"back": back})
        assert answer["Location"] == "/inbox/"


def test_finds_are_counted_by_page(clerk: Client) -> None:
    document = a_letter("Genehmigung und Genehmigungen", "nichts", "keine Genehmigung")
    answer = clerk.get(f"/documents/{document.pk}/finds/", {"q": "Genehmigung"})
    assert answer.json() == {"pages": [[1, 2], [3, 1]]}


def test_what_stands_in_a_letter_is_never_taken_for_markup(clerk: Client) -> None:
    evil = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
    document = a_letter(evil, title=evil, sender=evil)
    for address in ("/", "/?q=alert", f"/documents/{document.pk}/", f"/documents/{document.pk}/text/", "/inbox/"):
        page = clerk.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address


@pytest.mark.parametrize(
    "address",
    [
        "/?q=%00&kind=nope&year=abc&year=99999999&state=nope&sort=nope&p=-1",
        "/?p=999999999999999999999",
        "/?q=" + "x" * 3000,
        "/inbox/?state=nope&p=abc",
        "/?q=%22offen",
    ],
)
def test_nonsense_in_an_address_gives_a_page_all_the_same(clerk: Client, address: str) -> None:
    a_letter()
    assert clerk.get(address).status_code == 200


@pytest.mark.parametrize("rest", ["page=0", "page=999", "page=abc", "hit=abc", "hit=99999", "hit=-1", "q=%00"])
def test_nonsense_in_the_address_of_a_document_too(clerk: Client, rest: str) -> None:
    assert clerk.get(f"/documents/{a_letter().pk}/?{rest}").status_code == 200


def test_pages_follow_the_browser_until_somebody_chooses_otherwise(clerk: Client) -> None:
    assert clerk.get("/inbox/")["Content-Language"] == "de"
    english = clerk.get("/inbox/", headers={"accept-language": "en"})
    assert english["Content-Language"] == "en"
    assert "Posteingang" not in text_of(english)
    answer = clerk.post("/language/", {"language": "de", "next": "/inbox/"})
    assert answer["Location"] == "/inbox/"
    assert clerk.get("/inbox/", headers={"accept-language": "en"})["Content-Language"] == "de"


def test_a_form_that_lay_open_too_long_is_told_in_german(scope: Any) -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "Diese Seite lag zu lange offen" in text_of(answer)


def test_who_may_read_nothing_is_told_what_the_role_is_for_and_led_to_the_inbox(
    browser_of: Callable[..., Client],
) -> None:
    from dms.access.permissions import Role
    from tests import factories

    factories.document(["Hundesteuer"])
    scanning, nobody = browser_of(Role.SCANNING, name="scan"), browser_of(name="neu")
    for address in ("/", "/?q=Hundesteuer"):
        page = scanning.get(address)
        assert "Ihre Rolle „Scanstelle“ liest keine Dokumente" in text_of(page)
        assert "Sie nehmen Post an" in text_of(page)
        assert re.search(r'<a class="button button--primary" href="/inbox/">', page.content.decode())
        for untrue in ("Noch keine Dokumente", "Nichts gefunden"):
            assert untrue not in text_of(page)
    assert "Ihr Konto hat noch keine Rolle" in text_of(nobody.get("/"))


def test_empty_lists_tell_each_role_only_what_it_can_do(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role

    clerk, scanning = browser_of(Role.CLERK, name="ina"), browser_of(Role.SCANNING, name="scan")
    rights = browser_of(Role.RIGHTS, name="renate")
    assert "Sie vergeben Rechte" in text_of(rights.get("/"))
    assert "Ihre Verwaltung kann Ihnen eine geben" not in text_of(rights.get("/"))
    assert "Am einfachsten kommt sie aus der Akte herein" in text_of(clerk.get("/parties/"))
    assert "Am einfachsten kommt sie aus der Akte herein" not in text_of(rights.get("/parties/"))
    assert "passt zu diesen Angaben" in text_of(clerk.get("/holdings/"))
    assert "noch keine Rolle, mit der Sie Akten sehen" in text_of(scanning.get("/holdings/"))
    assert "Abzulegen" not in text_of(rights.get("/inbox/")), "no tabs of an inbox that is not theirs"


def test_what_waits_in_the_scan_folder_is_told_and_what_does_not_fit_is_folded_in(clerk: Client) -> None:
    from ingest.reasons import FolderReason
    from ingest.sources.waiting import Notice, publish
    from tests import factories

    waiting = {
        f"folder:{number}": Notice(f"Bauamt/scan-{number}.pdf", FolderReason.NAMED_UNFINISHED, factories.MORNING)
        for number in range(7)
    }
    publish(waiting, factories.town())
    page = clerk.get("/inbox/")
    shown, _summary, folded = page.content.decode().partition("<summary>und noch 2 Dateien</summary>")
    assert [f"scan-{number}.pdf" in shown for number in range(7)] == [True] * 5 + [False] * 2
    assert "scan-5.pdf" in folded
    assert "scan-6.pdf" in folded
    assert text_of(page).count("zuletzt geändert 02.03.2026") == 7


def test_while_mail_is_read_the_start_page_and_the_inbox_say_so_and_how_much(clerk: Client) -> None:
    from tests import factories

    assert "Gerade wird Post gelesen" not in text_of(clerk.get("/"))
    for number in (1, 2):
        factories.item(filename=f"{number}.pdf")
    start = text_of(clerk.get("/"))
    assert "Gerade wird Post gelesen: 2 Eingänge sind noch unterwegs." in start
    assert "Noch keine Dokumente" not in start
    assert "Gerade wird Post gelesen: 2 Eingänge" in text_of(clerk.get("/inbox/"))
    assert "Gerade wird Post gelesen" not in text_of(clerk.get("/inbox/?state=filed"))
    assert "Gerade wird Post gelesen" not in text_of(clerk.get("/?q=Gebühr"))


def test_filing_is_what_the_inbox_offers_first_and_settling_where_help_is_needed(clerk: Client) -> None:
    pages = [clerk.get(f"/inbox/?state={tab}").content.decode() for tab in ("", "done", "help")]
    bars = [one.split('class="bulkbar"')[1] for one in pages]
    first = [re.findall(r'<button class="button button--primary[^>]*>', bar) for bar in bars]
    assert [("data-file" in str(one), "data-settle" in str(one)) for one in first] == [
        (True, False), (True, False), (False, True),
    ]  # fmt: skip


def test_the_empty_inbox_names_no_path_on_the_server(clerk: Client, settings: Any) -> None:
    shown = text_of(clerk.get("/inbox/"))
    assert "Scans in den überwachten Ordner legen" in shown
    assert str(settings.WATCH_FOLDER) not in shown


def test_what_is_not_found_is_told_in_words_that_fit_whatever_was_asked_for(clerk: Client) -> None:
    for path in ("dossiers", "plan", "documents", "parties"):
        shown = text_of(clerk.get(f"/{path}/00000000-0000-4000-8000-000000000000/"))
        assert "oder Ihre Rolle umfasst nicht, was dort steht." in shown
