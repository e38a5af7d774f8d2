"""Logging in by OIDC, with a real provider: its pages, its keys, its tokens."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from config.outside import oidc_settings
from dms.access.actors import operator
from dms.access.models import Membership, User
from dms.accounts.accounts import account_disable
from dms.accounts.models import OutsideIdentity
from dms.adapters.chosen import oidc_provider
from dms.adapters.oidc import OidcProvider
from dms.adapters.oidc_errors import ClocksDiffer, OidcError, ProviderRefused, ProviderUnreachable, TokenRefused
from tests import factories
from tests.factories import PASSWORD
from tests.oidc_provider import CLIENT, OidcServer

pytestmark = pytest.mark.usefixtures("scope", "quick_passwords")
HERE = "http://testserver"
Waiting = tuple[OidcProvider, Any, dict[str, Any]]


def somebody(there: OidcServer, *groups: str) -> str:
    name = f"anna-{uuid4().hex[:8]}"
    there.person(name, groups=groups)
    return name


def sent_away(browser: Client, next_page: str = "/help/") -> str:
    answer = browser.get("/login/oidc/", {"next": next_page})
    assert answer.status_code == 302
    return str(answer["Location"])


def came_back(browser: Client, there: OidcServer, name: str, next_page: str = "/help/") -> Any:
    back = there.person_comes_from(sent_away(browser, next_page), name)
    assert back.startswith(f"{HERE}/login/oidc/back/?")
    return browser.get(back.removeprefix(HERE), follow=True)


def is_in(browser: Client) -> bool:
    return browser.get("/help/").status_code == 200


def page(answer: Any) -> str:
    return str(answer.content.decode())


def test_somebody_logs_in_there_and_is_in_here_with_an_account_and_on_the_page_asked_for(there: OidcServer) -> None:
    browser, name = Client(), somebody(there)
    assert "Mit Rathaus-Konto anmelden" in page(browser.get("/login/?next=/plan/"))
    answer = came_back(browser, there, name, "/account/")
    assert answer.redirect_chain[-1][0] == "/account/"
    user = User.objects.get(username=name)
    assert (user.get_full_name(), user.email, user.has_usable_password()) == (
        "Anna Weiß",
        f"{name}@stadt.example",
        False,
    )
    assert "Ihr Konto hat hier kein Kennwort" in page(answer)
    assert is_in(browser)
    assert came_back(Client(), there, name).status_code == 200
    assert User.objects.filter(username__startswith="anna-").count() == 1


def test_what_the_browser_is_sent_with_is_new_each_time_and_proves_itself(there: OidcServer) -> None:
    asked = [parse_qs(urlsplit(sent_away(Client())).query) for _ in range(2)]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["scope"] == ["openid profile email groups"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) >= 43


@pytest.mark.parametrize("elsewhere", ["https://boese.example/", "//boese.example/", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site_afterwards(there: OidcServer, elsewhere: str) -> None:
    answer = came_back(Client(), there, somebody(there), elsewhere)
    assert answer.redirect_chain[-1][0] == "/"


def test_an_answer_is_good_once_and_in_the_browser_that_asked(there: OidcServer) -> None:
    browser, name = Client(), somebody(there)
    back = there.person_comes_from(sent_away(browser), name).removeprefix(HERE)
    assert "abgelaufen oder wurde schon benutzt" in page(Client().get(back, follow=True))
    assert browser.get(back).status_code == 302
    assert is_in(browser)
    browser.post("/logout/")
    assert "abgelaufen oder wurde schon benutzt" in page(browser.get(back, follow=True))
    assert not is_in(browser)


def noted(browser: Client, **changes: Any) -> None:
    """Something else is waited for than was sent."""
    session = browser.session
    waiting = session["oidc_begun"]
    session["oidc_begun"] = {state: {**note, **changes} for state, note in waiting.items()}
    session.save()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nonce": "of another login"}, "ist nicht gültig"),
        ({"verifier": "x" * 43}, "ist nicht gültig"),
        ({"redirect_uri": "http://testserver/elsewhere/"}, "ist nicht gültig"),
        ({"at": (datetime.now(UTC) - timedelta(minutes=31)).timestamp()}, "abgelaufen"),
    ],
)
def test_a_login_that_is_not_the_one_that_was_begun_does_not_open(
    there: OidcServer, changes: dict[str, Any], sentence: str
) -> None:
    browser = Client()
    back = there.person_comes_from(sent_away(browser), somebody(there)).removeprefix(HERE)
    noted(browser, **changes)
    assert sentence in page(browser.get(back, follow=True))
    assert not is_in(browser)
    assert not OutsideIdentity.objects.exists()


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def with_secret(claims: dict[str, Any], secret: bytes, **header: Any) -> str:
    """Signed with HS256, which knows no public half."""
    signed = f"{part({'alg': 'HS256', **header})}.{part(claims)}"
    signature = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


@pytest.fixture
def waiting(there: OidcServer) -> Waiting:
    """Our side, a login on its way, and what the provider would sign about it."""
    provider = oidc_provider()
    begun = provider.begin(f"{HERE}/login/oidc/back/")
    now = datetime.now(UTC).timestamp()
    good = {
        "iss": there.issuer, "aud": CLIENT, "sub": "anna", "nonce": begun.nonce, "iat": int(now), "exp": int(now) + 300
    }  # fmt: skip
    return provider, begun, good


def verified(provider: OidcProvider, token: str, begun: Any) -> dict[str, Any]:
    return provider._verified(token, begun, datetime.now(UTC))


HOUR = 3600


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "https://boese.example"}, TokenRefused),
        ({"iss": None}, TokenRefused),
        ({"aud": "another-client"}, TokenRefused),
        ({"aud": ["registratur", "another"]}, TokenRefused),
        ({"aud": ["registratur", "another"], "azp": "another"}, TokenRefused),
        ({"azp": "another"}, TokenRefused),
        ({"nonce": "x"}, TokenRefused),
        ({"nonce": None}, TokenRefused),
        ({"sub": ""}, TokenRefused),
        ({"sub": 7}, TokenRefused),
        ({"exp": None}, TokenRefused),
        ({"iat": None}, TokenRefused),
        ({"exp": -HOUR}, ClocksDiffer),
        ({"iat": HOUR, "exp": 2 * HOUR}, ClocksDiffer),
    ],
)
def test_a_token_of_the_provider_that_is_not_for_us_and_now_is_refused(
    there: OidcServer,
    waiting: Waiting,
    changes: dict[str, Any],
    error: type[OidcError],
) -> None:
    provider, begun, good = waiting
    assert verified(provider, there.signed(good), begun)["sub"] == "anna"
    times = {name: good["iat"] + value for name, value in changes.items() if name in {"exp", "iat"} and value}
    wrong = {name: value for name, value in {**good, **changes, **times}.items() if value is not None}
    with pytest.raises(error):
        verified(provider, there.signed(wrong), begun)


def test_a_token_without_signature_or_signed_with_what_everybody_knows_is_refused(
    there: OidcServer, waiting: Waiting
) -> None:
    provider, begun, good = waiting
    public = there.key.as_pem(private=False)
    forged = [with_secret(good, secret, kid=there.key.kid) for secret in (public, b"geheim" * 8, b"")]
    real = there.signed(good)
    for token in (
        f"{part({'alg': 'none'})}.{part(good)}.",
        f"{part({'alg': 'none', 'kid': there.key.kid})}.{part(good)}.",
        *forged,
        real[:-8] + "AAAAAAAA",
        f"{real.split('.')[0]}.{part({**good, 'sub': 'bert'})}.{real.split('.')[2]}",
        "",
        "a.b.c",
    ):
        with pytest.raises(TokenRefused):
            verified(provider, token, begun)


def test_a_new_key_of_the_provider_is_fetched_when_it_is_first_used(there: OidcServer) -> None:
    name = somebody(there)
    assert came_back(Client(), there, name).status_code == 200
    old = there.key
    there.new_key()
    browser = Client()
    came_back(browser, there, name)
    assert is_in(browser)
    provider = oidc_provider()
    begun = provider.begin(HERE)
    there.key, new = old, there.key
    token = there.signed({"iss": there.issuer, "aud": CLIENT, "sub": "anna", "nonce": begun.nonce, "iat": 1, "exp": 2})
    there.key = new
    with pytest.raises(TokenRefused, match="kid"):
        verified(provider, token, begun)


def test_a_provider_that_is_down_is_said_and_the_password_opens(settings: LazySettings, there: OidcServer) -> None:
    settings.OIDC = {**settings.OIDC, "issuer": "http://localhost:9"}
    oidc_provider.cache_clear()
    factories.account("bert")
    browser = Client()
    answer = browser.get("/login/oidc/?next=/plan/", follow=True)
    assert answer.redirect_chain[-1][0] == "/login/?next=%2Fplan%2F"
    assert "Der Anmeldedienst antwortet nicht" in page(answer)
    assert "Mit Rathaus-Konto anmelden" in page(answer)
    browser.post("/login/", {"username": "bert", "password": PASSWORD})
    assert is_in(browser)


def test_a_wrong_secret_and_another_name_of_the_provider_are_refused_with_the_reason_in_the_log(
    there: OidcServer, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.OIDC = {**settings.OIDC, "client_secret": "wrong"}
    oidc_provider.cache_clear()
    assert "ist nicht gültig" in page(came_back(Client(), there, somebody(there)))
    assert "invalid_client" in caplog.text
    other = replace(oidc_provider(), issuer=there.issuer.replace("127.0.0.1", "localhost"))
    with pytest.raises((ProviderRefused, ProviderUnreachable)):
        other.login_address(other.begin(HERE))


def test_who_refuses_there_is_told_so_and_comes_back_to_the_login(there: OidcServer) -> None:
    there.client(HERE, asks_person=True)
    browser, name = Client(), somebody(there)
    back = there.person_comes_from(sent_away(browser, "/plan/"), name, consent="deny").removeprefix(HERE)
    answer = browser.get(back, follow=True)
    assert answer.redirect_chain[-1][0] == "/login/?next=%2Fplan%2F"
    assert "Sie haben die Anmeldung abgebrochen" in page(answer)


def test_who_is_not_known_here_is_told_what_to_do(there: OidcServer, settings: LazySettings) -> None:
    settings.OIDC = {**settings.OIDC, "creates": False}
    browser = Client()
    assert "hier gibt es für Sie noch kein Konto" in page(came_back(browser, there, somebody(there)))
    assert not is_in(browser)


def test_a_disabled_account_does_not_open_and_one_withdrawn_there_does_neither(there: OidcServer) -> None:
    browser, name = Client(), somebody(there)
    came_back(browser, there, name)
    account_disable(operator("root"), User.objects.get(username=name), now=datetime.now(UTC))
    assert not is_in(browser)
    assert "Ihr Konto ist gesperrt" in page(came_back(browser, there, name))
    assert not is_in(browser)
    other = somebody(there)
    address = sent_away(browser)
    back = there.person_comes_from(address, other)
    there.without_person(other)
    browser.get(back.removeprefix(HERE))
    assert not is_in(browser)


def test_groups_there_open_what_is_kept_here(there: OidcServer, settings: LazySettings) -> None:
    from dms.access.actors import system_setup
    from dms.access.models import BodyKind
    from dms.accounts.bodies import body_create

    body_create(system_setup(), "Bürgerbüro", BodyKind.GROUP, factories.town())
    group = f"ewo-{uuid4().hex[:6]}"
    settings.OIDC = {**settings.OIDC, "groups": {group: ["Bürgerbüro"]}}
    oidc_provider.cache_clear()
    name = somebody(there, group)
    came_back(Client(), there, name)
    assert Membership.objects.get().source == "oidc"
    other = somebody(there)
    came_back(Client(), there, other)
    assert [one.user.username for one in Membership.objects.all()] == [name]


@pytest.mark.parametrize(("trusted", "asked"), [("", True), ("pwd", False), ("mfa otp", True)])
def test_a_second_factor_told_by_the_provider_is_not_asked_again(
    there: OidcServer, settings: LazySettings, trusted: str, asked: bool
) -> None:
    """The provider of the tests tells `pwd` of whoever typed a password."""
    settings.SECOND_FACTOR_FOR = ["everybody"]
    settings.OIDC = {**settings.OIDC, "second_factor": trusted.split()}
    browser = Client()
    answer = came_back(browser, there, somebody(there))
    assert (answer.redirect_chain[-1][0] == "/login/second/set-up/") is asked
    assert is_in(browser) is not asked


def linked(browser: Client, there: OidcServer, name: str, password: str = PASSWORD) -> Any:
    answer = browser.post("/account/outside/", {"password": password})
    if answer.status_code == 302:
        return browser.get(answer["Location"])
    address = answer["Refresh"].removeprefix("0; url=")
    return browser.get(there.person_comes_from(address, name).removeprefix(HERE), follow=True)


def test_a_person_links_the_account_with_the_password_and_unlinks_it(there: OidcServer, settings: LazySettings) -> None:
    settings.OIDC = {**settings.OIDC, "creates": False}
    name, mine, browser = somebody(there), factories.account("weiss"), Client()
    browser.force_login(mine)
    assert "Mit Rathaus-Konto verbinden" in page(browser.get("/account/"))
    assert "es wurde nichts verbunden" in page(linked(browser, there, name, "wrong"))
    assert "Ihr Konto ist verbunden" in page(linked(browser, there, name))
    other = Client()
    came_back(other, there, name)
    assert other.session["_auth_user_id"] == str(mine.pk)
    bert = Client()
    bert.force_login(factories.account("bert"))
    assert "gehört schon zu einem Konto" in page(linked(bert, there, name))
    address = f"/account/outside/{OutsideIdentity.objects.get().pk}/unlink/"
    assert bert.post(address).status_code == 404
    assert "Verbindung lösen?" in page(browser.get(address))
    assert "Die Verbindung ist gelöst" in page(browser.post(address, follow=True))
    assert not is_in(other)
    assert is_in(browser)
    assert "noch kein Konto" in page(came_back(Client(), there, name))


def test_nobody_else_is_linked_when_the_person_has_logged_out_meanwhile(there: OidcServer) -> None:
    name, browser = somebody(there), Client()
    browser.force_login(factories.account("weiss"))
    address = browser.post("/account/outside/", {"password": PASSWORD})["Refresh"].removeprefix("0; url=")
    back = there.person_comes_from(address, name).removeprefix(HERE)
    kept = browser.session["oidc_begun"]
    browser.force_login(factories.account("bert"))
    session = browser.session
    session["oidc_begun"] = kept
    session.save()
    assert "inzwischen abgemeldet" in page(browser.get(back, follow=True))
    assert not OutsideIdentity.objects.exists()


def test_who_has_no_password_here_cannot_log_in_by_one_nor_unlink(there: OidcServer) -> None:
    browser, name = Client(), somebody(there)
    came_back(browser, there, name)
    for password in ("", "!", name):
        Client().post("/login/", {"username": name, "password": password})
    answer = browser.post(f"/account/outside/{OutsideIdentity.objects.get().pk}/unlink/", follow=True)
    assert "kämen Sie nicht mehr hinein" in page(answer)
    assert OutsideIdentity.objects.count() == 1
    assert "Verbindung lösen" not in page(browser.get("/account/"))


def test_logging_out_here_leads_to_logging_out_there(there: OidcServer) -> None:
    browser, name = Client(), somebody(there)
    came_back(browser, there, name)
    answer = browser.post("/logout/")
    address = answer["Refresh"].removeprefix("0; url=")
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{there.issuer}/oauth/end_session?")
    assert asked["post_logout_redirect_uri"] == [f"{HERE}/login/"]
    assert asked["id_token_hint"][0].count(".") == 2
    assert there.person_comes_from(address, name) == f"{HERE}/login/"
    assert not is_in(browser)
    bert = Client()
    bert.force_login(factories.account("bert"))
    assert bert.post("/logout/")["Location"] == "/login/"


def test_where_nobody_logs_in_by_oidc_there_is_no_button_and_no_address(settings: LazySettings) -> None:
    assert "login/oidc" not in page(Client().get("/login/"))
    for address in ("/login/oidc/", "/login/oidc/back/?state=x&code=y"):
        assert Client().get(address).status_code == 404


def test_settings_that_cannot_be_meant_are_refused_at_the_start() -> None:
    def read(**given: str) -> dict[str, Any]:
        return oidc_settings(given.get)

    assert read()["issuer"] == ""
    with pytest.raises(ImproperlyConfigured, match="https"):
        read(OIDC_ISSUER="http://login.stadt.example", OIDC_CLIENT_ID="x")
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        read(OIDC_ISSUER="https://login.stadt.example")
    assert (
        read(OIDC_ISSUER="https://login.stadt.example/realms/stadt", OIDC_CLIENT_ID="x")["label"]
        == "login.stadt.example"
    )
