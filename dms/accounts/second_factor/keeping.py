"""Setting the second factor up, switching it off, new recovery codes, and the operator's reset: each is an event.

Callers have checked the password and a code where one changes what protects the account.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyotp
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.models import User
from dms.accounts.chain import CHAIN
from dms.accounts.models import AuthenticatorApp, Passkey, RecoveryCodes
from dms.accounts.sealing import seal
from dms.accounts.second_factor.codes import step_of_code
from dms.accounts.second_factor.demand import has_second_factor, second_factor_is_demanded
from dms.accounts.second_factor.recovery import recovery_codes_renew
from dms.accounts.sessions import sessions_end
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible

ISSUER = "Registratur"


class WrongCode(NotPossible):
    code = "wrong_code"

    def __init__(self) -> None:
        super().__init__(
            _("Der Code stimmt nicht. Bitte den eingeben, den die App jetzt zeigt; geht die Uhr des Geräts richtig?")
        )


class StillDemanded(NotPossible):
    code = "second_factor_demanded"

    def __init__(self) -> None:
        super().__init__(_("Für Ihre Rolle ist der zweite Faktor vorgeschrieben; er lässt sich nicht abschalten."))


class SetUpAlready(NotPossible):
    code = "second_factor_set_up"

    def __init__(self) -> None:
        super().__init__(
            _("Die Authenticator-App ist schon eingerichtet. Für eine andere schalten Sie sie bitte zuerst ab.")
        )


def new_secret() -> str:
    """160 random bits, as RFC 4226 asks for."""
    return pyotp.random_base32()


def app_address(user: User, secret: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.get_username(), issuer_name=ISSUER)


def app_set_up(actor: Actor, user: User, secret: str, code: str, *, now: datetime) -> list[str]:
    """`code` shows that the app works. Gives recovery codes if there was no second factor.

    Raises NotAllowed, WrongCode, SetUpAlready.
    """
    step = step_of_code(secret, code.replace(" ", ""), now=now)
    if step is None:
        raise WrongCode
    with change(actor, Event.SECOND_FACTOR_SET_UP, user, chain=CHAIN, at=now) as opened:  # locks the account
        if AuthenticatorApp.objects.filter(user=user).exists():
            raise SetUpAlready
        codes = [] if has_second_factor(user) else recovery_codes_renew(opened, user)
        opened.save(AuthenticatorApp(user=user, secret=seal(secret), created_at=now, last_step=step))
    return codes


def app_remove(actor: Actor, user: User, *, now: datetime) -> None:
    """Repeats safely. Raises NotAllowed, and StillDemanded where the town wants a second factor of this person."""
    _remove(actor, Event.SECOND_FACTOR_REMOVED, user, list(AuthenticatorApp.objects.filter(user=user)), now)


def passkey_remove(actor: Actor, passkey: Passkey, *, now: datetime) -> None:
    """Raises NotAllowed, and StillDemanded for the last one where the town wants a second factor of this person."""
    _remove(actor, Event.PASSKEY_REMOVED, passkey.user, [passkey], now)


def recovery_codes_new(actor: Actor, user: User, *, now: datetime) -> list[str]:
    """The ones from before work no longer. Raises NotAllowed."""
    with change(actor, Event.RECOVERY_CODES_RENEWED, user, chain=CHAIN, at=now) as opened:
        return recovery_codes_renew(opened, user)


def second_factor_reset(actor: Actor, user: User, *, now: datetime) -> bool:
    """For somebody who lost everything; sessions end, for the phone may be in other hands. Whether there was one.

    Raises NotAllowed.
    """
    sessions_end(user, now=now)
    with change(actor, Event.SECOND_FACTOR_RESET, user, chain=CHAIN, at=now) as opened:
        rows = _rows_of(user)
        for row in rows:
            opened.delete(row)
    return bool(rows)


def _remove(actor: Actor, event: Event, user: User, rows: list[Any], now: datetime) -> None:
    """With the last one the recovery codes go, too: they would replace nothing."""
    with change(actor, event, user, chain=CHAIN, at=now) as opened:  # locks the account
        gone = {(type(row), row.pk) for row in rows}
        left = [row for row in _rows_of(user) if (type(row), row.pk) not in gone]
        is_last = all(isinstance(row, RecoveryCodes) for row in left)
        if is_last and second_factor_is_demanded(user):
            raise StillDemanded
        for row in (*rows, *(left if is_last else ())):
            opened.delete(row)


def _rows_of(user: User) -> list[Any]:
    kinds = (AuthenticatorApp, Passkey, RecoveryCodes)
    return [row for kind in kinds for row in kind.objects.filter(user=user)]
