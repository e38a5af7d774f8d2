"""Somebody who goes on looking while everything falls over: what is shown at all must be shown whole."""

from __future__ import annotations

import threading
from typing import Any, Self

import requests

from tests.crash.product import Product

PAUSE_SECONDS = 1.0
AWAY = {requests.codes.internal_server_error, requests.codes.service_unavailable}


class Onlooker:
    """Looks at every document that appears, once: its pages with their text, its item, and its original.

    Use as a context; `faults` then says what was half there.
    """

    def __init__(self, product: Product, api: requests.Session) -> None:
        self.product, self.faults, self.seen = product, list[str](), set[str]()
        self._headers = dict(api.headers)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._ended.set()
        self._thread.join(timeout=120)

    def _look_on(self) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            listed = self._ask(f"{self.product.url}/api/v1/documents/?page_size=50")
            for document in listed.json()["results"] if listed is not None else []:
                if document["id"] not in self.seen and self._is_whole(document):
                    self.seen.add(document["id"])

    def _is_whole(self, document: dict[str, Any]) -> bool:
        """False while it cannot be told, because something is away."""
        where = f"{self.product.url}/api/v1/documents/{document['id']}/"
        answers = [self._ask(where), self._ask(f"{where}pages/"), self._ask(f"{where}original/")]
        for answer in answers:
            if answer is None:
                return False
            if answer.status_code != requests.codes.ok:
                self.faults.append(f"{document['filename']}: {answer.url} answers {answer.status_code}")
                return True
        _, pages, original = answers
        assert pages is not None
        assert original is not None
        if not any("Kennwort" in page["text"] for page in pages.json()["results"]):
            self.faults.append(f"{document['filename']} is shown without its text")
        if not original.content:
            self.faults.append(f"{document['filename']} is shown without its original")
        return True

    def _ask(self, url: str) -> requests.Response | None:
        """None when no answer came, or one that says that something is away."""
        try:
            answer = requests.get(url, headers=self._headers, timeout=60)
        except requests.RequestException:
            return None
        return None if answer.status_code in AWAY else answer
