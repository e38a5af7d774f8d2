"""People who log in elsewhere (OIDC, LDAP): which account here is theirs, and what of it follows what is said there.

Nobody gets into an account because it has the same name or e-mail as one elsewhere: whoever may choose a name there
could take it over. An account is found by the subject, which stays. It is made at the first login where the source may
do that; otherwise somebody who may do it links the two (`outside_link`). An account that an administrator made without
a password, for a login elsewhere, waits for its name: whoever first comes under it has it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Q
from django.utils.translation import gettext as _

from dms.access.actors import Actor, system_outside
from dms.access.models import User
from dms.accounts.chain import CHAIN
from dms.accounts.models import OutsideIdentity
from dms.accounts.outside_groups import memberships_follow
from dms.accounts.sessions import sessions_end
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible

log = logging.getLogger(__name__)
LONGEST_SUBJECT = 500
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Source:
    """Where people come from, and what it may do here."""

    key: str
    """`oidc` or `ldap`."""
    creates: bool = False
    """Whoever comes from there for the first time gets an account."""
    groups: Mapping[str, Sequence[str | int]] = field(default_factory=dict)
    """Who is in this group there belongs to these bodies here, by their name or number."""


@dataclass(frozen=True, slots=True)
class OutsidePerson:
    """What the source says, after it made sure who it is."""

    subject: str
    username: str
    name: str = ""
    email: str = ""
    groups: Iterable[str] | None = None
    """None: the source says nothing about groups, so nothing changes."""


class OutsideRefused(NotPossible):
    """There is no way in for this person now. The message is for them, and says what to do."""

    code = "outside_refused"


class NotKnownHere(OutsideRefused):
    code = "outside_unknown"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Sie sind angemeldet, aber hier gibt es für Sie noch kein Konto. Bitte wenden Sie sich an Ihre"
                " Verwaltung. Wenn Sie hier schon ein Konto mit Kennwort haben: Melden Sie sich damit an und verbinden"
                " Sie es auf der Seite Konto."
            )
        )


class NameIsTaken(OutsideRefused):
    code = "outside_name_taken"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Hier gibt es schon ein Konto mit Ihrem Namen, das noch nicht verbunden ist. Wenn es Ihres ist: Melden"
                " Sie sich mit Name und Kennwort an und verbinden Sie es auf der Seite Konto. Sonst hilft Ihre"
                " Verwaltung."
            )
        )


class NameIsUnfit(OutsideRefused):
    code = "outside_name_unfit"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Ihr Anmeldename enthält Zeichen, die hier nicht möglich sind, oder er fehlt. Bitte wenden Sie sich an"
                " Ihre Verwaltung."
            )
        )


class AccountIsDisabled(OutsideRefused):
    code = "outside_disabled"

    def __init__(self) -> None:
        super().__init__(_("Ihr Konto ist gesperrt. Bitte wenden Sie sich an Ihre Verwaltung."))


class LinkedElsewhere(OutsideRefused):
    code = "outside_linked_elsewhere"

    def __init__(self) -> None:
        super().__init__(
            _("Diese Anmeldung gehört schon zu einem Konto, oder das Konto ist schon mit einer anderen verbunden.")
        )


def account_of_outside(source: Source, person: OutsidePerson, *, now: datetime) -> User:
    """Whose account it is; name, e-mail and belonging follow what the source says.

    The caller has made sure that it is this person. Raises OutsideRefused: NotKnownHere, NameIsTaken, NameIsUnfit,
    AccountIsDisabled.
    """
    if not person.subject or "\0" in person.subject + person.username or len(person.subject) > LONGEST_SUBJECT:
        raise NameIsUnfit
    actor = system_outside(source.key)
    identity = _identity_of(source, person) or _first_time(actor, source, person, now)
    user = identity.user
    if not user.is_active:
        raise AccountIsDisabled
    _note_use(identity, now)
    user = _described(actor, user, person, now)
    if person.groups is not None:
        memberships_follow(actor, source.key, user, source.groups, person.groups)
    return user


def outside_link(actor: Actor, user: User, source: str, subject: str, *, now: datetime) -> OutsideIdentity:
    """From now on whoever comes from there as `subject` is this user. Raises NotAllowed, LinkedElsewhere.

    For the person itself the caller has asked for the password just now.
    """
    with change(actor, Event.ACCOUNT_LINKED, user, chain=CHAIN, at=now) as opened:  # locks the account
        if user.is_service or OutsideIdentity.objects.filter(Q(subject=subject) | Q(user=user), source=source).exists():
            raise LinkedElsewhere
        identity = OutsideIdentity(user=user, source=source, subject=subject, linked_at=now)
        opened.save(identity)
    return identity


def outside_unlink(actor: Actor, identity: OutsideIdentity, *, now: datetime) -> None:
    """What the source said about belonging ends with it, and so do all sessions. Raises NotAllowed."""
    user = identity.user
    with change(actor, Event.ACCOUNT_UNLINKED, user, chain=CHAIN, at=now) as opened:
        opened.delete(identity)
    memberships_follow(system_outside(identity.source), identity.source, user, {}, ())
    sessions_end(user, now=now)


def waits_for_outside(user: User) -> bool:
    """An administrator made it for a login elsewhere, and nobody has come yet."""
    used = user.last_login is not None or user.outside_identities.exists()
    return not (used or user.is_service or user.has_usable_password())


def _identity_of(source: Source, person: OutsidePerson) -> OutsideIdentity | None:
    known = OutsideIdentity.objects.select_related("user")
    return known.filter(source=source.key, subject=person.subject).first()


def _first_time(actor: Actor, source: Source, person: OutsidePerson, now: datetime) -> OutsideIdentity:
    """Two browsers may come for the first time at once; the second finds what the first made."""
    try:
        return _linked_or_made(actor, source, person, now)
    except (IntegrityError, LinkedElsewhere):
        found = _identity_of(source, person)
        if found is None:
            raise NameIsTaken from None
        return found


def _linked_or_made(actor: Actor, source: Source, person: OutsidePerson, now: datetime) -> OutsideIdentity:
    username = User.normalize_username(person.username.strip())
    there = list(User.objects.filter(username__iexact=username))
    if there:
        if len(there) > 1 or not there[0].is_active or not waits_for_outside(there[0]):
            raise NameIsTaken
        return outside_link(actor, there[0], source.key, person.subject, now=now)
    if not source.creates:
        raise NotKnownHere
    return _made(actor, source, username, person, now)


def _made(actor: Actor, source: Source, username: str, person: OutsidePerson, now: datetime) -> OutsideIdentity:
    """Without a password, so nobody logs in by one. The account and whose it is are one event."""
    user = User(username=username)
    user.set_unusable_password()
    _describe(user, person)
    try:
        user.full_clean()
    except ValidationError:
        raise NameIsUnfit from None
    with change(actor, Event.ACCOUNT_CREATED, chain=CHAIN, at=now) as opened:
        opened.save(user)
        identity = OutsideIdentity(user=user, source=source.key, subject=person.subject, linked_at=now)
        opened.save(identity)
    log.info("account %s was made for a login by %s", username, source.key)
    return identity


def _described(actor: Actor, user: User, person: OutsidePerson, now: datetime) -> User:
    """With the name and e-mail of today; what the source leaves empty stays."""
    if not _describe(user, person):
        return user
    with change(actor, Event.ACCOUNT_DESCRIBED, user, chain=CHAIN, at=now) as opened:
        _describe(opened.target, person)
        opened.save(opened.target)
    return user


def _describe(user: User, person: OutsidePerson) -> bool:
    """Whether anything differs."""
    before = (user.first_name, user.last_name, user.email)
    if person.name.strip():
        user.first_name, user.last_name = _two_names(person.name)
    if _is_address(person.email.strip()):
        user.email = person.email.strip()
    return (user.first_name, user.last_name, user.email) != before


def _is_address(text: str) -> bool:
    try:
        User._meta.get_field("email").run_validators(text)
    except ValidationError:
        return False
    return bool(text)


def _two_names(name: str) -> tuple[str, str]:
    """First and last, of „Anna Maria Weiß“ and of „Weiß, Anna Maria“, at most 150 signs each."""
    clean = " ".join(name.replace("\0", "").split())
    if "," in clean:
        last, _comma, first = clean.partition(",")
    else:
        first, _space, last = clean.rpartition(" ")
    return first.strip()[:150], last.strip()[:150]


def _note_use(identity: OutsideIdentity, now: datetime) -> None:
    if identity.last_used_at is None or now - identity.last_used_at >= USE_NOTED_EVERY:
        OutsideIdentity.objects.filter(pk=identity.pk).update(last_used_at=now)
