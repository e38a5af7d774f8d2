"""The example town's mail: written once, then taken in by the running product; interrupted, it goes on next time."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable

from scripts.run.environment import CHECKOUT
from scripts.run.state import State

SOME_REFUSED = 1
"""The exit code of `manage.py ingest` when everything was taken in and some items could not be read."""


def take_in_samples(
    state: State, run: Callable[[list[str]], int], say: Callable[[str], None], *, meanwhile: str
) -> None:
    """Runs `manage.py sample_mail` and `manage.py ingest --wait`, each until it has succeeded once.

    `meanwhile` is said first if there is anything to wait for.
    """
    done = state.folder / "sample-mail.done"
    if done.exists():
        return
    say(meanwhile)
    folder, draft = state.folder / "sample-mail", state.folder / "sample-mail.new"
    manage = [sys.executable, str(CHECKOUT / "manage.py")]
    if not folder.exists():
        say("Writing the example town's mail …")
        shutil.rmtree(draft, ignore_errors=True)
        if run([*manage, "sample_mail", str(draft)]) != 0:
            say("The sample mail could not be written; the product starts without it. The next `make run` tries again.")
            return
        draft.rename(folder)  # whole or not at all: what was taken in is known by its path and time
    say("Taking the sample mail in; this is the way every letter goes …")
    if run([*manage, "ingest", "--wait", str(folder)]) in (0, SOME_REFUSED):
        done.touch()
    else:
        say("Not all sample mail was taken in. The next `make run` goes on where this one stopped.")
