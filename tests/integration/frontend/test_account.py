"""The page Konto: everybody changes their own password, language and tokens, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from dms.access.attempts import FREE
from dms.access.models import ApiToken, User
from dms.access.permissions import Role
from dms.audit.models import EventRow
from tests.factories import PASSWORD, account, program_of, token_of

pytestmark = pytest.mark.usefixtures("scope", "quick_passwords")
NEW = "Vier Esel tanzen Polka"


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def anna() -> Client:
    browser = Client()
    browser.force_login(account())
    return browser


def change_password(browser: Client, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> Any:
    fields = {"old_password": old, "new_password1": new, "new_password2": new if again is None else again}
    return browser.post("/account/password/", fields)


def issue(browser: Client, name: str = "Gewerbeamt", lifetime: str = "90", reach: str = "everything") -> Any:
    return browser.post("/account/tokens/", {"name": name, "lifetime": lifetime, "reach": reach})


def token_in(answer: Any) -> str:
    found = re.search(r'id="new-token">(reg_[\w-]+)<', answer.content.decode())
    assert found
    return found[1]


def test_the_header_of_every_page_leads_to_the_account(anna: Client) -> None:
    assert 'href="/account/"' in anna.get("/help/").content.decode()


def test_a_changed_password_ends_all_other_sessions_and_keeps_this_one(anna: Client) -> None:
    other = Client()
    other.force_login(User.objects.get())
    answer = change_password(anna)
    assert answer["Location"] == "/account/#main"
    assert "Das Kennwort ist geändert. Alle anderen Sitzungen sind beendet." in text_of(anna.get("/account/"))
    assert other.get("/account/").status_code == 302
    assert User.objects.get().check_password(NEW)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"old": "falsch"}, "Das bisherige Kennwort stimmt nicht."),
        ({"old": ""}, "Bitte das bisherige Kennwort eingeben."),
        ({"again": "etwas anderes"}, "Die beiden neuen Kennwörter sind verschieden."),
        ({"new": "kurz"}, "Dieses Kennwort ist zu kurz. Es muss mindestens 12 Zeichen enthalten."),
        ({"new": "password1234"}, "Dieses Kennwort ist zu verbreitet und leicht zu erraten."),
        ({"new": "anna.muster.2026"}, "Das Kennwort ist diesem Merkmal Ihres Kontos zu ähnlich: Anmeldename."),
    ],
)
def test_a_password_that_will_not_do_is_told_in_german_and_changes_nothing(
    anna: Client, fields: dict[str, str], sentence: str
) -> None:
    User.objects.update(username="anna.muster")
    answer = change_password(anna, **fields)
    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert User.objects.get().check_password(PASSWORD)


def test_somebody_at_an_unlocked_screen_cannot_guess_the_password_for_long(anna: Client) -> None:
    for _ in range(FREE):
        change_password(anna, old="geraten")
    answer = change_password(anna)
    assert answer.status_code == 429
    assert "Zu viele falsche Kennwörter" in text_of(answer)
    assert User.objects.get().check_password(PASSWORD)


def test_a_token_is_shown_once_works_at_once_and_is_listed_without_itself(anna: Client) -> None:
    answer = issue(anna)
    token = token_in(answer)
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    api = Client(headers={"authorization": f"Bearer {token}"})
    assert api.get("/api/v1/inbox/").status_code == 200
    shown = anna.get("/account/")
    assert token not in shown.content.decode()
    assert "Gewerbeamt" in text_of(shown)
    assert "zuletzt benutzt: gerade eben" in text_of(shown)
    day = timezone.localdate(timezone.now() + timedelta(days=90))
    assert f"gültig bis {day:%d.%m.%Y}" in text_of(shown)


def test_a_form_that_is_sent_again_by_reloading_makes_no_second_token(anna: Client) -> None:
    issue(anna)
    answer = issue(anna)
    assert answer.status_code == 200
    assert "Sie haben schon ein Token mit diesem Namen." in text_of(answer)
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "fields", [{"name": " "}, {"name": "x" * 101}, {"name": "a\0"}, {"lifetime": "-1"}, {"lifetime": ""}]
)
def test_a_token_form_with_nonsense_is_told_what_is_wrong(anna: Client, fields: dict[str, str]) -> None:
    answer = issue(anna, **fields)
    assert answer.status_code == 200
    assert "field__error" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_who_comes_back_to_the_address_of_a_form_gets_the_page(anna: Client) -> None:
    for address in ("/account/tokens/", "/account/password/"):
        assert anna.get(address)["Location"] == "/account/"


def test_withdrawing_asks_first_and_the_next_request_of_the_program_is_refused(anna: Client) -> None:
    api = program_of(User.objects.get())
    address = f"/account/tokens/{ApiToken.objects.get().pk}/withdraw/"
    assert "widerrufen?" in text_of(anna.get(address))
    assert api.get("/api/v1/inbox/").status_code == 200
    assert anna.post(address)["Location"] == "/account/"
    assert api.get("/api/v1/inbox/").status_code == 401
    assert "Sie haben kein Token." in text_of(anna.get("/account/"))
    assert anna.post(address).status_code == 404
    assert EventRow.objects.filter(actor="user:anna", name="token:withdrawn").count() == 1


def test_an_expired_token_stays_in_sight_and_can_be_removed(anna: Client) -> None:
    now = timezone.now()
    token_of(User.objects.get(), now=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    assert "abgelaufen am" in text_of(anna.get("/account/"))
    anna.post(f"/account/tokens/{ApiToken.objects.get().pk}/withdraw/")
    assert "Sie haben kein Token." in text_of(anna.get("/account/"))


def test_the_tokens_of_others_are_not_there(anna: Client) -> None:
    token_of(account("bert"))
    address = f"/account/tokens/{ApiToken.objects.get().pk}/withdraw/"
    assert "Sie haben kein Token." in text_of(anna.get("/account/"))
    for answer in (anna.get(address), anna.post(address)):
        assert answer.status_code == 404
    assert ApiToken.objects.get().withdrawn_at is None


def test_who_has_no_role_is_told_whom_to_ask(anna: Client, browser_of: Callable[..., Client]) -> None:
    assert "Ihr Konto hat noch keine Rolle" in text_of(anna.get("/account/"))
    assert "Sachbearbeitung · Posteingang" in text_of(browser_of(Role.CLERK).get("/account/"))


def test_what_a_token_may_do_is_chosen_and_stands_in_the_list(anna: Client) -> None:
    token = token_in(issue(anna, "Scanner", reach="intake"))
    api = Client(headers={"authorization": f"Bearer {token}"})
    assert api.get("/api/v1/inbox/").json()["code"] == "token_reach"
    assert "nur Post einreichen · ausgestellt am" in text_of(anna.get("/account/"))
