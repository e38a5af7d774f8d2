"""One server of the stack, as the process manager runs it: `python -m scripts.stack.one NAME FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from scripts.run.manager import MARK
from scripts.run.programs import die_with_manager
from scripts.stack.__main__ import SERVERS


def main() -> None:
    """Becomes the server, with its own environment and as its own user."""
    name, folder = sys.argv[1:]
    server = SERVERS[name](Path(folder))
    # the wish to die with the manager is forgotten whenever the user changes, so it is said once more
    command = [*die_with_manager(), *server.command()]
    environment = {**server.environment(), MARK: os.environ.get(MARK, "")}
    identity = server.identity()
    if "user" in identity:
        os.setgroups(list(identity["extra_groups"]))
        os.setgid(identity["group"])
        os.setuid(int(identity["user"]))
    os.chdir(folder)
    os.execve(command[0], command, environment)  # noqa: S606 - ours


if __name__ == "__main__":
    main()
