"""What Active Directory says of a password, which no free server says: as Microsoft writes it down."""

from __future__ import annotations

import pytest

from dms.adapters.ldap_answers import state_of_refusal
from dms.adapters.ldap_directory import _subject, _subject_in_filter
from dms.adapters.ldap_library import LibraryMissing, ldap_library
from dms.ports import PasswordState

SAYS = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data {number}, v4563"


@pytest.mark.parametrize(
    ("number", "state"),
    [
        ("52e", None), ("525", None), ("532", PasswordState.EXPIRED), ("533", PasswordState.DISABLED),
        ("701", PasswordState.DISABLED), ("773", PasswordState.MUST_CHANGE), ("775", PasswordState.LOCKED),
    ],
)  # fmt: skip
def test_numbers_of_active_directory(number: str, state: PasswordState | None) -> None:
    try:
        ldap = ldap_library()
    except LibraryMissing as error:
        pytest.skip(str(error))
    assert state_of_refusal(ldap.INVALID_CREDENTIALS({"info": SAYS.format(number=number)})) == state


def test_the_guid_of_active_directory_is_read_and_asked_for_byte_by_byte() -> None:
    kept = bytes(range(16))
    subject = _subject({"objectguid": [kept]}, "objectGUID")
    assert subject == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    assert _subject_in_filter("objectGUID", subject) == "".join(f"\\{byte:02x}" for byte in kept)
