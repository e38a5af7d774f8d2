"""Whether the web pages answer."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable

from scripts.run.failure import SetUpError

SERVER_FAULT = 500
FAULTS_SECONDS = 15
"""How long faults are put down to starting: a database that is just being restarted, for one."""


def status_of(url: str) -> int | None:
    """The status of the answer, after any redirect (strangers are sent on to the login); None without an answer."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def answers(url: str) -> bool:
    status = status_of(url)
    return status is not None and status < SERVER_FAULT


def wait_for_pages(url: str, alive: Callable[[], bool], seconds: float = 180) -> None:
    """Return when the pages answer; SetUpError when they have not within the time, or only with faults."""
    deadline = time.monotonic() + seconds
    first_fault = None
    while (status := status_of(url)) is None or status >= SERVER_FAULT:
        now = time.monotonic()
        if status is not None and first_fault is None:
            first_fault = now
        if first_fault is not None and now - first_fault > FAULTS_SECONDS:
            raise SetUpError(f"The web pages at {url} answer with a fault ({status}); see web.log.")
        if now > deadline or not alive():
            raise SetUpError(f"The web pages at {url} do not answer; see web.log.")
        time.sleep(0.05 if status is None else 0.5)
