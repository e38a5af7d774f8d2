"""python-ldap, as Debian builds it (docs/decisions/0025): it has no wheel, so it lies beside our own packages.

Its folder is looked into for this one library and nothing else; an own build within the environment comes first.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from types import ModuleType

DEBIAN = "/usr/lib/python3/dist-packages"


class LibraryMissing(Exception):
    """The message is for the administrator."""

    def __init__(self, error: ImportError) -> None:
        super().__init__(f"LDAP_URL is set, but python-ldap is missing: install Debian's python3-ldap. ({error})")


@cache
def ldap_library() -> ModuleType:
    """The module `ldap`, with its filters and the control of the password policy. Raises LibraryMissing."""
    sys.path.append(DEBIAN)
    try:
        for part in ("ldap.filter", "ldap.controls.ppolicy"):
            import_module(part)
        return import_module("ldap")
    except ImportError as error:
        raise LibraryMissing(error) from error
    finally:
        sys.path.remove(DEBIAN)
