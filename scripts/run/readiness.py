"""Whether the web pages answer."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable

from scripts.run.failure import SetUpError

SERVER_FAULT = 500


def answers(url: str) -> bool:
    """Any answer that is no server fault: the start page sends strangers on to the login."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < SERVER_FAULT
    except OSError:
        return False


def wait_for_pages(url: str, alive: Callable[[], bool], seconds: float = 180) -> None:
    """Return when the pages answer; SetUpError when they have not within the time."""
    deadline = time.monotonic() + seconds
    while not answers(url):
        if time.monotonic() > deadline or not alive():
            raise SetUpError(f"The web pages at {url} do not answer.")
        time.sleep(0.05)
