"""What the index in Elasticsearch does when writes come late, and when the server is away, too busy, or new."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
import requests
from django.conf import LazySettings
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import Client

from dms.access.permissions import Role
from search.adapters.elastic import ElasticIndex, layout, versions
from search.adapters.elastic.entries import make_source
from search.adapters.elastic.writing import EntryRefused, action, write
from search.chosen import search_index
from search.comparison import compare
from search.indexer import pending
from search.ports import IndexEntry, IndexMissing, SearchQuery, SearchUnavailable
from search.source import RecordsSource
from search.tasks import sweep, work
from tests.elastic import empty_index, search_index_settings, server_of, wiped
from tests.factories import document, program_of, user_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store"), pytest.mark.xdist_group("elasticsearch")]
NOBODY_THERE = "http://127.0.0.1:1"
LETTER = IndexEntry(
    UUID(int=1), 1, "", "letter", "received", date(2024, 3, 1), datetime(2024, 3, 2, tzinfo=UTC), pages=("alt",)
)


@pytest.fixture
def chosen(elastic_settings: dict[str, str], settings: LazySettings) -> Iterator[dict[str, str]]:
    """The product searches in Elasticsearch, and its index is empty."""
    settings.SEARCH_INDEX = elastic_settings
    empty_index(elastic_settings)
    search_index.cache_clear()
    yield elastic_settings
    search_index.cache_clear()


@pytest.fixture
def index(chosen: dict[str, str]) -> ElasticIndex:
    return ElasticIndex(**{name: value for name, value in chosen.items() if name != "adapter"})


@pytest.fixture
def new_server(
    elasticsearch_settings: dict[str, str], settings: LazySettings, tmp_path: Any
) -> Iterator[dict[str, str]]:
    """The product is told of a server that has no index yet."""
    choice = search_index_settings(elasticsearch_settings, f"test-new-{tmp_path.name.replace('_', '-')}".lower())
    settings.SEARCH_INDEX = choice
    search_index.cache_clear()
    with wiped(choice):
        yield choice
    search_index.cache_clear()


def found(index: ElasticIndex, text: str) -> list[int]:
    return [hit.document_id.int for hit in index.search(SearchQuery(text, frozenset({1}))).hits]


# --- late writes ----------------------------------------------------------------------------------


def written_late(index: ElasticIndex, entry: IndexEntry, version: int) -> None:
    """As by a worker that read the entry long ago, and then was held up on its way to the server."""
    write(index._server, [action(index._generations.live, make_source(entry), version)])
    index._show()


def test_a_late_write_does_not_bring_back_an_older_state(index: ElasticIndex) -> None:
    late = versions.draw()
    index.put([replace(LETTER, pages=("neu",))])
    written_late(index, LETTER, late)
    assert (found(index, "neu"), found(index, "alt")) == ([1], [])


def test_a_late_write_does_not_bring_back_what_was_removed(index: ElasticIndex) -> None:
    index.put([LETTER])
    late = versions.draw()
    index.remove([LETTER.document_id])
    written_late(index, LETTER, late)
    assert (found(index, "alt"), index.size(), dict(index.digests())) == ([], 0, {})


def test_a_late_write_does_not_win_over_a_rebuild_that_read_later(index: ElasticIndex) -> None:
    late = versions.draw()
    fresh = index.begin_rebuild()
    fresh.put([replace(LETTER, pages=("neu",))])
    fresh.finish()
    written_late(index, LETTER, late)
    assert (found(index, "neu"), found(index, "alt")) == ([1], [])


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_after_a_backup_of_the_database_was_put_back_changes_reach_the_index_again(index: ElasticIndex) -> None:
    for _ in range(5):
        index.put([LETTER])
    with connections["owner"].cursor() as owner:
        owner.execute("ALTER SEQUENCE search_version RESTART WITH 1")
    index.put([replace(LETTER, pages=("neu",))])
    assert found(index, "neu") == [1]
    index.remove([LETTER.document_id])
    assert found(index, "neu") == []


def test_a_transaction_that_is_rolled_back_does_not_give_its_number_again(index: ElasticIndex) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
        first = versions.draw()
        cursor.execute("ROLLBACK TO SAVEPOINT before")
    assert versions.draw() > first
    assert versions.draw_beyond(first + 1_000) > first + 1_000


def test_a_write_that_meets_the_end_of_a_rebuild_reaches_the_new_index(
    index: ElasticIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.put([LETTER])
    fresh = index.begin_rebuild()
    look_up, ends = index._generations.written, [fresh.finish]

    def look_up_before_the_end() -> list[str]:
        targets = look_up()
        while ends:
            ends.pop()()
        return targets

    monkeypatch.setattr(index._generations, "written", look_up_before_the_end)
    index.put([replace(LETTER, pages=("neu",))])
    assert (found(index, "neu"), found(index, "alt"), index.size()) == ([1], [], 1)


# --- the server is away, silent, too busy ------------------------------------------------------------


ASKED: dict[str, Callable[[ElasticIndex], object]] = {
    "search": lambda index: index.search(SearchQuery("Haus", frozenset({1}))),
    "put": lambda index: index.put([LETTER]),
    "remove": lambda index: index.remove([LETTER.document_id]),
    "digests": lambda index: list(index.digests()),
    "size": lambda index: index.size(),
    "begin_rebuild": lambda index: index.begin_rebuild(),
    "ping": lambda index: index.ping(),
}


@pytest.mark.parametrize("asked", list(ASKED))
def test_a_server_that_is_away_is_said_to_be_away(asked: str) -> None:
    with pytest.raises(SearchUnavailable):
        ASKED[asked](ElasticIndex(NOBODY_THERE))


def test_a_rebuild_that_could_not_begin_does_not_hinder_the_next(index: ElasticIndex) -> None:
    with pytest.raises(SearchUnavailable):
        ElasticIndex(NOBODY_THERE).begin_rebuild()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        assert cursor.fetchone() == (0,)


def test_a_server_that_takes_the_call_and_keeps_silent_is_given_up_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        with pytest.raises(SearchUnavailable):
            ElasticIndex(f"http://127.0.0.1:{silent.getsockname()[1]}").ping()
    assert time.monotonic() - begun < 60


@pytest.fixture
def busy(chosen: dict[str, str]) -> Iterator[dict[str, str]]:
    """On the way to the real server every second request is answered that it has too much to do."""
    seen: list[str] = []

    class Gate(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            seen.append(self.path)
            if "_bulk" in self.path and sum("_bulk" in path for path in seen) % 2:
                self._send(429, {}, b'{"error": {"type": "es_rejected_execution_exception"}, "status": 429}')
                return
            passed = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            got = requests.request(self.command, chosen["url"] + self.path, data=body, headers=passed, timeout=60)
            self._send(got.status_code, dict(got.headers), got.content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - the names that http.server looks for

        def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", headers.get("content-type", "application/json"))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Gate) as gate:
        threading.Thread(target=gate.serve_forever).start()
        yield chosen | {"url": f"http://127.0.0.1:{gate.server_port}"}
        gate.shutdown()
    assert any("_bulk" in path for path in seen)


def test_a_server_that_has_too_much_to_do_is_given_time(busy: dict[str, str], index: ElasticIndex) -> None:
    slow = ElasticIndex(**{name: value for name, value in busy.items() if name != "adapter"})
    slow.put([replace(LETTER, document_id=UUID(int=number)) for number in range(1, 11)])
    assert index.size() == 10


# --- what the server does not take --------------------------------------------------------------------


def test_a_field_that_is_not_in_the_layout_is_refused(index: ElasticIndex) -> None:
    source = make_source(LETTER) | {"surprise": 1}
    with pytest.raises(EntryRefused, match="surprise"):
        write(index._server, [action(index._generations.live, source, versions.draw())])


def test_a_beginning_within_a_phrase_may_stand_for_very_many_words(index: ElasticIndex) -> None:
    words = " ".join(f"zahl{number:x}wort" for number in range(20_000))
    index.put([replace(LETTER, pages=("die große Zahlung", words)), replace(LETTER, document_id=UUID(int=2))])
    assert found(index, "große-zahl*") == [1]
    assert found(index, "die -große-zahl*") == []


def test_a_document_of_very_many_pages_is_found_on_each(index: ElasticIndex) -> None:
    pages = tuple(f"Seite kennwort{number:x}k" for number in range(11_000))
    index.put([replace(LETTER, pages=pages)])
    hits = index.search(SearchQuery(f"kennwort{10_500:x}k", frozenset({1}))).hits
    assert [(hit.document_id.int, hit.page) for hit in hits] == [(1, 10_501)]


# --- a new server, and a new layout ---------------------------------------------------------------------


def test_on_a_new_server_the_index_is_built_by_itself(new_server: dict[str, str]) -> None:
    letter = document(["Hundesteuer"])
    with pytest.raises(IndexMissing):
        search_index().search(SearchQuery("Hundesteuer", frozenset({letter.scope_id})))
    sweep()
    work()
    hits = search_index().search(SearchQuery("Hundesteuer", frozenset({letter.scope_id}))).hits
    assert [hit.document_id for hit in hits] == [letter.pk]
    assert pending() == 0
    assert not list(compare(search_index(), RecordsSource()))


def test_nothing_is_written_to_an_index_that_is_gone(chosen: dict[str, str], index: ElasticIndex) -> None:
    with server_of(chosen) as server:
        for name in server.indices.get_alias(index=f"{chosen['name']}-*"):
            server.indices.delete(index=name)
    with pytest.raises(IndexMissing):
        index.put([LETTER])
    with server_of(chosen) as server:
        assert not server.indices.get(index=f"{chosen['name']}-*").body
    index.begin_rebuild().finish()


def test_newer_code_does_not_search_what_older_code_has_made(
    index: ElasticIndex, chosen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    index.put([LETTER])
    monkeypatch.setattr(layout, "NUMBER", layout.NUMBER + 1)
    newer = ElasticIndex(**{name: value for name, value in chosen.items() if name != "adapter"})
    with pytest.raises(IndexMissing):
        newer.size()
    fresh = newer.begin_rebuild()
    assert found(index, "alt") == [1], "programs of the older version still search"
    fresh.finish()
    with pytest.raises(IndexMissing):
        index.size()


# --- what people see --------------------------------------------------------------------------------------


@pytest.fixture
def away(settings: LazySettings, elastic_settings: dict[str, str]) -> Iterator[None]:
    settings.SEARCH_INDEX = elastic_settings | {"url": NOBODY_THERE}
    search_index.cache_clear()
    yield
    search_index.cache_clear()


@pytest.mark.usefixtures("away")
def test_without_search_the_page_says_so_and_everything_else_works() -> None:
    letter = document(["Hundesteuer"])
    clerk = user_with(Role.CLERK, scope=letter.scope)
    browser = Client()
    browser.force_login(clerk)
    answer = browser.get("/", {"q": "Hundesteuer"})
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "Die Suche antwortet gerade nicht" in page
    assert "alles andere geht weiter" in page
    for address in ("/inbox/", f"/documents/{letter.pk}/", f"/documents/{letter.pk}/?q=Hundesteuer&hit=0"):
        assert browser.get(address).status_code == 200, address
    api = program_of(clerk)
    told = api.get("/api/v1/search/", {"q": "Hundesteuer"})
    assert (told.status_code, told.json()["code"]) == (503, "search_unavailable")
    assert api.get(f"/api/v1/documents/{letter.pk}/").status_code == 200


@pytest.mark.usefixtures("away")
def test_what_came_in_while_the_search_was_away_is_found_once_it_is_back(
    settings: LazySettings, elastic_settings: dict[str, str]
) -> None:
    letter = document(["Hundesteuer"])
    work()
    sweep()
    assert pending() == 1
    settings.SEARCH_INDEX = elastic_settings
    empty_index(elastic_settings)
    search_index.cache_clear()
    sweep()
    work()
    hits = search_index().search(SearchQuery("Hundesteuer", frozenset({letter.scope_id}))).hits
    assert [hit.document_id for hit in hits] == [letter.pk]


def test_while_the_index_is_being_made_the_page_says_so(new_server: dict[str, str]) -> None:
    browser = Client()
    browser.force_login(user_with(Role.CLERK))
    answer = browser.get("/")
    assert answer.status_code == 503
    assert "Die Suche wird gerade eingerichtet" in answer.content.decode()
    with pytest.raises(CommandError, match=r"Build it: ./manage\.py search rebuild"):
        call_command("search", "check")


# --- settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"url": ""}, "search.E001"),
        ({"url": "search.example.org"}, "search.E001"),
        ({"url": "https://search.example.org:9200", "ca": "/nowhere/ca.pem"}, "search.E001"),
        ({"api_key": "k", "user": "u"}, "search.E001"),
        ({"adapter": "search.adapters.nowhere.Index"}, "search.E001"),
        ({"url": "http://search.example.org:9200", "user": "u", "password": "p"}, "search.W002"),
        ({"url": "https://search.example.org:9200", "user": "u", "password": "p"}, None),
        ({"url": "http://elasticsearch:9200", "user": "u", "password": "p"}, None),
        ({"url": "http://127.0.0.1:9200"}, None),
    ],
)
def test_settings_that_cannot_work_are_told_at_the_start(
    changed: dict[str, str], expected: str | None, settings: LazySettings
) -> None:
    settings.SEARCH_INDEX = search_index_settings({"ELASTICSEARCH_URL": "http://127.0.0.1:9200"}, "any") | changed
    search_index.cache_clear()
    told = {message.id for message in run_checks()} & {"search.E001", "search.W002"}
    search_index.cache_clear()
    assert told == ({expected} if expected else set())
