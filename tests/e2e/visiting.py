"""Going to a page as a person does, who presses no key before the page is there."""

from __future__ import annotations

from playwright.sync_api import Page, Request

SETTLED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await document.fonts.ready;
  await frame();
  await frame();
  await new Promise((done) => requestIdleCallback(done, { timeout: 2000 }));
  const ends = (moving) => Number.isFinite(moving.effect.getComputedTiming().endTime);
  await Promise.allSettled(document.getAnimations().filter(ends).map((moving) => moving.finished));
}"""
"""Scripts have run, letters are there, and what moves has come to rest."""
MOST_LOOKS = 500


def visit(page: Page, address: str) -> None:
    page.goto(address)
    ready(page)


def ready(page: Page) -> None:
    """The page has loaded and listens to its keys."""
    page.locator("html[data-keys=ready]").wait_for()


def visit_until_settled(page: Page, address: str) -> None:
    """Until the page has done all that it does by itself: also what its scripts ask for afterwards has come."""
    asked: set[Request] = set()

    def begun(request: Request) -> None:
        asked.add(request)

    def ended(request: Request) -> None:
        asked.discard(request)

    listeners = {"request": begun, "requestfinished": ended, "requestfailed": ended}
    for event, listener in listeners.items():
        page.on(event, listener)  # type: ignore[call-overload]
    try:
        visit(page, address)
        page.evaluate(SETTLED)
        for _ in range(MOST_LOOKS):
            if not asked:
                break
            page.wait_for_timeout(20)
            page.evaluate(SETTLED)
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
    assert not asked, f"{address} still waits for {[request.url for request in asked]}"
