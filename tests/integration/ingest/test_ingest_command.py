"""`./manage.py ingest PATH…`: nothing twice, nothing removed, and the exit code tells."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dms.access.models import Scope
from dms.adapters.chosen import object_store
from ingest.models import InboxItem, ItemState, Source
from ingest.work.attempt import Tools
from ingest.work.pending import pending_items
from ingest.work.tools import chosen_tools
from tests.integration.ingest.working import LETTER, fresh, objects_in, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
ALL_DONE, SOME_REFUSED, NOT_TAKEN_IN = 0, 1, 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A few letters, one of them deeper down."""
    folder = tmp_path / "post"
    for name in ("b.txt", "a.txt", "2026/März/c.txt", ".hidden", ".git/config"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(LETTER + name.encode())
    return folder


def ingest(*arguments: str | Path) -> int:
    """The exit code."""
    try:
        call_command("ingest", *map(str, arguments))
    except CommandError as error:
        return error.returncode
    except SystemExit as end:
        return int(end.code or 0)
    return ALL_DONE


def test_a_folder_is_taken_in_with_all_its_folders_and_stays_as_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest(folder) == ALL_DONE
    items = InboxItem.objects.order_by("source_path")
    assert [item.filename for item in items] == ["c.txt", "a.txt", "b.txt"]
    assert {item.source for item in items} == {Source.COMMAND}
    assert (folder / "a.txt").read_bytes() == LETTER + b"a.txt"
    assert "Taken in: 100%" in capsys.readouterr().err


def test_a_second_run_takes_nothing_in_twice(folder: Path, store: Path) -> None:
    ingest(folder)
    before = objects_in(store)
    assert ingest(folder, folder / "a.txt") == ALL_DONE
    assert InboxItem.objects.count() == 3
    assert objects_in(store) == before


def test_what_is_new_in_the_folder_is_taken_in_by_the_next_run(folder: Path) -> None:
    ingest(folder)
    (folder / "d.txt").write_bytes(LETTER)
    assert ingest(folder) == ALL_DONE
    assert InboxItem.objects.count() == 4


def test_a_run_that_was_stopped_in_the_middle_is_taken_up_again(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = type(object_store()).put
    stored: list[str] = []

    def stopped_by_hand(self: object, key: str, *rest: object, **more: object) -> object:
        if stored:
            raise KeyboardInterrupt
        stored.append(key)
        return real(self, key, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(type(object_store()), "put", stopped_by_hand)
        call_command("ingest", str(folder))
    assert InboxItem.objects.count() == 1
    assert ingest(folder) == ALL_DONE
    assert InboxItem.objects.count() == 3


def test_refused_items_make_exit_code_one_and_say_why(
    folder: Path, tools: Tools, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "leer.pdf").touch()
    assert ingest(folder / "leer.pdf") == ALL_DONE, "it is not known yet"
    work(tools)
    capsys.readouterr()
    assert ingest(folder) == SOME_REFUSED
    assert "leer.pdf: Die Datei ist leer (0 Byte)." in capsys.readouterr().err


def test_a_file_whose_bytes_cannot_be_read_makes_exit_code_two_and_the_others_are_taken_in(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest("/proc/self/mem", folder / "a.txt") == NOT_TAKEN_IN
    assert "/proc/self/mem" in capsys.readouterr().err
    assert [item.filename for item in InboxItem.objects.all()] == ["a.txt"]


@pytest.mark.parametrize("path", ["nowhere.pdf", "pipe", "/dev/zero"])
def test_what_is_no_file_is_named_and_the_others_are_taken_in(
    folder: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(folder / "pipe")
    assert ingest(folder / "a.txt", folder / path) == NOT_TAKEN_IN
    assert InboxItem.objects.get().filename == "a.txt"
    told = capsys.readouterr().err
    assert f"{path}: does not exist, or is neither a file nor a folder" in told
    assert "1 taken in, 1 not" in told
    assert "\r" not in told


def test_with_the_store_away_nothing_is_taken_in(folder: Path, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    object_store()
    store.rename(store.with_name("unplugged"))
    assert ingest(folder) == NOT_TAKEN_IN
    assert "there is no store" in capsys.readouterr().err
    store.with_name("unplugged").rename(store)
    assert ingest(folder) == ALL_DONE


def test_a_name_that_is_no_utf8_is_taken_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/Stra\xdfe.txt"))
    path.write_bytes(LETTER)
    assert ingest(path) == ALL_DONE
    assert InboxItem.objects.get().filename == "Stra�e.txt"


def test_without_an_inbox_it_says_what_to_do_first(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.scopes.CENTRAL_INBOX", "there is none of this name")
    with pytest.raises(CommandError, match=r"manage\.py setup") as error:
        call_command("ingest", str(folder))
    assert error.value.returncode == NOT_TAKEN_IN


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """One that works beside the command, as in the running product."""
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            work(chosen_tools())
            time.sleep(0.05)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    over.set()
    thread.join()


def test_with_wait_it_ends_when_every_item_has_ended(
    folder: Path, scope: Scope, worker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest("--wait", folder / "2026", folder / "a.txt") == ALL_DONE
    assert {fresh(item).state for item in InboxItem.objects.all()} == {ItemState.DONE}
    printed = capsys.readouterr().err
    assert "Processed: 100%" in printed
    assert "2/2" in printed


def test_with_wait_refused_items_are_named(
    folder: Path, scope: Scope, worker: None, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "leer.pdf").touch()
    assert ingest("--wait", folder / "leer.pdf") == SOME_REFUSED
    assert "leer.pdf: Die Datei ist leer (0 Byte)." in capsys.readouterr().err
    assert pending_items(chosen_tools().clock) == []
