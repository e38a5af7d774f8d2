"""A town behind a live server, and a browser that nobody may hear complain: every console message fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.object_server import ObjectServer, opened

if TYPE_CHECKING:
    from dms.access.models import Scope, User

# Playwright keeps an event loop in this thread; Django would refuse to talk to the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WIDE, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)
PASSWORD = "Kennwort-der-Probe"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Debian's chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def surroundings(request: pytest.FixtureRequest, quick_passwords: None) -> None:
    """A store of its own for each test, and logging in that takes no time, for each logs in anew."""
    request.getfixturevalue("full_stack" if "REGISTRATUR_TEST_STACK" in os.environ else "store")


@pytest.fixture
def full_stack(object_server: ObjectServer, elastic_settings: dict[str, str], settings: LazySettings) -> Iterator[None]:
    """A bucket of its own, and an empty index in Elasticsearch (`make test-stack`)."""
    from dms.adapters.chosen import object_store
    from search.chosen import search_index
    from tests.elastic import empty_index
    from tests.factories import store_at

    place = object_server.place()
    opened(place)
    store_at(place, settings)
    settings.SEARCH_INDEX = elastic_settings
    empty_index(settings.SEARCH_INDEX)
    search_index.cache_clear()
    yield
    search_index.cache_clear()
    object_store.cache_clear()


@pytest.fixture
def scope(live_server: LiveServer) -> Scope:
    from tests.factories import town

    return town()


@pytest.fixture
def clerk(scope: Scope) -> User:
    """Reads, classifies and files, may see the history and changes the file plan."""
    from config.town import user_setup
    from dms.access.permissions import Role

    return user_setup(
        "clerk",
        PASSWORD,
        scope=scope,
        roles=[Role.CLERK, Role.ARCHIVIST, Role.REGISTRY, Role.RIGHTS, Role.SECRECY, Role.REVISION, Role.ACCOUNTS],
    )


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console said; a test that expects something there empties it."""
    return []


@pytest.fixture
def new_page(
    browser: Browser, live_server: LiveServer, clerk: User, complaints: list[str]
) -> Iterator[Callable[..., Page]]:
    """Makes a page of a fresh browser window, by default logged in and wide."""
    windows: list[BrowserContext] = []

    def make(
        *,
        logged_in: bool = True,
        phone: bool = False,
        dark: bool = False,
        scripts: bool = True,
        policy: bool = True,
    ) -> Page:
        window = browser.new_context(
            base_url=live_server.url,
            viewport=PHONE if phone else WIDE,
            locale="de-DE",
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            bypass_csp=not policy,
            permissions=["clipboard-read", "clipboard-write"],
        )
        windows.append(window)
        if logged_in:
            log_in(window, clerk, live_server.url)
        page = window.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        if logged_in:
            page.goto("/")
        return page

    yield make
    for window in windows:
        window.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


def log_in(window: BrowserContext, user: User, address: str) -> None:
    """By a session made for the user; how the form does it is a test of its own."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    window.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
