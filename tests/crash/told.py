"""What the product says of itself on a bad day: `/healthz`, `/readyz` to programs, the status page to people."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.crash.product import Product

GRADE_SECONDS, WELL_SECONDS = 90, 600
ANSWER_SECONDS = 30


def wait_for_grade(
    product: Product, part: str, *grades: str, said: Callable[[str], bool] = bool, seconds: float = GRADE_SECONDS
) -> str:
    """The sentence that `/readyz` says of the part, once it is told as one of these."""
    deadline = time.monotonic() + seconds
    told: Any = None
    while time.monotonic() < deadline:
        try:
            told = requests.get(f"{product.url}/readyz", timeout=ANSWER_SECONDS).json()
            if told["parts"][part]["grade"] in grades and said(told["parts"][part]["sentence"]):
                return str(told["parts"][part]["sentence"])
        except (requests.RequestException, ValueError) as error:
            told = error
        time.sleep(0.5)
    pytest.fail(f"{part} is not told as {' or '.join(grades)}: {told}")


def wait_until_all_is_well(product: Product, seconds: float = WELL_SECONDS) -> None:
    """Busy is well: mail that came meanwhile is being read. On a busy machine Elasticsearch takes minutes to start."""
    for part in ("database", "broker", "object_store", "search", "workers"):
        wait_for_grade(product, part, "well", "busy", seconds=seconds)


def assert_alive(product: Product) -> None:
    answer = requests.get(f"{product.url}/healthz", timeout=ANSWER_SECONDS)
    assert (answer.status_code, answer.text) == (200, "ok\n")


def logged_in(product: Product) -> requests.Session:
    """A browser of the administrator, as far as pages without scripts go."""
    browser = requests.Session()
    browser.get(f"{product.url}/login/", timeout=ANSWER_SECONDS)
    form = {
        "username": "admin",
        "password": (product.state / "admin-password").read_text(encoding="ascii").strip(),
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    answer = browser.post(f"{product.url}/login/", form, timeout=ANSWER_SECONDS, allow_redirects=False)
    assert answer.status_code == requests.codes.found, answer.text
    return browser


def assert_people_are_told(product: Product, browser: requests.Session, sentence: str) -> None:
    page = browser.get(f"{product.url}/status/", timeout=ANSWER_SECONDS)
    assert page.status_code == requests.codes.ok, page.text
    assert sentence in html.unescape(page.text)


def assert_people_are_asked_to_wait(product: Product, browser: requests.Session) -> None:
    """Every page says so; without the database not even the login can be looked up."""
    page = browser.get(f"{product.url}/status/", timeout=2 * ANSWER_SECONDS)
    assert page.status_code == requests.codes.service_unavailable, page.text
    assert "Registratur ist gleich wieder da" in page.text
