"""A token opens what it was issued for and no more; a program has an account of its own that nobody logs in to."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from rest_framework.test import APIClient

from api import urls
from config.town import town_setup
from dms.access.actors import operator
from dms.access.models import ApiToken, Scope, TokenReach, User
from dms.access.permissions import Role
from dms.accounts.accounts import NoPasswordForPrograms, password_reset
from dms.audit.verify import Tally, verify_all
from tests.factories import token_of, user_with

pytestmark = pytest.mark.usefixtures("store", "scope")


def program(reach: TokenReach) -> APIClient:
    clerk = user_with(Role.CLERK, Role.REGISTRY)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(clerk, reach=reach)}")


def hand_in(client: APIClient) -> object:
    return client.post("/api/v1/inbox/", {"file": SimpleUploadedFile("brief.txt", b"Ein Brief")})


def test_a_token_for_handing_in_hands_in_and_follows_what_it_handed_in(scope: Scope) -> None:
    client = program(TokenReach.INTAKE)
    answer = hand_in(client)
    assert answer.status_code == 201  # type: ignore[attr-defined]
    assert client.get(f"/api/v1/inbox/{answer.json()['id']}/").status_code == 200  # type: ignore[attr-defined]


def test_a_token_for_reading_reads_and_changes_nothing(scope: Scope) -> None:
    client = program(TokenReach.READ)
    assert client.get("/api/v1/inbox/").status_code == 200
    answer = hand_in(client)
    assert (answer.status_code, answer.json()["code"]) == (403, "token_reach")  # type: ignore[attr-defined]
    assert "nur lesen" in answer.json()["detail"]  # type: ignore[attr-defined]


def test_no_other_address_of_rest_answers_a_token_for_handing_in(scope: Scope) -> None:
    """By the views themselves, so a new one is asked from its first day."""
    open_to_it = {
        (str(pattern.pattern), method)
        for pattern in urls.urlpatterns
        if isinstance(pattern, URLPattern)
        for method in getattr(getattr(pattern.callback, "view_class", None), "intake_methods", ())
    }
    assert open_to_it == {("inbox/", "POST"), ("inbox/<uuid:item_id>/", "GET"), ("inbox/<uuid:item_id>/", "HEAD")}
    client = program(TokenReach.INTAKE)
    for address in ("inbox/", "documents/", "dossiers/", "search/?q=x", "plan-entries/"):
        answer = client.get(f"/api/v1/{address}")
        assert (answer.status_code, answer.json()["code"]) == (403, "token_reach"), address


def test_reading_reach_refuses_every_changing_method_at_every_address(scope: Scope) -> None:
    client, unknown = program(TokenReach.READ), "00000000-0000-4000-8000-000000000000"
    resolver = get_resolver()
    for address in (f"documents/{unknown}/", f"dossiers/{unknown}/close/", "filing/", f"inbox/{unknown}/settle/"):
        assert resolver.resolve(f"/api/v1/{address}")
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(client, method)(f"/api/v1/{address}", {}, format="json")
            assert (answer.status_code, answer.json()["code"]) == (403, "token_reach"), (method, address)


def test_the_command_gives_a_token_its_reach_and_the_proof_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    user_with(Role.SCANNING, name="scanner")
    call_command("token", "scanner", "--reach", "intake")
    assert ApiToken.objects.get().reach == TokenReach.INTAKE
    assert list(verify_all(Tally())) == []
    ApiToken.objects.update(reach=TokenReach.EVERYTHING)
    assert list(verify_all(Tally())) != []


def test_a_service_account_has_tokens_and_never_a_password(capsys: pytest.CaptureFixture[str]) -> None:
    town_setup()
    call_command("user", "scanner", "--service", "--role", "scanning")
    said = capsys.readouterr()
    assert (said.out, "./manage.py token scanner" in said.err) == ("", True)
    user = User.objects.get(username="scanner")
    assert user.is_service
    assert authenticate(username="scanner", password="") is None
    with pytest.raises(NoPasswordForPrograms):
        password_reset(operator("root"), user, "Ein-langes-Kennwort", now=timezone.now())
    with pytest.raises(CommandError, match="never a password"):
        call_command("user", "scanner", "--reset-password")
    call_command("user", "--list")
    assert "scanner\tservice\tscanning" in capsys.readouterr().out
    assert list(verify_all(Tally())) == []


def test_a_persons_account_is_not_made_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    town_setup()
    call_command("user", "anna", "--role", "clerk")
    with pytest.raises(CommandError, match="person's account"):
        call_command("user", "anna", "--service", "--role", "clerk")
    with pytest.raises(CommandError, match="need --role"):
        call_command("user", "bert", "--service")
