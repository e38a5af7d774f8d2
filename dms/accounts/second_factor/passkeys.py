"""Passkeys: good as second factor, and instead of the password where the device asks for finger, face or PIN.

A challenge is given out, kept by the caller, and good for one answer. A device binds each key to the name of our host.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from dms.access.actors import Actor
from dms.access.models import User
from dms.accounts.chain import CHAIN
from dms.accounts.models import Passkey
from dms.accounts.second_factor.demand import has_second_factor
from dms.accounts.second_factor.recovery import recovery_codes_renew
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible

log = logging.getLogger(__name__)
LONGEST_NAME, MOST = 100, 20
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError, NotImplementedError)
"""What fido2 raises for an answer that is wrong, forged or cut off."""
Challenge = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """As the browser sees us: `akte.example.org` and `https://akte.example.org`."""

    host: str
    origin: str

    def server(self) -> Fido2Server:
        rp = PublicKeyCredentialRpEntity(name="Registratur", id=self.host)
        return Fido2Server(rp, verify_origin=lambda origin: origin == self.origin)


class PasskeyRefused(NotPossible):
    code = "passkey_refused"

    def __init__(self) -> None:
        super().__init__(
            _("Der Passkey wurde nicht angenommen. Bitte noch einmal versuchen oder einen anderen Weg wählen.")
        )


def passkey_offer(site: Site, user: User) -> tuple[dict[str, Any], Challenge]:
    """What the browser needs to make one, and the challenge to keep."""
    entity = PublicKeyCredentialUserEntity(id=_handle(user), name=user.username, display_name=user.username)
    options, challenge = site.server().register_begin(
        entity, _keys_of(user),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )  # fmt: skip
    return dict(options), challenge


def passkey_add(
    actor: Actor, user: User, site: Site, challenge: Challenge, answer: str, *, name: str, now: datetime
) -> list[str]:
    """Gives the recovery codes when it is the first second factor. Raises NotAllowed, NotPossible."""
    made = _told(lambda: site.server().register_complete(challenge, json.loads(answer)))
    data = made.credential_data
    clean = name.strip()
    with change(actor, Event.PASSKEY_ADDED, user, chain=CHAIN, at=now) as opened:  # locks the account
        if not clean or len(clean) > LONGEST_NAME or user.passkeys.filter(name=clean).exists():
            raise NotPossible(_("Bitte einen Namen eingeben, den noch keiner Ihrer Passkeys hat."))
        if user.passkeys.count() >= MOST:
            raise NotPossible(_("Mehr Passkeys gehen nicht. Bitte zuerst einen entfernen."))
        if Passkey.objects.filter(credential_id=data.credential_id).exists():
            raise PasskeyRefused
        codes = [] if has_second_factor(user) else recovery_codes_renew(opened, user)
        opened.save(
            Passkey(
                user=user,
                name=clean,
                credential_id=data.credential_id,
                credential=bytes(data),
                created_at=now,
                counter=made.counter,
            )
        )
    return codes


def passkey_question(site: Site, user: User | None, *, alone: bool = False) -> tuple[dict[str, Any], Challenge]:
    """Without a user any passkey of this site may answer. Then, and where nothing else is asked (`alone`), the device
    has to make sure who holds it."""
    need = UserVerificationRequirement.PREFERRED if user and not alone else UserVerificationRequirement.REQUIRED
    options, challenge = site.server().authenticate_begin(_keys_of(user) if user else None, need)
    return dict(options), challenge


def passkey_user(site: Site, challenge: Challenge, answer: str, user: User | None, *, now: datetime) -> User | None:
    """Whose passkey answered; None when it is nobody's, not the user's, forged, or a copy. Notes that it was used."""
    try:
        response = _told(lambda: AuthenticationResponse.from_dict(json.loads(answer)))
        with transaction.atomic():
            keys = Passkey.objects.select_for_update(of=("self",)).select_related("user")
            key = keys.filter(credential_id=response.raw_id, user__is_active=True).first()
            if key is None or (user is not None and key.user_id != user.pk):
                return None
            data = AttestedCredentialData(bytes(key.credential))
            _told(lambda: site.server().authenticate_complete(challenge, [data], response))
            return key.user if _counts_on(key, response.response.authenticator_data.counter, now) else None
    except PasskeyRefused:
        return None


def _counts_on(key: Passkey, counter: int, now: datetime) -> bool:
    """WebAuthn 7.2, step 22. Passkeys that are kept in step over several devices do not count, and say 0."""
    if (counter or key.counter) and counter <= key.counter:
        log.error("a passkey of account %s counts backwards: it may have been copied", key.user.username)
        return False
    key.counter, key.last_used_at = counter, now
    key.save(update_fields=["counter", "last_used_at"])
    return True


def _told(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except MALFORMED as error:
        log.warning("a passkey was refused: %s", error)
        raise PasskeyRefused from error


def _keys_of(user: User) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(bytes(key.credential)) for key in Passkey.objects.filter(user=user)]


def _handle(user: User) -> bytes:
    """The same for each account at all times, and tells its device nothing of the person."""
    return hashlib.sha256(f"registratur account {user.pk}".encode()).digest()
