"""One program of the product in the foreground, as a container runs it: `python -m scripts.run.one web`."""

from __future__ import annotations

import os
import sys

from scripts.run.environment import state_folder
from scripts.run.failure import SetUpError
from scripts.run.programs import product_programs, worker_count
from scripts.run.state import State

PORT = 8000
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - inside a container; the compose file decides who reaches it


def main() -> None:
    """Becomes the program, so that signals reach it; ends with a message when there is none of this name."""
    try:
        programs = product_programs(State(state_folder()), PORT, worker_count(os.environ), EVERY_ADDRESS)
    except SetUpError as error:
        sys.exit(str(error))
    known = {program.name: program.command for program in programs}
    if len(sys.argv) != 2 or sys.argv[1] not in known:
        sys.exit(f"usage: python -m scripts.run.one {'|'.join(known)}")
    command = known[sys.argv[1]]
    os.execvp(command[0], command)  # noqa: S606 - the command is ours


if __name__ == "__main__":
    main()
