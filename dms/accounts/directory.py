"""Logging in with name and password of the town's directory (LDAP), where the password here does not open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import User
from dms.accounts.models import OutsideIdentity
from dms.accounts.outside import OutsidePerson, OutsideRefused, Source, account_of_outside, outside_link
from dms.adapters.chosen import directory
from dms.ports import DirectoryPerson, DirectoryUnavailable, PasswordRefused, PasswordState

LDAP = "ldap"


class PasswordNotNow(OutsideRefused):
    """The directory says so."""

    code = "directory_password"

    def __init__(self, state: PasswordState) -> None:
        super().__init__(_sentences()[state])


class DirectoryIsDown(OutsideRefused):
    code = "directory_down"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Der Verzeichnisdienst Ihrer Verwaltung antwortet nicht, deshalb lässt sich das Kennwort zurzeit nicht"
                " prüfen. Bitte in einigen Minuten noch einmal versuchen. Wer hier ein eigenes Kennwort hat, kommt"
                " damit herein."
            )
        )


class NotInDirectory(OutsideRefused):
    code = "directory_unknown"

    def __init__(self) -> None:
        super().__init__(_("Name oder Kennwort im Verzeichnisdienst stimmen nicht; es wurde nichts verbunden."))


class DirectoryBackend(ModelBackend):
    """Stands behind Django's own, so whoever has a password here needs no directory. Attempts are counted by whoever
    calls `authenticate`."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        """None for a wrong password and whoever is not known there. Raises OutsideRefused."""
        asked = directory()
        if asked is None or not username or not password or _is_program(username):
            return None
        with _in_words():
            person = asked.person_by_password(username, password)
        return account_of_outside(directory_source(), as_outside(person), now=timezone.now()) if person else None


def asks_directory(user: User) -> bool:
    """The account is linked with somebody of the directory, whose password is theirs here, too."""
    return directory() is not None and user.outside_identities.filter(source=LDAP).exists()


def directory_password_is_right(user: User, password: str) -> bool:
    """Of whom the account is linked with, whatever they are called there. The caller counts attempts.

    Raises OutsideRefused.
    """
    asked, identity = directory(), user.outside_identities.filter(source=LDAP).first()
    if asked is None or identity is None:
        return False
    with _in_words():
        return asked.password_opens(identity.subject, password)


def directory_link(actor: Actor, user: User, name: str, password: str | None, *, now: datetime) -> OutsideIdentity:
    """From now on whoever is `name` in the directory today comes into this account. Without a password for operators
    alone, who vouch for that; for the person itself the caller has asked for the password here, too, and counts.

    What follows from groups there comes with the next login or sync. Raises NotAllowed, OutsideRefused: NotInDirectory,
    LinkedElsewhere, PasswordNotNow, DirectoryIsDown.
    """
    asked = directory()
    with _in_words():
        if asked is None:
            raise NotInDirectory
        person = asked.person_by_name(name) if password is None else asked.person_by_password(name, password)
    if person is None:
        raise NotInDirectory
    return outside_link(actor, user, LDAP, person.subject, now=now)


@contextmanager
def _in_words() -> Iterator[None]:
    """What the directory answers instead of yes or no, as a sentence for the person."""
    try:
        yield
    except PasswordRefused as refusal:
        raise PasswordNotNow(refusal.state) from None
    except DirectoryUnavailable:
        raise DirectoryIsDown from None


def directory_source() -> Source:
    return Source(LDAP, creates=settings.LDAP["creates"], groups=settings.LDAP["groups"])


def as_outside(person: DirectoryPerson) -> OutsidePerson:
    return OutsidePerson(person.subject, person.username, person.name, person.email, person.groups)


def _is_program(username: str) -> bool:
    return User.objects.filter(username=User.normalize_username(username), is_service=True).exists()


def _sentences() -> dict[PasswordState, str]:
    return {
        PasswordState.EXPIRED: _(
            "Ihr Kennwort im Verzeichnisdienst ist abgelaufen. Bitte ändern Sie es dort (etwa am Arbeitsplatzrechner)"
            " und melden Sie sich dann hier an."
        ),
        PasswordState.MUST_CHANGE: _(
            "Ihr Kennwort im Verzeichnisdienst muss vor der ersten Anmeldung geändert werden. Bitte ändern Sie es dort"
            " (etwa am Arbeitsplatzrechner) und melden Sie sich dann hier an."
        ),
        PasswordState.LOCKED: _(
            "Ihr Konto im Verzeichnisdienst ist nach zu vielen falschen Kennwörtern gesperrt. Bitte warten Sie, bis es"
            " wieder frei ist, oder wenden Sie sich an Ihre Verwaltung."
        ),
        PasswordState.DISABLED: _(
            "Ihr Konto im Verzeichnisdienst ist nicht mehr aktiv. Bitte wenden Sie sich an Ihre Verwaltung."
        ),
    }
