"""Login everywhere, and errors that a program can act on and a person can read."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone
from rest_framework.test import APIClient

from api.http.problems import problem_handler
from api.inbox.views import InboxView
from api.urls import urlpatterns
from dms.access.models import ApiToken, User
from dms.ports import ObjectLocked
from tests import factories

PROBLEM = "application/problem+json"
BASE = "/api/v1/"


def paths() -> list[str]:
    """Every path of the API, with an id of nothing where one is wanted."""
    return [BASE + _filled(pattern) for pattern in urlpatterns] + [f"{BASE}inbox", f"{BASE}no/such/path/"]


def _filled(pattern: URLPattern) -> str:
    some = str(factories.unknown_id())
    route = str(pattern.pattern)
    return route.replace("<uuid:document_id>", some).replace("<uuid:item_id>", some).replace("<int:number>", "1")


@pytest.mark.django_db
@pytest.mark.parametrize("path", paths())
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_nobody_gets_in_without_login(path: str, method: str) -> None:
    answer = Client().generic(method, path)
    assert (answer.status_code, answer["Content-Type"]) == (401, PROBLEM)
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("token", ["", "reg_unknown", "ä", "a b c"])
def test_an_unknown_token_is_no_login(db: None, token: str) -> None:
    answer = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get(f"{BASE}inbox/")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert "Zugriffstoken" in answer.json()["detail"]


def test_a_token_ends_with_its_time_and_with_its_user(clerk: User) -> None:
    api = APIClient(HTTP_AUTHORIZATION=f"bearer {factories.token_of(clerk)}")
    assert api.get(f"{BASE}inbox/").status_code == 200
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert api.get(f"{BASE}inbox/").status_code == 401
    User.objects.filter(pk=clerk.pk).update(is_active=True)
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get(f"{BASE}inbox/").status_code == 401


def test_the_session_of_the_browser_is_a_login(clerk: User) -> None:
    browser = APIClient()
    browser.force_login(clerk)
    assert browser.get(f"{BASE}inbox/").status_code == 200


def problem(answer: Any) -> dict[str, Any]:
    assert answer["Content-Type"] == PROBLEM
    told: dict[str, Any] = json.loads(answer.content)
    assert {"type", "title", "status", "code", "detail"} <= told.keys()
    assert told["status"] == answer.status_code
    return told


def test_a_path_that_does_not_exist_is_a_problem(api: APIClient) -> None:
    for path in ("", "nothing/", "inbox/no-id/", f"documents/{factories.unknown_id()}/pages/x/image/", "a%0Ab/", "%00"):
        answer = api.get(BASE + path)
        assert (answer.status_code, problem(answer)["code"]) == (404, "not_found"), path


def test_a_missing_slash_is_put_right_with_method_and_body(api: APIClient) -> None:
    answer = api.post(f"{BASE}inbox?x=1", {"file": "x"}, format="multipart")
    assert (answer.status_code, answer["Location"]) == (308, f"{BASE}inbox/?x=1")
    assert api.get(f"{BASE}nothing").status_code == 404


def test_a_method_that_is_not_there_is_a_problem(api: APIClient) -> None:
    answer = api.delete(f"{BASE}inbox/")
    assert (answer.status_code, problem(answer)["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET, POST, HEAD"
    assert api.options(f"{BASE}inbox/").status_code == 405


def test_sentences_are_german(api: APIClient) -> None:
    assert "gibt es nicht" in problem(api.get(f"{BASE}nothing/"))["detail"]
    assert problem(Client().get(f"{BASE}inbox/"))["title"] == "Anmeldung nötig"


def test_a_body_over_the_limit_is_not_read(api: APIClient) -> None:
    address = f"{BASE}documents/{factories.document().id}/"
    answer = api.generic("PATCH", address, "{}", content_type="application/json", CONTENT_LENGTH=str(10**9))
    assert (answer.status_code, problem(answer)["code"]) == (413, "too_large")


def test_a_broken_multipart_body_is_a_problem(api: APIClient) -> None:
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "multipart/form-data; boundary=\u00e4"):
        answer = api.generic("POST", f"{BASE}inbox/", "--y\r\nnonsense", content_type=kind)
        assert (answer.status_code, problem(answer)["status"]) == (400, 400), kind


def test_more_fields_than_anybody_needs_are_a_problem(api: APIClient) -> None:
    fields = {f"field{number}": "x" for number in range(1100)}
    answer = api.post(f"{BASE}inbox/", fields, format="multipart")
    assert answer.status_code in {400, 413}
    problem(answer)


def test_an_unexpected_error_tells_nothing_of_the_inside(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(self: InboxView) -> None:
        raise ZeroDivisionError("secret of the inside")

    monkeypatch.setattr(InboxView, "get_queryset", breaks)
    answer = api.get(f"{BASE}inbox/")
    assert (answer.status_code, problem(answer)["code"]) == (500, "unexpected")
    assert b"secret" not in answer.content


def test_what_the_store_protects_is_told_as_that_and_not_as_damaged() -> None:
    answer = problem_handler(ObjectLocked("a/b: kept until 2036-12-31"), {})
    assert (answer.status_code, problem(answer)["code"]) == (409, "object_locked")
    assert "nichts gelöscht" in problem(answer)["detail"]


def test_answers_are_kept_by_no_cache(api: APIClient) -> None:
    assert api.get(f"{BASE}inbox/")["Cache-Control"] == "private, no-store"
    assert api.get(f"{BASE}nothing/")["Cache-Control"] == "no-store"
