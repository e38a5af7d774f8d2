"""Going to a page as a person does, who presses no key before the page is there."""

from __future__ import annotations

from playwright.sync_api import Page


def visit(page: Page, address: str) -> None:
    page.goto(address)
    ready(page)


def ready(page: Page) -> None:
    """The page has loaded and listens to its keys."""
    page.locator("html[data-keys=ready]").wait_for()
