"""Settings of a directory that would give passwords away or let anybody in are refused at the start."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.directory import ldap_settings

GOOD = {"LDAP_URL": "ldaps://ldap.example.org ldap://127.0.0.1:389", "LDAP_USER_BASE": "ou=people,dc=example"}


def read(**given: str) -> dict[str, Any]:
    return ldap_settings((GOOD | given).get)


def test_nothing_is_needed_where_there_is_no_directory() -> None:
    assert ldap_settings(lambda _name, default: default)["servers"]["urls"] == ()


def test_several_servers_are_tried_in_turn() -> None:
    assert read()["servers"]["urls"] == ("ldaps://ldap.example.org", "ldap://127.0.0.1:389")
    assert not read()["servers"]["starttls"]


def test_what_leaves_this_machine_is_encrypted_first_unless_somebody_says_no() -> None:
    assert read(LDAP_URL="ldap://ldap.example.org")["servers"]["starttls"]
    plain = {"LDAP_URL": "ldap://ldap.example.org", "LDAP_STARTTLS": "0"}
    with pytest.raises(ImproperlyConfigured, match="clear text"):
        read(**plain)
    assert not read(**plain, LDAP_ALLOW_PLAIN="1")["servers"]["starttls"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"LDAP_USER_BASE": ""}, "LDAP_USER_BASE is needed"),
        ({"LDAP_USER_FILTER": "(objectClass=person)"}, "has to hold {name}"),
        ({"LDAP_BIND_DN": "cn=reader"}, "LDAP_BIND_PASSWORD"),
        ({"LDAP_URL": "https://ldap.example.org"}, "no address of a directory"),
        ({"LDAP_GROUPS": '{"a": "b"}'}, "LDAP_GROUP_BASE is needed"),
    ],
)
def test_what_is_missing_or_wrong_is_named(given: dict[str, str], words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        read(**given)
