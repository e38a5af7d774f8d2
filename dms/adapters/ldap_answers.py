"""What a directory says when it refuses a password, or takes it only to have it changed.

OpenLDAP and others: the control of draft-behera-ldap-password-policy. Active Directory: a number of Windows in the text
of the error (MS-ADTS, LDAP bind).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dms.adapters.ldap_library import ldap_library
from dms.ports import PasswordState

POLICY = "1.3.6.1.4.1.42.2.27.8.5.1"
_BY_POLICY = {0: PasswordState.EXPIRED, 1: PasswordState.LOCKED, 2: PasswordState.MUST_CHANGE}
_BY_ACTIVE_DIRECTORY = {
    "532": PasswordState.EXPIRED, "533": PasswordState.DISABLED, "701": PasswordState.DISABLED,
    "773": PasswordState.MUST_CHANGE, "775": PasswordState.LOCKED,
}  # fmt: skip
_DATA = re.compile(r"\bdata ([0-9a-f]+)\b")


def state_of_answer(controls: Iterable[Any]) -> PasswordState | None:
    """Of a bind that went well, by its decoded controls."""
    errors = [control.error for control in controls if control.controlType == POLICY]
    return _BY_POLICY.get(errors[0]) if errors else None


def state_of_refusal(error: Any) -> PasswordState | None:
    """Of an `ldap.LDAPError`; None when the password or the name is simply wrong."""
    ldap = ldap_library()
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    for oid, _critical, value in told.get("ctrls") or ():
        if oid == POLICY and value:
            control = ldap.controls.ppolicy.PasswordPolicyControl()
            control.decodeControlValue(value)
            if control.error in _BY_POLICY:
                return _BY_POLICY[control.error]
    if number := _DATA.search(str(told.get("info", ""))):
        return _BY_ACTIVE_DIRECTORY.get(number[1])
    if isinstance(error, ldap.UNWILLING_TO_PERFORM):
        return PasswordState.DISABLED
    return PasswordState.LOCKED if isinstance(error, ldap.CONSTRAINT_VIOLATION) else None
