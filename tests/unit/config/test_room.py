"""However many requests hang, whoever asks what is wrong gets an answer, and people are asked to come back."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config import room
from config.room import NO_ROOM, NoRoomIsSaid, RoomForProbes

MOST = 2


class HangingPages:
    """An application whose pages answer when they are let go, and only then; the answer of `/readyz` does not wait."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.asked = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/readyz":
            return HttpResponse(b"ready")
        if environ.get(NO_ROOM):
            return HttpResponse(b"come back")
        self.asked.release()
        assert self.let_go.wait(30)
        return HttpResponse(b"a page")


@pytest.fixture
def pages() -> HangingPages:
    return HangingPages()


@pytest.fixture
def crowded(pages: HangingPages, monkeypatch: pytest.MonkeyPatch) -> Iterator[RoomForProbes]:
    """So many wait for their page as may wait at all."""
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 0.05)
    crowd = RoomForProbes(pages, MOST)
    people = [threading.Thread(target=ask, args=(crowd, "/inbox/")) for _ in range(MOST)]
    for person in people:
        person.start()
        assert pages.asked.acquire(timeout=30)
    yield crowd
    pages.let_go.set()
    for person in people:
        person.join()


@pytest.fixture(autouse=True)
def no_connection_is_looked_after() -> Iterator[None]:
    """Closing an answer looks after the database, which these tests have not; as Django's own test client does it."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


def ask(application: RoomForProbes, path: str) -> bytes:
    """As a server does: reads the answer, then closes it."""
    answer = application({"PATH_INFO": path, "wsgi.input": io.BytesIO()}, lambda *_: None)
    content = b"".join(answer)
    answer.close()  # type: ignore[attr-defined]
    return content


def test_what_is_wrong_can_be_asked_while_all_pages_hang(crowded: RoomForProbes) -> None:
    assert ask(crowded, "/readyz") == b"ready"


def test_who_comes_when_all_pages_hang_is_asked_to_come_back_and_the_next_one_at_once(
    crowded: RoomForProbes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(crowded, "/inbox/") == b"come back"
    monkeypatch.setattr(room, "PATIENCE_SECONDS", 1e9)
    assert ask(crowded, "/inbox/") == b"come back"


def test_there_is_room_again_when_an_answer_is_sent(pages: HangingPages) -> None:
    pages.let_go.set()
    application = RoomForProbes(pages, MOST)
    assert [ask(application, "/inbox/") for _ in range(3 * MOST)] == [b"a page"] * 3 * MOST


def test_there_is_room_again_after_a_page_that_broke() -> None:
    def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise ValueError(environ["PATH_INFO"])

    application = RoomForProbes(broken, MOST)
    for _ in range(3 * MOST):
        with pytest.raises(ValueError, match="inbox"):
            ask(application, "/inbox/")


def test_a_program_is_told_in_json_and_a_person_on_a_page() -> None:
    told = NoRoomIsSaid(_nobody)(_crowded_out("/api/v1/inbox/"))
    assert (told.status_code, told["Content-Type"]) == (503, "application/problem+json")
    assert b'"busy"' in told.content
    page = NoRoomIsSaid(_nobody)(_crowded_out("/inbox/"))
    assert page.status_code == 503
    assert "Registratur ist gleich wieder da" in page.content.decode()


def test_no_header_of_a_client_says_that_there_is_no_room() -> None:
    request = RequestFactory().get("/inbox/", headers={NO_ROOM: "1"})
    assert NoRoomIsSaid(lambda _: HttpResponse(b"a page"))(request).content == b"a page"


def _crowded_out(path: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.META[NO_ROOM] = True
    return request


def _nobody(request: HttpRequest) -> HttpResponse:
    raise AssertionError("the page was asked for")
