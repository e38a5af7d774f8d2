"""How long a clerk waits: from handing in one file until the search finds it, on a machine that does nothing else."""

from __future__ import annotations

import time
import uuid
from http import HTTPStatus
from typing import Any

import urllib3

from bench.installation import Product
from bench.material import letter_with
from bench.rounds import Better, Measurement, percentile

LOOK_EVERY_SECONDS = 0.02
PATIENCE_SECONDS = 60
GOAL_SECONDS = 1.0


def upload_until_found(product: Product, *, uploads: int = 40) -> list[Measurement]:
    """By REST in and by REST out; each time the search is asked for a word that stands in that file alone."""
    client = _Client(product)
    waits = [_wait(client, f"prüfwort{uuid.uuid4().hex[:10]}") for _ in range(uploads)]
    notes = [f"median {percentile(waits, 0.5):.2f} s, longest {max(waits):.2f} s of {uploads}"]
    last = [percentile(waits, 0.95)]
    return [
        Measurement("one upload until it is found, p95", "s", last, goal=GOAL_SECONDS, better=Better.LOWER, notes=notes)
    ]


class _Client:
    """One connection to the API, kept open as a browser keeps it."""

    def __init__(self, product: Product) -> None:
        self._base = f"{product.url}/api/v1/"
        self._pool = urllib3.PoolManager(headers={"Authorization": f"Bearer {product.manage('token', 'admin')}"})

    def ask(self, method: str, path: str, fields: dict[str, Any]) -> Any:
        answer = self._pool.request(method, self._base + path, fields=fields, timeout=PATIENCE_SECONDS)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.data[:300]!r}")
        return answer.json()


def _wait(client: _Client, word: str) -> float:
    content = letter_with(word)
    begun = time.monotonic()
    client.ask("POST", "inbox/", {"file": (f"{word}.pdf", content, "application/pdf")})
    while time.monotonic() - begun < PATIENCE_SECONDS:
        if client.ask("GET", "search/", {"q": word})["count"]:
            return time.monotonic() - begun
        time.sleep(LOOK_EVERY_SECONDS)
    raise RuntimeError(f"{word} was not found within {PATIENCE_SECONDS} s")
