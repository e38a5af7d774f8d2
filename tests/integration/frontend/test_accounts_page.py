"""The page Konten, for whoever keeps accounts, and the page where a set-up link leads."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from dms.access.actors import actor_for, system_setup
from dms.access.attempts import FREE
from dms.access.models import LoginAttempts, User
from dms.access.permissions import Role
from dms.accounts.keeping import account_make
from dms.accounts.models import SetupLink
from dms.accounts.setting_up import setup_link_issue
from dms.audit.models import EventRow
from dms.audit.verify import Tally, verify_all
from dms.records.protection.grants import grant_give_in_town
from tests import factories

pytestmark = pytest.mark.usefixtures("quick_passwords")

BrowserOf = Callable[..., Client]
SETUP = "/login/first/"
NEW = "Sonne Kiesel Taube"
DEAD = "Dieser Link gilt nicht oder nicht mehr."
ASKED = {"user": "anna", "first_name": "Anna", "last_name": "Weiß", "reason": "Neue Kollegin"}


@pytest.fixture
def keeper(browser_of: BrowserOf) -> Client:
    return browser_of(Role.ACCOUNTS, name="karl")


def code_in(page: str) -> str:
    found = re.search(r'id="new-link">http://testserver/login/first/#([^<]+)<', page)
    assert found, page
    return html.unescape(found[1])


def made(keeper: Client) -> tuple[User, str]:
    """With the code of the link."""
    answer = keeper.post("/accounts/add/", {**ASKED, "with_link": "on"})
    assert answer.status_code == 201
    return User.objects.get(username="anna"), code_in(answer.content.decode())


def chosen(code: str, password: str = NEW, again: str | None = None, browser: Client | None = None) -> str:
    asked = {"code": code, "new_password1": password, "new_password2": again or password}
    return (browser or Client()).post(SETUP, asked, follow=True).content.decode()


def test_an_account_is_made_and_its_person_chooses_the_password(keeper: Client) -> None:
    anna, code = made(keeper)
    assert (anna.get_full_name(), anna.has_usable_password(), anna.grants.exists()) == ("Anna Weiß", False, False)
    here = f"/accounts/{anna.pk}/"
    page = keeper.get(here).content.decode()
    assert "noch nicht eingerichtet" in page
    assert code not in page, "it is shown once"
    browser = Client()
    assert "Zugang einrichten" in browser.get(SETUP).content.decode()
    assert "Ihr Anmeldename ist „anna“" in chosen(code, browser=browser)
    entered = browser.post("/login/", {"username": "anna", "password": NEW}, follow=True).content.decode()
    assert "mit dem Link gewählt, den karl ausgestellt hat" in entered, "whoever comes first is told by whose link"
    assert "mit dem Link gewählt, den karl ausgestellt hat" in browser.get("/account/").content.decode()
    told = keeper.get(here).content.decode()
    assert "mit dem Link von karl" in told
    assert "Einrichtungslink benutzt und Kennwort gewählt: ausgestellt von karl" in told
    assert f'href="/accounts/{anna.pk}/link/"' not in told
    assert DEAD in chosen(code)
    assert list(verify_all(Tally())) == []


def test_the_list_is_searched_and_narrowed_and_says_when_nothing_fits(keeper: Client) -> None:
    made(keeper)
    factories.account("bert")
    page = keeper.get("/accounts/").content.decode()
    assert "Konten verwalten" in keeper.get("/account/").content.decode()
    assert "Anna Weiß" in page
    assert "bert" in page
    assert "noch nie angemeldet" in page
    assert "bert" not in keeper.get("/accounts/?q=wei").content.decode()
    waiting = keeper.get("/accounts/?state=waiting").content.decode()
    assert ("anna" in waiting, "bert" in waiting) == (True, False)
    assert "Kein Konto passt dazu." in keeper.get("/accounts/?q=xyzzy&state=locked&p=9").content.decode()


def test_who_keeps_no_accounts_finds_none_of_the_pages(browser_of: BrowserOf, keeper: Client) -> None:
    others = browser_of(Role.REGISTRY, Role.RIGHTS, Role.SECRECY, name="rita")
    anna, _code = made(keeper)
    for part in ("", "add/", f"{anna.pk}/", *(f"{anna.pk}/{verb}/" for verb in ("lock", "unlock", "end", "link"))):
        assert others.get(f"/accounts/{part}").status_code == 404
        assert others.post(f"/accounts/{part}", {"reason": "x"}).status_code in {404, 405}
    assert "Konten verwalten" not in others.get("/account/").content.decode()
    assert User.objects.get(pk=anna.pk).is_active


def test_locking_asks_for_a_reason_and_ends_everything(keeper: Client) -> None:
    anna, code = made(keeper)
    chosen(code)
    browser = Client()
    browser.post("/login/", {"username": "anna", "password": NEW})
    here = f"/accounts/{anna.pk}/"
    assert "sperren?" in keeper.get(f"{here}lock/").content.decode()
    assert keeper.post(f"{here}lock/", {"reason": ""}).status_code == 422
    assert "Das Konto ist gesperrt" in keeper.post(f"{here}lock/", {"reason": "Verlust"}, follow=True).content.decode()
    assert browser.get("/account/").status_code == 302
    assert keeper.post(f"{here}lock/", {"reason": "Verlust"}).status_code == 422
    assert keeper.get(f"{here}lock/").status_code == 302
    said = keeper.post(f"{here}unlock/", {"reason": "gefunden"}, follow=True).content.decode()
    assert "Das Konto ist freigegeben" in said
    browser.post("/login/", {"username": "anna", "password": NEW})
    assert "1 Anmeldung ist beendet." in keeper.post(f"{here}end/", {"reason": "x"}, follow=True).content.decode()
    assert browser.get("/account/").status_code == 302


def test_what_was_changed_meanwhile_is_said(keeper: Client) -> None:
    anna, _code = made(keeper)
    stale = {"reason": "x", "expected": "of yesterday"}
    answer = keeper.post(f"/accounts/{anna.pk}/lock/", stale)
    assert (answer.status_code, "inzwischen geändert" in answer.content.decode()) == (422, True)


def test_a_new_link_is_offered_until_there_is_a_right_and_the_page_says_why_not(keeper: Client) -> None:
    anna, first = made(keeper)
    here = f"/accounts/{anna.pk}/"
    again = keeper.post(f"{here}link/", {"reason": "verlegt"})
    second = code_in(again.content.decode())
    assert DEAD in chosen(first)
    grant_give_in_town(system_setup(), factories.town(), anna, Role.CLERK, reason="Dienst")
    assert DEAD in chosen(second)
    page = keeper.get(here).content.decode()
    assert f'href="{here}link/"' not in page
    assert "Wer Konten verwaltet, käme sonst in fremde Akten." in page
    refused = keeper.post(f"{here}link/", {"reason": "verlegt"})
    assert (refused.status_code, "nur der IT-Betrieb" in refused.content.decode()) == (422, True)
    assert not User.objects.get(pk=anna.pk).has_usable_password()


def test_used_expired_and_unknown_links_get_one_answer(keeper: Client) -> None:
    anna, used = made(keeper)
    chosen(used)
    karl = actor_for(User.objects.get(username="karl"))
    bert = account_make(karl, "bert", reason="x", now=factories.MORNING)
    expired = setup_link_issue(karl, bert, now=factories.MORNING)
    locked, code = account_make(karl, "carl", reason="x", now=factories.MORNING), ""
    code = setup_link_issue(karl, locked, now=SetupLink.objects.get(user=anna).issued_at)
    keeper.post(f"/accounts/{locked.pk}/lock/", {"reason": "x"})
    pages = {_plain(chosen(one)) for one in (used, expired, code, "nothing", "a.b", f"{used.split('.')[0]}.wrong")}
    assert len(pages) == 1
    assert DEAD in pages.pop()


def _plain(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


def test_a_weak_or_mistyped_password_is_told_and_the_link_still_opens(keeper: Client) -> None:
    _anna, code = made(keeper)
    for number in range(FREE + 2):
        page = chosen(code, "kurz" if number % 2 else NEW, "kurz" if number % 2 else "anders als davor")
        assert ("zu kurz" in page or "verschieden" in page) is True
        assert f'value="{code}"' in page, "nobody types it again"
    assert "Anmeldename ist „anna“" in chosen(code)


def test_guessing_a_link_costs_time_for_that_link_alone(keeper: Client) -> None:
    _anna, code = made(keeper)
    selector = code.split(".")[0]
    for _ in range(FREE):
        assert DEAD in chosen(f"{selector}.wrong")
    for _ in range(2):
        answer = Client().post(SETUP, {"code": f"{selector}.wrong", "new_password1": NEW, "new_password2": NEW})
        code_now = answer.status_code
    assert (code_now, "Retry-After" in answer.headers) == (429, True)
    assert "Zu viele Versuche mit diesem Link." in chosen(code), "the right one has to wait as well"
    assert DEAD in chosen("another.wrong"), "others do not"
    LoginAttempts.objects.update(last_at=factories.MORNING - timedelta(days=1))
    assert "Anmeldename ist „anna“" in chosen(code)


def test_a_whole_link_can_be_pasted_where_there_is_no_script(keeper: Client) -> None:
    _anna, code = made(keeper)
    assert "Anmeldename ist „anna“" in chosen(f" http://testserver/login/first/#{code} ")


def test_whoever_is_logged_in_is_told_to_log_out_first(keeper: Client) -> None:
    anna, code = made(keeper)
    assert "Sie sind hier als „karl“ angemeldet." in keeper.get(SETUP).content.decode()
    assert "Sie sind hier als „karl“ angemeldet." in chosen(code, browser=keeper)
    assert not User.objects.get(pk=anna.pk).has_usable_password()


def test_no_code_stands_in_a_log_an_event_or_an_address(keeper: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    anna, code = made(keeper)
    again = code_in(keeper.post(f"/accounts/{anna.pk}/link/", {"reason": "verlegt"}).content.decode())
    chosen(code)
    chosen(again)
    told = "".join(EventRow.objects.values_list("body", flat=True)) + caplog.text
    for one in (code, again):
        assert one.split(".")[1] not in told
    page = Client().get(SETUP)
    assert (page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == ("same-origin", True)


def test_without_a_link_an_account_waits_for_a_login_elsewhere(keeper: Client) -> None:
    answer = keeper.post("/accounts/add/", ASKED, follow=True).content.decode()
    assert "Das Konto „anna“ ist angelegt." in answer
    assert not SetupLink.objects.exists()
    assert keeper.post("/accounts/add/", {**ASKED, "user": "ANNA"}).status_code == 422
    assert keeper.post("/accounts/add/", {**ASKED, "user": "an na"}).status_code == 422
    assert User.objects.filter(username__iexact="anna").count() == 1


def test_whoever_gives_rights_sees_by_whose_link_an_account_was_set_up(browser_of: BrowserOf, keeper: Client) -> None:
    anna, code = made(keeper)
    renate = browser_of(Role.RIGHTS, name="renate")
    here = f"/organisation/people/{anna.pk}/"
    assert "noch nie angemeldet" in renate.get(here).content.decode()
    chosen(code)
    assert "mit dem Link von karl" in renate.get(here).content.decode()
