"""What every test finds: settings of its own, and servers as soon as a test asks for the database or the queue."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from django.conf import LazySettings
from pytest_django.plugin import DjangoDbBlocker

from scripts.run.messages import compile_messages
from scripts.stack import elasticsearch, minio
from search.ports import SearchIndex
from tests.object_server import ObjectServer, OwnObjectServer
from tests.oidc_provider import OidcServer
from tests.servers import Servers, clean_environment
from tests.sharing import PlainReports, longest_first

# Before anything reads Django's settings; addresses only, nothing is started here.
_found = dict(os.environ)
_servers = Servers(os.environ)
_settings = _servers.environment()
STATED = "stated"
# a busy machine fails no test
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")
for _name in os.environ.keys() - clean_environment(os.environ).keys():
    del os.environ[_name]
os.environ.update(_settings)


_inherited: list[Any] = []


def _share_no_connection() -> None:
    """A fork makes connections of its own. Closing those of this thread before is not enough once a browser was
    started: Playwright keeps an event loop running here, so that `connections` (asgiref) holds others than a fork will
    see, where no loop runs: those from before the browser. They are kept, for closing would end the session."""
    from django.db import connections

    for one in connections.all(initialized_only=True):
        _inherited.append(one.connection)
        one.connection = None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings
    from django.test import TestCase, TransactionTestCase

    from tests.database import empty_database

    # of the processes that share the tests, the one that starts the others has no `workerinput`
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(PlainReports())
    else:
        compile_messages()
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # WhiteNoise warns without it
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    os.register_at_fork(after_in_child=_share_no_connection)
    # Tests with real transactions are followed by work of the owner; the others need not even connect as owner.
    TransactionTestCase.databases, TestCase.databases = {"default", "owner"}, {"default"}
    TransactionTestCase._fixture_teardown = lambda self: empty_database()  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """The processes that share the tests (pytest -n) begin as this one was found: each has servers of its own."""
    os.environ.clear()
    os.environ.update(_found)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means: one process per core, but a single one when servers are given by URL."""
    return 1 if _servers.are_given else os.cpu_count() or 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report for group in terminalreporter.stats.values() for report in group if hasattr(report, "user_properties")
    ]
    if stated := [line for report in reports for name, line in report.user_properties if name == STATED]:
        terminalreporter.section("stated, not judged")
        for line in dict.fromkeys(stated):
            terminalreporter.write_line(str(line))


def pytest_unconfigure(config: pytest.Config) -> None:
    _servers.stop()


@pytest.fixture
def state(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Says a figure at the end of the run, also of a test that passed."""
    return lambda line: record_property(STATED, line)


@pytest.fixture
def store(tmp_path: Path, settings: LazySettings) -> Iterator[Path]:
    """The folder in which all objects of this test lie."""
    from dms.adapters.chosen import object_store
    from tests.factories import store_in

    folder = tmp_path / "objects"
    store_in(folder, settings)
    yield folder
    object_store.cache_clear()


@pytest.fixture
def quick_passwords(settings: LazySettings) -> None:
    """Logging in takes no time; what is slow about real hashes is not ours to test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def servers() -> Servers:
    """The running servers of this test run; `new_database` gives a test programs and a database of its own."""
    _servers.start()
    return _servers


@pytest.fixture(scope="session")
def elasticsearch_settings() -> dict[str, str]:
    """A running Elasticsearch: the one given by ELASTICSEARCH_URL, else a private one; skipped where there is none."""
    if "ELASTICSEARCH_URL" not in _found and (missing := elasticsearch.why_not()):
        pytest.skip(f"no Elasticsearch: {missing} Or give one: ELASTICSEARCH_URL=…")
    return _servers.elasticsearch()


@pytest.fixture(scope="session")
def elastic_settings(elasticsearch_settings: dict[str, str]) -> Iterator[dict[str, str]]:
    """settings.SEARCH_INDEX with an index of this test run, which is deleted at its end; see `tests.elastic`."""
    from tests.elastic import search_index_settings, wiped

    made = search_index_settings(elasticsearch_settings, f"test-{uuid4().hex}")
    with wiped(made):
        yield made


@pytest.fixture(params=["postgres", pytest.param("elastic", marks=pytest.mark.xdist_group("elasticsearch"))])
def index(request: pytest.FixtureRequest, db: None, settings: LazySettings) -> Iterator[SearchIndex]:
    """The product's search index, empty: each adapter in turn."""
    from search.chosen import search_index
    from tests.elastic import empty_index

    if request.param == "elastic":
        settings.SEARCH_INDEX = request.getfixturevalue("elastic_settings")
        empty_index(settings.SEARCH_INDEX)
    search_index.cache_clear()
    yield search_index()
    search_index.cache_clear()


@pytest.fixture(scope="session")
def django_db_setup(
    servers: Servers, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    from tests.database import test_database

    with django_db_blocker.unblock(), test_database(), django_db_blocker.block():
        yield


@pytest.fixture(scope="session")
def provider_of_logins() -> Iterator[OidcServer]:
    """A real provider of logins by OIDC; each test makes people of its own there."""
    from tests.oidc_provider import oidc_server

    with oidc_server() as server:
        yield server


@pytest.fixture(scope="session")
def object_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectServer]:
    """A real S3 server, shared: every test makes buckets of its own."""
    if given := ObjectServer.given(_found):
        yield given
        return
    if reason := minio.why_not():
        pytest.skip(reason)
    server = OwnObjectServer(tmp_path_factory.mktemp("minio"))
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def own_object_server(tmp_path: Path) -> Iterator[OwnObjectServer]:
    """A real MinIO that this test may kill and damage; it runs already."""
    if reason := minio.why_not():
        pytest.skip(reason)
    server = OwnObjectServer(tmp_path / "minio")
    try:
        server.start()
        yield server
    finally:
        server.close()
