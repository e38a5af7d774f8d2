"""A real provider of logins by OpenID Connect for the tests: Canaille, in a thread, on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "registratur", "ein+Geheimnis/mit:Zeichen %"
PASSWORD = "Kennwort-beim-Anmeldedienst"


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class OidcServer:
    """People there are kept in memory. Made by `oidc_server`."""

    def __init__(self, http: WSGIServer, key: RSAKey) -> None:
        self._http = http
        self.issuer = f"http://127.0.0.1:{http.server_port}"
        """Another site than `localhost`, where the product is."""
        self.key = key
        self.app = self._make_app()
        http.set_app(self.app)

    def settings(self, **other: Any) -> dict[str, Any]:
        """`settings.OIDC`."""
        from config.outside import oidc_settings

        given = {
            "OIDC_ISSUER": self.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET,
            "OIDC_SCOPES": "openid profile email groups", "OIDC_USERNAME_CLAIM": "preferred_username",
            "OIDC_LABEL": "Rathaus-Konto", **other,
        }  # fmt: skip
        return oidc_settings(lambda name, default: str(given.get(name, default)))

    def person(self, name: str, full_name: str = "Anna Weiß", groups: tuple[str, ...] = ()) -> None:
        from canaille.app import models
        from canaille.backends import Backend

        with self.app.app_context():
            last = full_name.rpartition(" ")[2]
            user = models.User(
                user_name=name, display_name=name, family_name=last, formatted_name=full_name,
                emails=[f"{name}@stadt.example"], password=PASSWORD,
            )  # fmt: skip
            Backend.instance.save(user)
            for group in groups:
                Backend.instance.save(models.Group(display_name=group, members=[user]))

    def client(self, *addresses: str, asks_person: bool = False) -> None:
        """We, as the provider knows us: where the browser may be sent back to."""
        from canaille.app import models
        from canaille.backends import Backend

        with self.app.app_context():
            for known in Backend.instance.query(models.Client, client_id=CLIENT):
                Backend.instance.delete(known)
            us = models.Client(
                client_id=CLIENT, client_secret=SECRET, client_name="Registratur",
                client_uri="https://fremd.example/" if asks_person else "http://127.0.0.1/",
                redirect_uris=[f"{address}/login/oidc/back/" for address in addresses],
                post_logout_redirect_uris=[f"{address}/login/" for address in addresses],
                grant_types=["authorization_code"], response_types=["code"],
                scope=["openid", "profile", "email", "groups"], token_endpoint_auth_method="client_secret_basic",
            )  # fmt: skip
            Backend.instance.save(us)
            us.audience = [us]  # of what is saved alone
            Backend.instance.save(us)

    def new_key(self) -> None:
        """Signs with another from now on, and shows the old one no more."""
        self.key = _key()
        self.app.config["CANAILLE_OIDC"]["ACTIVE_JWKS"] = [self.key.as_dict(private=True)]

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """As if the provider had said so."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **header}, claims, self.key)

    def person_comes_from(self, address: str, name: str = "anna", *, consent: str = "accept") -> str:
        """The way of a browser from where we sent it: the address back to us, after name and password there."""
        forms = {"/login": {"login": name}, "/auth/password": {"password": PASSWORD}}
        with httpx.Client(base_url=self.issuer, timeout=60) as browser:
            answer = browser.get(address)
            while True:
                if answer.is_redirect:
                    there = str(answer.next_request.url) if answer.next_request else ""
                    if not there.startswith(self.issuer):
                        return there
                    answer = browser.get(there)
                elif answer.status_code == HTTPStatus.OK:
                    answer = browser.post(answer.url, data=forms.get(answer.url.path, {"answer": consent}))
                else:
                    raise AssertionError(f"{answer.url} answers {answer.status_code}: {answer.text[:500]}")

    def without_person(self, name: str) -> None:
        """The account there is withdrawn."""
        from canaille.app import models
        from canaille.backends import Backend

        with self.app.app_context():
            for user in Backend.instance.query(models.User, user_name=name):
                Backend.instance.delete(user)

    def _make_app(self) -> Any:
        from canaille import create_app

        return create_app(
            config={
                "TESTING": True, "ENV_FILE": None, "SECRET_KEY": "of nobody, and long enough",
                "WTF_CSRF_ENABLED": False,
                "PREFERRED_URL_SCHEME": "http", "SERVER_NAME": self.issuer.removeprefix("http://"),
                "CANAILLE": {
                    "DATABASE": "memory", "JAVASCRIPT": False, "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}},
                    "LOGGING": {"version": 1, "disable_existing_loggers": False},
                },
                "CANAILLE_OIDC": {"ACTIVE_JWKS": [self.key.as_dict(private=True)]},
            },
            env_file=None,
            env_prefix="CANAILLE_OF_THE_TESTS_",  # the settings of the product are not its own
        )  # fmt: skip


@contextmanager
def oidc_server() -> Iterator[OidcServer]:
    with pytest.MonkeyPatch.context() as patch, WSGIServer(("127.0.0.1", 0), _Quiet) as http:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        server = OidcServer(http, _key())
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def _key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)
