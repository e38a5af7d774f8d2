"""Accounts by REST, for whoever keeps them."""

from __future__ import annotations

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from dms.access.actors import system_setup
from dms.access.models import User
from dms.access.permissions import Role
from dms.accounts.setting_up import setup_link_of, setup_link_use
from dms.audit.verify import Tally, verify_all
from dms.records.protection.grants import grant_give_in_town
from tests import factories
from tests.factories import ClientOf

pytestmark = pytest.mark.usefixtures("scope", "quick_passwords")
HERE = "/api/v1/accounts/"
ASKED = {"user": "anna", "first_name": "Anna", "last_name": "Weiß", "reason": "Neue Kollegin"}
WHY = {"reason": "Verlust"}


@pytest.fixture
def keeper(scope: object, client_of: ClientOf) -> APIClient:
    return client_of(factories.user_with(Role.ACCOUNTS, name="karl"))


def made(keeper: APIClient) -> str:
    """The address of the account."""
    answer = keeper.post(HERE, ASKED, format="json")
    assert answer.status_code == 201, answer.content
    return f"{HERE}{answer.json()['id']}/"


def test_an_account_is_made_set_up_locked_and_unlocked(keeper: APIClient) -> None:
    here = made(keeper)
    assert keeper.get(here).json() == {
        "id": User.objects.get(username="anna").pk, "user": "anna", "name": "Anna Weiß", "state": "waiting",
        "is_service": False, "ways": [], "second_factor": False, "last_login": None, "has_rights": False,
        "set_up_at": None, "setup_link_until": None, "actions": ["lock", "end_sessions", "issue_setup_link"],
    }  # fmt: skip
    issued = keeper.post(f"{here}setup-link/", WHY, format="json")
    assert (issued.status_code, issued.headers["Cache-Control"]) == (201, "private, no-store")
    address, _sign, code = issued.json()["link"].partition("#")
    assert address == "http://testserver/login/first/"
    assert keeper.get(here).json()["setup_link_until"] == issued.json()["expires_at"]
    link = setup_link_of(code, now=timezone.now())
    assert link is not None
    setup_link_use(link, "Sonne Kiesel Taube", now=timezone.now())
    told = keeper.get(here).json()
    assert (told["state"], told["ways"], told["setup_link_until"]) == ("open", ["password"], None)
    assert told["set_up_at"] is not None
    refused = keeper.post(f"{here}setup-link/", WHY, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "account_in_use")
    assert keeper.post(f"{here}end-sessions/", WHY, format="json").json() == {"ended": 0}
    locked = keeper.post(f"{here}lock/", WHY, format="json").json()
    assert (locked["state"], locked["actions"]) == ("locked", ["unlock"])
    assert keeper.post(f"{here}lock/", WHY, format="json").status_code == 409
    assert keeper.post(f"{here}unlock/", WHY, format="json").json()["state"] == "open"
    history = keeper.get(f"{here}history/").json()
    assert [one["event"] for one in history] == [
        "account:enabled", "account:disabled", "account:sessions_cut_off", "account:setup_link_used",
        "account:setup_link_issued", "account:created",
    ]  # fmt: skip
    assert history[3]["text"] == "Einrichtungslink benutzt und Kennwort gewählt: ausgestellt von karl"
    assert list(verify_all(Tally())) == []


def test_who_keeps_no_accounts_sees_none_and_learns_no_login(keeper: APIClient, api: APIClient) -> None:
    here = made(keeper)
    assert api.get(HERE).json()["results"] == []
    unknown = api.get(f"{HERE}987654321/")
    for part in ("", "history/"):
        assert (api.get(f"{here}{part}").status_code, api.get(f"{here}{part}").content) == (404, unknown.content)
    for part in ("lock/", "unlock/", "end-sessions/", "setup-link/"):
        assert api.post(f"{here}{part}", WHY, format="json").status_code == 404
    answers = [api.post(HERE, {**ASKED, "user": name}, format="json") for name in ("anna", "nobody", "")]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "not_allowed")] * 3
    assert User.objects.get(username="anna").is_active


def names(keeper: APIClient, query: str) -> list[str]:
    return [one["user"] for one in keeper.get(f"{HERE}{query}").json()["results"]]


def test_the_list_is_searched_narrowed_and_paged(keeper: APIClient) -> None:
    made(keeper)
    factories.account("bert")
    assert names(keeper, "") == ["anna", "bert", "karl"]
    assert names(keeper, "?q=wei") == ["anna"]
    assert names(keeper, "?state=open&q=bert") == ["bert"]
    assert names(keeper, "?state=locked") == []
    assert keeper.get(f"{HERE}?state=cosmic").status_code == 400
    first = keeper.get(f"{HERE}?page_size=2").json()
    assert [one["user"] for one in keeper.get(first["next"]).json()["results"]] == ["karl"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({**ASKED, "user": "an na"}, "user"), ({**ASKED, "user": "KARL"}, "user"), ({"user": "anna"}, "reason"),
        ({**ASKED, "reason": " "}, "reason"), ({**ASKED, "password": "x"}, "password"),
        ({**ASKED, "state": "open"}, "state"), ({**ASKED, "first_name": "x" * 151}, "first_name"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_refused_by_name(keeper: APIClient, asked: dict[str, str], field: str) -> None:
    answer = keeper.post(HERE, asked, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert answer["Content-Type"] == "application/problem+json"


def test_what_somebody_changed_meanwhile_is_not_overwritten(keeper: APIClient) -> None:
    here = made(keeper)
    first = keeper.get(here)["ETag"]
    second = keeper.post(f"{here}lock/", WHY, format="json", headers={"if-match": first})["ETag"]
    assert second != first
    for part in ("unlock/", "end-sessions/", "setup-link/"):
        stale = keeper.post(f"{here}{part}", WHY, format="json", headers={"if-match": first})
        assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    assert keeper.post(f"{here}unlock/", WHY, format="json", headers={"if-match": second}).status_code == 200


def test_an_account_with_a_right_gets_no_link_and_nobody_locks_themselves(keeper: APIClient) -> None:
    here = made(keeper)
    code = keeper.post(f"{here}setup-link/", WHY, format="json").json()["link"].partition("#")[2]
    anna = User.objects.get(username="anna")
    grant_give_in_town(system_setup(), factories.town(), anna, Role.CLERK, reason="Dienst")
    told = keeper.get(here).json()
    assert (told["has_rights"], told["setup_link_until"], told["actions"]) == (True, None, ["lock", "end_sessions"])
    refused = keeper.post(f"{here}setup-link/", WHY, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "account_has_rights")
    assert setup_link_of(code, now=timezone.now()) is None
    me = User.objects.get(username="karl").pk
    own = keeper.post(f"{HERE}{me}/lock/", WHY, format="json")
    assert (own.status_code, own.json()["code"]) == (409, "not_oneself")
