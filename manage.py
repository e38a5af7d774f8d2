#!/usr/bin/env python3
"""The command line of the product: `./manage.py COMMAND`, run by any python3, outside any prepared shell."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent
PYTHON = CHECKOUT / ".venv" / "bin" / "python"
sys.path.insert(0, str(CHECKOUT))

from scripts.run.environment import complete_environment  # noqa: E402 - only found with the line above

NOT_SET_UP = (
    "Registratur ist hier noch nicht eingerichtet: bitte zuerst `make run`. (Not set up yet: `make run` first.)"
)
NO_DATABASE = "Die Datenbank antwortet nicht. Läuft `make run`? (The database does not answer; is `make run` running?)"


def enter_environment() -> None:
    """Start again under the checkout's own Python, unless this is it."""
    if Path(sys.prefix) == CHECKOUT / ".venv":
        return
    if not PYTHON.exists():
        sys.exit(NOT_SET_UP)
    os.execv(  # noqa: S606 - no shell is wanted
        PYTHON, [str(PYTHON), str(CHECKOUT / "manage.py"), *sys.argv[1:]]
    )


def main() -> None:
    enter_environment()
    try:
        complete_environment()
    except PermissionError as error:
        sys.exit(f"{error.filename} gehört einer anderen Person. (It belongs to another user of this machine.)")
    if not {"SECRET_KEY", "SECRET_KEY_FILE"} & os.environ.keys():
        sys.exit(NOT_SET_UP)

    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        detail = str(error).strip().splitlines()
        sys.exit(f"{NO_DATABASE}\n{detail[0] if detail else ''}".rstrip())


if __name__ == "__main__":
    main()
