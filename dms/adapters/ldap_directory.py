"""A Directory that is an LDAP server: somebody is searched by a filter, and then logs in there with the password."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from dms.adapters.ldap_answers import state_of_answer, state_of_refusal
from dms.adapters.ldap_connection import LdapServers, connected, searching
from dms.adapters.ldap_library import ldap_library
from dms.ports import DirectoryPerson, DirectoryUnavailable, PasswordRefused

log = logging.getLogger(__name__)
T = TypeVar("T")
Entry = tuple[str, Mapping[str, list[bytes]]]
"""Distinguished name, and values by attribute in lower case."""
GUID = "objectguid"
"""Sixteen bytes, where others write letters."""


@dataclass(frozen=True, slots=True)
class LdapPeople:
    """Where people stand and what describes them. In filters `{name}` is what was typed; `{dn}` and `{username}` in the
    one for groups are the person's."""

    base: str
    filter: str
    subject: str
    username: str
    name: str
    email: str
    group_base: str = ""
    """Empty: groups are not asked for."""
    group_filter: str = ""
    group_name: str = ""


class LdapDirectory:
    def __init__(self, servers: LdapServers, people: LdapPeople) -> None:
        self._servers, self._people = servers, people

    def person_by_password(self, name: str, password: str) -> DirectoryPerson | None:
        """An empty password is none: servers take it for a wish to stay anonymous, and say yes (RFC 4513, 5.1.2)."""
        if not password or not name or "\0" in name + password:
            return None

        def ask(url: str) -> DirectoryPerson | None:
            with searching(self._servers, url) as connection:
                found = self._find(connection, self._filter(name))
                if found is None or not self._opens(url, found[0], password):
                    return None
                return self._described(connection, found)

        return self._ask_in_turn(ask)

    def person_by_subject(self, subject: str) -> DirectoryPerson | None:
        return self._person(self._known(subject))

    def person_by_name(self, name: str) -> DirectoryPerson | None:
        return self._person(self._filter(name)) if name and "\0" not in name else None

    def password_opens(self, subject: str, password: str) -> bool:
        if not password or "\0" in password:
            return False

        def ask(url: str) -> bool:
            with searching(self._servers, url) as connection:
                found = self._find(connection, self._known(subject))
            return found is not None and self._opens(url, found[0], password)

        return self._ask_in_turn(ask)

    def _person(self, wanted: str) -> DirectoryPerson | None:
        def ask(url: str) -> DirectoryPerson | None:
            with searching(self._servers, url) as connection:
                found = self._find(connection, wanted)
                return self._described(connection, found) if found else None

        return self._ask_in_turn(ask)

    def _ask_in_turn(self, ask: Callable[[str], T]) -> T:
        ldap = ldap_library()
        for url in self._servers.urls:
            try:
                return ask(url)
            except (ldap.LDAPError, OSError) as error:
                log.error("the directory server %s fails: %s", url, _in_words(error))
        raise DirectoryUnavailable

    def _known(self, subject: str) -> str:
        """The filter for one of those who may log in, by what stays the same."""
        return f"(&({self._people.subject}={_subject_in_filter(self._people.subject, subject)}){self._filter(None)})"

    def _filter(self, name: str | None) -> str:
        """None: for whatever name."""
        template = self._people.filter
        return template.replace("{name}", "*") if name is None else _filled(template, name=name)

    def _find(self, connection: Any, wanted: str) -> Entry | None:
        """One person and no more: whoever of two is meant is not ours to guess."""
        people = self._people
        attributes = [people.subject, people.username, people.name, people.email]
        found = _search(connection, people.base, wanted, attributes, self._servers.timeout)
        if len(found) > 1:
            log.error("the directory knows several people for %s; LDAP_USER_FILTER has to tell them apart", wanted)
        return found[0] if len(found) == 1 else None

    def _opens(self, url: str, dn: str, password: str) -> bool:
        """On a connection of its own, so that what is searched is searched by who may. Raises PasswordRefused."""
        ldap = ldap_library()
        with connected(self._servers, url) as connection:
            try:
                asked = connection.simple_bind(
                    dn, password, serverctrls=[ldap.controls.ppolicy.PasswordPolicyControl()]
                )
                controls = connection.result4(asked)[3]
            except (ldap.INVALID_CREDENTIALS, ldap.UNWILLING_TO_PERFORM, ldap.CONSTRAINT_VIOLATION) as error:
                if state := state_of_refusal(error):
                    raise PasswordRefused(state) from None
                return False
            except (ldap.INAPPROPRIATE_AUTH, ldap.NO_SUCH_OBJECT, ldap.INSUFFICIENT_ACCESS):
                return False
        if state := state_of_answer(controls):
            raise PasswordRefused(state)
        return True

    def _described(self, connection: Any, found: Entry) -> DirectoryPerson | None:
        """Without what stays the same nobody can be known again."""
        dn, values = found
        people = self._people
        username, subject = _first(values, people.username), _subject(values, people.subject)
        if not subject or not username:
            log.error("%s lacks %s or %s (or who searches may not read it)", dn, people.subject, people.username)
            return None
        groups = self._groups(connection, dn, username) if people.group_base else None
        return DirectoryPerson(subject, username, _first(values, people.name), _first(values, people.email), groups)

    def _groups(self, connection: Any, dn: str, username: str) -> tuple[str, ...]:
        people = self._people
        wanted = _filled(people.group_filter, dn=dn, username=username)
        found = _search(connection, people.group_base, wanted, [people.group_name], self._servers.timeout)
        return tuple(_first(values, people.group_name) for _dn, values in found)


def _search(connection: Any, base: str, wanted: str, attributes: list[str], timeout: float) -> list[Entry]:
    """Without references to other servers."""
    subtree = ldap_library().SCOPE_SUBTREE
    answer = connection.search_ext_s(base, subtree, wanted, attributes, timeout=timeout)
    return [(dn, {name.lower(): values for name, values in found.items()}) for dn, found in answer if dn is not None]


def _filled(template: str, **values: str) -> str:
    """In one go, so that what a value holds is never filled in again. Names that are not given stay."""
    return re.sub(r"\{(\w+)\}", lambda found: _escaped(values[found[1]]) if found[1] in values else found[0], template)


def _escaped(text: str) -> str:
    return str(ldap_library().filter.escape_filter_chars(text))


def _first(values: Mapping[str, list[bytes]], attribute: str) -> str:
    """Empty when there is none."""
    found = values.get(attribute.lower()) or [b""]
    return found[0].decode("utf-8", "replace").strip()


def _subject(values: Mapping[str, list[bytes]], attribute: str) -> str:
    if attribute.lower() != GUID:
        return _first(values, attribute)
    found = values.get(GUID) or [b""]
    return str(uuid.UUID(bytes_le=found[0])) if len(found[0]) == 16 else ""


def _subject_in_filter(attribute: str, subject: str) -> str:
    if attribute.lower() != GUID:
        return _escaped(subject)
    return "".join(f"\\{byte:02x}" for byte in uuid.UUID(subject).bytes_le)


def _in_words(error: Any) -> str:
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    words = ": ".join(str(told[part]) for part in ("desc", "info") if told.get(part))
    return words or f"{type(error).__name__} {error}".strip()
