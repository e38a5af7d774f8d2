"""Behind TLS, Django's own check has nothing to say; without it, the product says itself what is not safe."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import Tags, run_checks
from django.utils import timezone

from dms.access.attempts import FORGOTTEN_AFTER, attempt_begin
from dms.access.models import LoginAttempts

CHECKOUT = Path(__file__).resolve().parents[2]
OWNER = {"DATABASE_OWNER_URL": "postgresql://owner@nowhere/x", "DATABASE_URL": "postgresql://app@nowhere/x"}
TLS = {"BEHIND_TLS": "1", "ALLOWED_HOSTS": "akte.example.org"}
PROBE = """
import django; django.setup()
from django.conf import settings as s
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,
      s.LANGUAGE_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)
"""


def program(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    """The product's Python with these settings; a check needs no server to answer."""
    environment = {**os.environ, **OWNER, "SECRET_KEY": "x" * 20 + "0123456789-abcdefghijklmnopqrstuvwxyz", **given}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # of the tests in a browser
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def check(**given: str) -> tuple[int, str]:
    done = program("manage.py", "check", "--deploy", "--fail-level", "WARNING", **given)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("given", [{}, TLS], ids=["on this machine alone", "behind TLS"])
def test_the_check_of_a_deployment_finds_nothing(given: dict[str, str]) -> None:
    code, told = check(**given)
    assert code == 0, told


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("ALLOWED_HOSTS", ["localhost", "akte.example.org"], "config.W001"),
        ("DATABASES", {"default": {"USER": "one"}, "owner": {"USER": "one"}}, "config.W002"),
        ("DEBUG", True, "security.W018"),
        ("SECRET_KEY", "short", "security.W009"),
    ],
)
def test_what_is_not_safe_is_named(name: str, value: object, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, name, value)
    warnings = run_checks(tags=[Tags.security], include_deployment_checks=True)
    assert found in {warning.id for warning in warnings if not warning.is_silenced()}


def test_behind_tls_cookies_travel_by_tls_alone_and_no_neighbour_can_plant_them() -> None:
    told = program("-c", PROBE, **TLS).stdout.split()
    assert told == ["__Host-sessionid", "__Host-csrftoken", "True", "True", "True", "31536000"]
    assert (settings.SESSION_COOKIE_NAME, settings.SECURE_HSTS_SECONDS) == ("sessionid", 0)


@pytest.mark.django_db
def test_sessions_and_wrong_passwords_that_are_over_are_forgotten() -> None:
    from django.contrib.sessions.models import Session

    from config.tasks import tidy_accounts

    now = timezone.now()
    for key, minutes in (("over", -1), ("running", 60)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(minutes=minutes))
    attempt_begin("anna", "", now=now - FORGOTTEN_AFTER * 2)
    attempt_begin("bert", "", now=now)
    tidy_accounts()
    assert [session.pk for session in Session.objects.all()] == ["running"]
    assert LoginAttempts.objects.count() == 1
