"""The page of the inbox: what needs nobody any more is ticked off there, many at once, and taken up again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

BACK = "/inbox/?state=help&p=1"


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def badge(answer: Any) -> str | None:
    found = re.search(r'count--attention" title="[^"]+">(\d+)<', answer.content.decode())
    return found[1] if found else None


def settle(client: Client, *items: Any, **more: str) -> Any:
    given = {"item": [str(item.pk) for item in items], "back": BACK, **(more or {"note": "Doppelt eingegangen"})}
    return client.post("/inbox/settle/", given, follow=True)


def test_what_is_ticked_off_leaves_the_badge_and_stands_under_a_tab_of_its_own(clerk: Client) -> None:
    from tests import factories

    items = [factories.refused(filename=f"scan-{n}.pdf") for n in (1, 2)] + [factories.stuck(filename="haengt.pdf")]
    assert badge(clerk.get("/inbox/")) == "3"
    answer = settle(clerk, *items[:2])
    assert answer.redirect_chain[-1][0] == BACK
    assert "2 Eingänge sind abgehakt." in text_of(answer)
    assert badge(answer) == "1"
    assert ("haengt.pdf" in text_of(answer), "scan-1.pdf" in text_of(answer)) == (True, False)
    settled = text_of(clerk.get("/inbox/?state=settled"))
    assert "Doppelt eingegangen abgehakt von clerk am" in settled
    assert ("scan-1.pdf" in settled, "haengt.pdf" in settled) == (True, False)
    assert "Abgehakt 2" in settled


def test_the_last_one_settled_leaves_no_badge(clerk: Client) -> None:
    from tests import factories

    assert badge(settle(clerk, factories.refused())) is None


def test_ticking_off_can_be_undone_at_once_and_later(clerk: Client) -> None:
    from ingest.models import InboxItem
    from tests import factories

    item = factories.refused()
    answer = settle(clerk, item)
    assert "Rückgängig machen" in text_of(answer)
    assert "Rückgängig machen" not in text_of(clerk.get("/inbox/")), "offered once"
    undone = clerk.post("/inbox/reopen/", {"item": str(item.pk), "back": BACK}, follow=True)
    assert "1 Eingang ist wieder offen." in text_of(undone)
    assert list(InboxItem.objects.needing_help()) == [item]
    settle(clerk, item)
    assert "Wieder öffnen" in text_of(clerk.get("/inbox/?state=settled"))


def test_the_page_asks_what_became_of_them_and_names_them(clerk: Client) -> None:
    from tests import factories

    items = [factories.refused(filename=name) for name in ("eins.pdf", "zwei.pdf")]
    page = clerk.get("/inbox/settle/", {"item": [str(item.pk) for item in items], "back": BACK})
    shown = text_of(page)
    for words in ("2 Eingänge als erledigt abhaken", "eins.pdf", "zwei.pdf", "Noch einmal gescannt", "Abbrechen"):
        assert words in shown


def test_without_an_answer_it_is_asked_again(clerk: Client) -> None:
    from ingest.models import InboxItem
    from tests import factories

    answer = settle(clerk, factories.refused(), words="   ")
    assert "Bitte angeben, was aus dem Eingang wurde." in text_of(answer)
    assert not InboxItem.objects.settled().exists()


def test_own_words_count_and_a_ready_answer_wins(clerk: Client) -> None:
    from ingest.models import InboxItem
    from tests import factories

    own, ready = factories.refused(), factories.refused()
    settle(clerk, own, words="Herr Müller weiß Bescheid")
    settle(clerk, ready, words="halb getippt", note="Doppelt eingegangen")
    notes = dict(InboxItem.objects.values_list("pk", "settled_note"))
    assert notes == {own.pk: "Herr Müller weiß Bescheid", ready.pk: "Doppelt eingegangen"}


def test_one_that_changed_meanwhile_holds_up_nobody(clerk: Client) -> None:
    from ingest.models import InboxItem
    from tests import factories

    first, second = factories.refused(), factories.refused()
    settle(clerk, first)
    shown = text_of(settle(clerk, first, second))
    assert "1 Eingang ist abgehakt." in shown
    assert "1 Eingang hat sich inzwischen geändert" in shown
    assert InboxItem.objects.settled().count() == 2


def test_several_are_run_again_at_once(clerk: Client) -> None:
    from ingest.models import InboxItem
    from tests import factories

    items = [factories.stuck(), factories.stuck()]
    given = {"item": [str(item.pk) for item in items], "back": BACK}
    assert "2 Eingänge werden noch einmal verarbeitet." in text_of(clerk.post("/inbox/retry/", given, follow=True))
    assert InboxItem.objects.filter(state="waiting").count() == 2


def test_nonsense_ticks_nothing_off(clerk: Client) -> None:
    for given in ({}, {"item": "kein-eingang"}, {"item": "00000000-0000-4000-8000-000000000000"}):
        assert "Es war kein Eingang ausgewählt." in text_of(clerk.get("/inbox/settle/", given, follow=True))


def test_items_of_another_office_are_not_there(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role
    from ingest.models import InboxItem
    from ingest.reasons import Reason
    from tests import factories

    item = factories.refused(Reason.MALWARE_FOUND, filename="geheim.pdf")
    stranger = browser_of(Role.CLERK, name="stranger", elsewhere=True)
    assert "geheim.pdf" not in text_of(settle(stranger, item))
    assert stranger.get(f"/inbox/{item.pk}/quarantine/").status_code == 404
    assert not InboxItem.objects.settled().exists()


def test_who_may_only_look_is_offered_nothing_and_can_force_nothing(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role
    from ingest.models import InboxItem
    from ingest.reasons import Reason
    from tests import factories

    item = factories.refused(Reason.MALWARE_FOUND)
    archivist = browser_of(Role.ARCHIVIST, name="archivist")
    page = archivist.get("/inbox/").content.decode()
    assert 'name="item"' not in page
    assert "/quarantine/" not in page
    assert "Dafür fehlt Ihnen das Recht." in text_of(settle(archivist, item))
    assert archivist.get(f"/inbox/{item.pk}/quarantine/").status_code == 404
    assert not InboxItem.objects.settled().exists()


def test_the_way_back_never_leads_to_another_site(clerk: Client) -> None:
    from tests import factories

    item = factories.refused()
    for action, more in (("settle", {"note": "x"}), ("reopen", {}), ("retry", {})):
        answer = clerk.post(f"/inbox/{action}/", {"item": str(item.pk), "back": "//example.org/", **more})
        assert answer["Location"] == "/inbox/", action


def test_malware_is_behind_a_warning_and_never_one_click_away(clerk: Client) -> None:
    from ingest.reasons import Reason
    from tests import factories

    infected = factories.refused(Reason.MALWARE_FOUND, filename="rechnung.doc")
    other = factories.refused(Reason.DAMAGED_FILE)
    page = clerk.get("/inbox/").content.decode()
    assert f"/api/v1/inbox/{infected.pk}/original/" not in page
    assert f"/api/v1/inbox/{other.pk}/original/" in page
    warning = clerk.get(f"/inbox/{infected.pk}/quarantine/")
    assert "Öffnen Sie sie nicht auf Ihrem Arbeitsplatz." in text_of(warning)
    assert 'name="despite" value="malware_found"' in warning.content.decode()
    assert clerk.get(f"/inbox/{other.pk}/quarantine/").status_code == 404


def test_an_item_that_is_held_up_says_by_what(clerk: Client) -> None:
    from ingest.models import Turn
    from ingest.reasons import Delay
    from tests import factories

    item = factories.item()
    Turn.objects.filter(pk=item.pk).update(delay=Delay.SCANNER_AWAY.value)
    assert f"{Delay.SCANNER_AWAY.sentence} {Delay.SCANNER_AWAY.next_step}" in text_of(clerk.get("/inbox/"))


def test_what_waits_in_the_folder_is_told_to_those_who_see_this_inbox(browser_of: Callable[..., Client]) -> None:
    from dms.access.permissions import Role
    from ingest.reasons import FolderReason
    from ingest.sources.waiting import Notice, publish
    from tests import factories

    moment = factories.MORNING
    notices = {
        f"folder:{n}": Notice(f"Bauamt/scan-{n}.pdf", FolderReason.INCOMPLETE, moment, until=moment) for n in range(8)
    }
    publish(notices, factories.town())
    shown = text_of(browser_of(Role.SCANNING, name="scan").get("/inbox/"))
    assert "Bauamt/scan-0.pdf Das Ende der Datei fehlt noch; es wird auf den Rest gewartet." in shown
    assert "Spätestens um 09:00 Uhr wird sie so angenommen, wie sie ist." in shown
    assert "und noch 3 Dateien" in shown
    stranger = browser_of(Role.SCANNING, name="stranger", elsewhere=True)
    assert "Bauamt" not in text_of(stranger.get("/inbox/"))


def test_an_incomplete_file_says_so_in_the_list_and_on_its_document(clerk: Client) -> None:
    import io

    from dms.access.actors import system_ingest
    from dms.adapters.chosen import SystemClock
    from ingest.intake import Delivery, take_in
    from ingest.models import Source
    from tests import factories

    delivery = Delivery("scan.pdf", Source.FOLDER, incomplete=True)
    item = take_in(system_ingest(), io.BytesIO(b"x"), delivery, scope=factories.town(), clock=SystemClock()).item
    document = factories.document(of=item)
    for address in ("/inbox/", f"/documents/{document.pk}/"):
        assert "Das Ende der Datei fehlte, als sie angenommen wurde" in text_of(clerk.get(address)), address
