"""Who sits at the command line, as the operating system knows them."""

from __future__ import annotations

import os
import pwd

from dms.access.actors import Actor, operator


def operator_here() -> Actor:
    """The login behind `sudo` if there is one, for "root" alone says little."""
    return operator(os.environ.get("SUDO_USER") or _login_of(os.getuid()))


def _login_of(number: int) -> str:
    """A container may run under a number that has no name."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
