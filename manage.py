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

NOT_SET_UP = "Registratur is not set up here yet: `make run` first."
NO_DATABASE = "The database does not answer. Is `make run` running?"


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
        sys.exit(f"{error.filename} belongs to another user of this machine.")
    if not {"SECRET_KEY", "SECRET_KEY_FILE"} & os.environ.keys():
        sys.exit(NOT_SET_UP)

    import django
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError
    from django.utils import translation

    django.setup()
    translation.activate("en")  # also for sentences that belong to the pages (docs/decisions/0005)
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        detail = str(error).strip().splitlines()
        sys.exit(f"{NO_DATABASE}\n{detail[0] if detail else ''}".rstrip())


if __name__ == "__main__":
    main()
