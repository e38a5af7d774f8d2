"""`make clean-state`: deletes database, documents and secrets of this checkout, after a person has said so."""

from __future__ import annotations

import shutil
import sys

from scripts.run.cluster import FALLBACK, place_for
from scripts.run.environment import state_folder
from scripts.run.failure import SetUpError
from scripts.run.state import State

WORD = "delete"


def main() -> int:
    state = State(state_folder())
    if not state.folder.exists():
        print(f"{state.folder} does not exist.")
        return 0
    print(f"This deletes the database and every document of {state.folder} for good.")
    if input(f'Type "{WORD}" to go on: ').strip() != WORD:
        print("Nothing was deleted.")
        return 1
    try:
        base = place_for(state.folder, state.digest)
    except SetUpError as error:
        print(error)
    else:
        if base.parent == FALLBACK:
            shutil.rmtree(base)
    for folder in {state.sockets, state.folder}:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EOFError:
        sys.exit("\nNothing was deleted: nobody was there to answer.")
