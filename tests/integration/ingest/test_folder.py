"""The watched folder: what is whole is taken in once and removed when it is safe; what is not stays."""

from __future__ import annotations

import fcntl
import hashlib
import io
import logging
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from PIL import Image

from dms.access.actors import system_ingest
from dms.access.models import Scope
from dms.adapters.chosen import object_store
from dms.ports import StoreUnavailable
from ingest.intake import Delivery, take_in
from ingest.models import InboxItem, Source, WaitingFile
from ingest.reasons import FolderReason
from ingest.sources.finished import has_writer
from ingest.sources.folder import WatchedFolder
from ingest.sources.found_file import FoundFile, NotReadable
from tests.integration.ingest.working import LETTER, SetClock, fresh, objects_in

pytestmark = pytest.mark.django_db
Look = Callable[[], list[InboxItem]]
QUIET, PATIENCE = 2, 600
NOBODY = 65534
FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, IMMUTABLE = 0x80086601, 0x40086602, 0x10


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    folder.mkdir()
    return folder


@pytest.fixture
def look(inbox: Path, scope: Scope, clock: SetClock) -> Look:
    """One look of the program that watches, a while after the files were written."""
    return watcher(inbox, scope, clock)


def watcher(inbox: Path, scope: Scope, clock: SetClock) -> Look:
    clock.forward(60)
    return WatchedFolder(inbox, system_ingest(), scope, clock, quiet_seconds=QUIET, patience_seconds=PATIENCE).look


def put(folder: Path, name: str, content: bytes = LETTER) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


# --- what is taken in -------------------------------------------------------------------------------


def test_a_finished_file_is_taken_in_read_back_and_removed(look: Look, inbox: Path, store: Path) -> None:
    put(inbox, "Bauamt/Eingang 2/brief.txt")
    [item] = look()
    assert (item.filename, item.source, item.source_path) == ("brief.txt", Source.FOLDER, "Bauamt/Eingang 2/brief.txt")
    assert (store / item.key).read_bytes() == LETTER
    assert files_in(inbox) == []
    assert (inbox / "Bauamt/Eingang 2").is_dir(), "the folder is the scanner's"
    assert look() == []


def test_two_hundred_files_at_once_all_arrive_oldest_first(look: Look, inbox: Path) -> None:
    begun = time.time() - 3600
    for number in range(200):
        path = put(inbox, f"{number % 7}/brief-{number:03}.txt", f"Brief {number}".encode())
        os.utime(path, (begun - number, begun - number))
    names = [item.filename for item in look()]
    assert names == [f"brief-{number:03}.txt" for number in reversed(range(200))]
    assert InboxItem.objects.count() == 200
    assert len(set(InboxItem.objects.values_list("sha256", flat=True))) == 200
    assert files_in(inbox) == []


def test_an_empty_file_is_taken_in_so_that_somebody_is_told(look: Look, inbox: Path) -> None:
    put(inbox, "leer.pdf", b"")
    [item] = look()
    assert item.size == 0
    assert files_in(inbox) == []


def test_a_name_that_is_no_utf8_is_shown_as_far_as_it_can_be_read(look: Look, inbox: Path) -> None:
    (Path(os.fsdecode(os.fsencode(inbox) + b"/Stra\xdfe.txt"))).write_bytes(LETTER)
    [item] = look()
    assert fresh(item).filename == "Stra�e.txt"
    assert files_in(inbox) == []


def test_the_same_name_on_the_next_day_is_another_letter(look: Look, inbox: Path) -> None:
    put(inbox, "scan.txt", b"Brief von gestern")
    [first] = look()
    put(inbox, "scan.txt", b"Brief von heute !")
    [second] = look()
    assert first.pk != second.pk
    assert first.sha256 != second.sha256


# --- sub-folders ------------------------------------------------------------------------------------


def folders_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir())


def test_a_folder_that_was_copied_with_its_files_goes_after_them(look: Look, inbox: Path, clock: SetClock) -> None:
    look()
    put(inbox, "Post von Montag/Bauamt/brief.txt")
    (inbox / "Post von Montag/leer").mkdir()
    assert [item.source_path for item in look()] == ["Post von Montag/Bauamt/brief.txt"]
    for _change_of_the_parent in range(2):
        clock.forward(61)
        look()
    assert folders_in(inbox) == []
    assert inbox.is_dir()


def test_the_folder_of_a_scanner_stays_when_its_scans_are_taken_in(look: Look, inbox: Path, clock: SetClock) -> None:
    look()
    (inbox / "Scanner 1").mkdir()
    look()
    clock.forward(31)
    put(inbox, "Scanner 1/brief.txt")
    assert len(look()) == 1
    clock.forward(3600)
    look()
    assert folders_in(inbox) == ["Scanner 1"]


def test_a_folder_stays_while_somebody_may_still_be_copying_into_it(look: Look, inbox: Path, clock: SetClock) -> None:
    clock.forward(-50)  # so that what is written now has been there for ten seconds
    look()
    put(inbox, "Post/brief.txt")
    assert len(look()) == 1
    os.utime(inbox / "Post", (0, 0))  # it changed now, whatever date it bears
    assert look() == []
    assert folders_in(inbox) == ["Post"]


def test_a_folder_with_anything_hidden_in_it_stays(look: Look, inbox: Path, clock: SetClock) -> None:
    look()
    put(inbox, "Post/brief.txt")
    put(inbox, "Post/.keep", b"")
    assert len(look()) == 1
    clock.forward(3600)
    assert look() == []
    assert folders_in(inbox) == ["Post"]


def test_a_link_to_a_folder_is_never_removed(look: Look, inbox: Path, clock: SetClock, tmp_path: Path) -> None:
    look()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put(inbox, "Post/brief.txt")
    (inbox / "Post/link").symlink_to(elsewhere)
    look()
    clock.forward(3600)
    look()
    assert (inbox / "Post/link").is_symlink()
    assert elsewhere.is_dir()


def test_a_file_that_by_our_clock_comes_from_the_future_does_not_wait_until_then(
    inbox: Path, scope: Scope, clock: SetClock
) -> None:
    look = watcher(inbox, scope, clock)
    put(inbox, "brief.txt")
    clock.forward(-3 * 24 * 3600)
    assert look() == [], "it may still be written"
    clock.forward(QUIET + 1)
    [item] = look()
    assert item.filename == "brief.txt"
    assert files_in(inbox) == []


def test_a_file_without_its_end_from_the_future_is_waited_for_as_long_as_any_other(
    inbox: Path, scope: Scope, clock: SetClock
) -> None:
    look = watcher(inbox, scope, clock)
    put(inbox, "brief.pdf", b"%PDF-1.7 and no end")
    clock.forward(-3 * 24 * 3600)
    assert look() == []
    clock.forward(PATIENCE - 1)
    assert look() == []
    clock.forward(2)
    [item] = look()
    assert item.incomplete


# --- half-written files -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["brief.pdf.part", "brief.TMP", "brief.filepart", "brief.pdf~", ".brief.pdf", ".sync/brief.pdf", "~$brief.docx",
     "brief.crdownload"],
)  # fmt: skip
def test_a_name_that_says_unfinished_waits(look: Look, inbox: Path, name: str) -> None:
    put(inbox, name)
    assert look() == []
    assert files_in(inbox) == [name]


def test_a_file_waits_as_long_as_its_writer_has_it_open_however_long_he_pauses(look: Look, inbox: Path) -> None:
    with (inbox / "brief.txt").open("wb") as writer:
        writer.write(LETTER[:20])
        writer.flush()
        assert look() == [], "a minute of silence is no end"
        writer.write(LETTER[20:])
    [item] = look()
    assert item.sha256 == hashlib.sha256(LETTER).hexdigest()


def test_a_file_that_was_touched_a_moment_ago_waits(inbox: Path, scope: Scope) -> None:
    clock = SetClock()
    look = watcher(inbox, scope, clock)
    clock.forward(-60)
    put(inbox, "brief.txt")
    assert look() == []
    clock.forward(QUIET + 1)
    assert len(look()) == 1


def test_a_scanner_whose_clock_is_fast_does_not_wait_for_years(look: Look, inbox: Path) -> None:
    path = put(inbox, "brief.txt")
    os.utime(path, (4_000_000_000, 4_000_000_000))
    assert len(look()) == 1
    assert files_in(inbox) == []


def test_a_file_that_grows_while_it_is_read_is_not_taken_in_halfway(inbox: Path) -> None:
    path = put(inbox, "brief.txt")
    found = FoundFile.at(path)
    with found.open() as stream, pytest.raises(NotReadable):
        assert stream.read(10) == LETTER[:10]
        with path.open("ab") as writer:
            writer.write(b"mehr")
        while stream.read(1024):
            pass


def test_a_writer_who_comes_at_the_wrong_moment_does_not_end_the_watching_program(inbox: Path) -> None:
    """The question whether a file has a writer puts a lease on it; opening it then sends a signal to whoever asked."""
    path = put(inbox, "brief.txt")
    watching = multiprocessing.get_context("fork").Process(target=_ask_for_writers, args=(inbox, 1.0))
    watching.start()
    while watching.is_alive():
        os.close(os.open(path, os.O_WRONLY))
    watching.join()
    assert watching.exitcode == 0


def _ask_for_writers(inbox: Path, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        has_writer(inbox / "brief.txt")


# --- files without their end ----------------------------------------------------------------------------


def a_scan(pages: int = 3) -> bytes:
    pictures = [Image.effect_noise((200, 280), 60) for _ in range(pages)]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PDF", save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


def waiting_files() -> list[tuple[str, str]]:
    return list(WaitingFile.objects.values_list("path", "reason"))


def test_a_scanner_that_closes_the_file_and_goes_on_after_a_long_pause_is_not_cut_in_two(
    look: Look, inbox: Path, clock: SetClock
) -> None:
    whole = a_scan()
    path = put(inbox, "Bauamt/scan.pdf", whole[: len(whole) // 2])
    for _ in range(3):
        assert look() == []
        clock.forward(60)
    assert waiting_files() == [("Bauamt/scan.pdf", "incomplete")]
    [row] = WaitingFile.objects.all()
    assert row.reason_text is not None
    assert row.until is not None
    assert "auf den Rest gewartet" in str(row.reason_text.sentence)
    with path.open("ab") as writer:
        writer.write(whole[len(whole) // 2 :])
    [item] = look()
    assert (object_bytes(item), item.incomplete) == (whole, False)
    assert (files_in(inbox), waiting_files()) == ([], [])


def test_what_stays_without_its_end_is_taken_in_as_it_is_after_a_while_and_once(
    look: Look, inbox: Path, scope: Scope, clock: SetClock
) -> None:
    cut = a_scan()[:-2000]
    put(inbox, "scan.pdf", cut)
    clock.forward(PATIENCE - 100)
    assert look() == []
    clock.forward(101)
    [item] = look()
    assert (object_bytes(item), item.incomplete) == (cut, True)
    for restarted in (look, watcher(inbox, scope, clock)):
        restarted()
        assert InboxItem.objects.count() == 1
    assert (files_in(inbox), waiting_files()) == (["scan.pdf"], [("scan.pdf", "taken_incomplete")])
    clock.forward(PATIENCE)
    look()
    assert (files_in(inbox), waiting_files(), InboxItem.objects.count()) == ([], [], 1)


def test_when_the_rest_comes_after_all_the_whole_file_is_another_item(look: Look, inbox: Path, clock: SetClock) -> None:
    whole = a_scan()
    path = put(inbox, "scan.pdf", whole[:-2000])
    clock.forward(PATIENCE)
    [half] = look()
    with path.open("ab") as writer:
        writer.write(whole[-2000:])
    [item] = look()
    assert (half.incomplete, item.incomplete, item.pk != half.pk) == (True, False, True)
    assert object_bytes(item) == whole
    assert files_in(inbox) == []


def test_what_grows_between_storing_and_removing_is_taken_in_whole_once_more(
    look: Look, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A TIFF or a text is complete in itself before the next page is appended."""
    path = put(inbox, "seiten.txt", b"Seite 1\n")

    def grow() -> None:
        with path.open("ab") as writer:
            writer.write(b"Seite 2\n")

    with meanwhile(monkeypatch, grow):
        look()
    assert files_in(inbox) == ["seiten.txt"]
    look()
    assert {object_bytes(item) for item in InboxItem.objects.all()} == {b"Seite 1\n", b"Seite 1\nSeite 2\n"}
    assert files_in(inbox) == []


def test_a_writer_who_comes_back_before_the_file_is_removed_keeps_it(
    look: Look, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(inbox, "seiten.txt", b"Seite 1\n")
    writers = []
    with meanwhile(monkeypatch, lambda: writers.append(path.open("ab"))):
        look()
    assert files_in(inbox) == ["seiten.txt"]
    with writers[0] as writer:
        writer.write(b"Seite 2\n")
    look()
    assert b"Seite 1\nSeite 2\n" in {object_bytes(item) for item in InboxItem.objects.all()}
    assert files_in(inbox) == []


def test_what_never_ends_is_told_after_an_hour(look: Look, inbox: Path, clock: SetClock) -> None:
    put(inbox, "brief.pdf.part")
    with (inbox / "offen.pdf").open("wb"):
        look()
        assert waiting_files() == []
        clock.forward(3600)
        assert look() == []
        assert sorted(waiting_files()) == [("brief.pdf.part", "named_unfinished"), ("offen.pdf", "held_open")]
    (inbox / "brief.pdf.part").unlink()
    look()
    assert waiting_files() == []


def test_every_reason_has_its_words() -> None:
    for reason in FolderReason:
        assert str(reason.sentence)
        assert str(reason.next_step)


# --- replaced, changed, removed meanwhile ------------------------------------------------------------


@contextmanager
def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> Iterator[None]:
    """Does something after the stored bytes were flushed and before the file is removed."""
    real = object_store()
    with monkeypatch.context() as patch:
        verify = type(real).verify
        patch.setattr(type(real), "verify", lambda *arguments: (happens(), verify(*arguments))[1])
        yield


def test_a_file_that_is_replaced_while_it_is_taken_in_is_kept_and_taken_in_next(
    look: Look, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox, "scan.txt", b"der erste Brief")
    with meanwhile(monkeypatch, lambda: put(inbox, "neu.tmp", b"der zweite Brief").rename(inbox / "scan.txt")):
        look()
    assert files_in(inbox) == ["scan.txt"]
    look()
    assert files_in(inbox) == []
    stored = {object_bytes(item) for item in InboxItem.objects.all()}
    assert stored == {b"der erste Brief", b"der zweite Brief"}
    assert InboxItem.objects.count() == 2


def test_a_file_that_was_replaced_after_it_was_found_waits_for_the_next_look(inbox: Path) -> None:
    found = FoundFile.at(put(inbox, "scan.txt", b"der erste Brief"))
    put(inbox, "neu.tmp", b"der zweite Brief").rename(inbox / "scan.txt")
    with pytest.raises(NotReadable):
        found.digest()


def test_a_file_that_somebody_else_removes_first_is_fine(
    look: Look, inbox: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = put(inbox, "scan.txt")
    with meanwhile(monkeypatch, path.unlink):
        assert len(look()) == 1
    assert not caplog.records


def test_other_bytes_that_look_like_the_same_file_in_every_way_are_taken_in_too(
    look: Look, inbox: Path, scope: Scope, clock: SetClock
) -> None:
    """Same place, size, time and inode: a scanner that writes files of one size with times of whole seconds."""
    path = put(inbox, "scan.tif", b"Seite A")
    found = FoundFile.at(path)
    take_in_as_killed(found, scope, clock)
    path.write_bytes(b"Seite B")
    os.utime(path, ns=(found.modified_ns, found.modified_ns))
    assert FoundFile.at(path).source_key() == found.source_key()
    look()
    assert {object_bytes(item) for item in InboxItem.objects.all()} == {b"Seite A", b"Seite B"}
    assert files_in(inbox) == []


def take_in_as_killed(found: FoundFile, scope: Scope, clock: SetClock) -> InboxItem:
    """What a program did that was killed between the commit and the removal of the file."""
    delivery = Delivery(found.path.name, Source.FOLDER, source_key=found.source_key())
    with found.open() as stream:
        return take_in(system_ingest(), stream, delivery, scope=scope, clock=clock).item


def object_bytes(item: InboxItem) -> bytes:
    with object_store().read(item.key) as stream:
        return stream.read()


def test_after_a_kill_between_commit_and_removal_the_next_look_only_removes(
    look: Look, inbox: Path, scope: Scope, clock: SetClock, store: Path
) -> None:
    path = put(inbox, "brief.txt")
    item = take_in_as_killed(FoundFile.at(path), scope, clock)
    assert [known.pk for known in look()] == [item.pk]
    assert files_in(inbox) == []
    assert objects_in(store) == {item.key}


# --- trouble: the file stays, and it is said once a minute ---------------------------------------------


def test_the_file_stays_when_its_copy_is_damaged(
    look: Look, inbox: Path, store: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put(inbox, "brief.txt")

    def damage() -> None:
        stored = store / InboxItem.objects.get().key
        stored.chmod(0o640)
        stored.write_bytes(b"Sehr geehrte Schaden und Herren")

    with meanwhile(monkeypatch, damage):
        assert look() == []
    look()
    assert files_in(inbox) == ["brief.txt"]
    assert len(caplog.records) == 1
    assert "brief.txt stays in the folder" in caplog.text


def test_a_store_that_is_away_stops_the_look_and_costs_nothing(look: Look, inbox: Path, store: Path) -> None:
    put(inbox, "one.txt")
    look()
    put(inbox, "two.txt")
    store.rename(store.with_name("unplugged"))
    with pytest.raises(StoreUnavailable):
        look()
    assert files_in(inbox) == ["two.txt"]
    store.with_name("unplugged").rename(store)
    assert len(look()) == 1


@pytest.fixture
def reads_counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that the store was asked to hash or to store; the store itself stays the real one."""
    real, counted = type(object_store()), []
    for name in ("verify", "put"):
        method = getattr(real, name)

        def counting(self: object, key: str, *rest: object, method: Callable[..., object] = method) -> object:
            counted.append(key)
            return method(self, key, *rest)

        monkeypatch.setattr(real, name, counting)
    return counted


@pytest.fixture
def unremovable(inbox: Path) -> Iterator[Path]:
    """A file in a folder that lets nobody remove anything, not even root."""
    path = put(inbox, "fest/brief.txt")
    _set_immutable(path.parent, True)
    yield path
    _set_immutable(path.parent, False)


def _set_immutable(folder: Path, immutable: bool) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        flags = int.from_bytes(fcntl.ioctl(descriptor, FS_IOC_GETFLAGS, bytes(8))[:4], "little")
        flags = flags | IMMUTABLE if immutable else flags & ~IMMUTABLE
        fcntl.ioctl(descriptor, FS_IOC_SETFLAGS, flags.to_bytes(8, "little"))
    except OSError as error:
        pytest.skip(f"no folder can be made immutable here: {error}")
    finally:
        os.close(descriptor)


def assert_said_once_a_minute_and_never_done_twice(
    look: Look, clock: SetClock, store: Path, counted: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(50):
        look()
        clock.forward(1)
    assert len(caplog.records) == 1
    assert "stays in the folder" in caplog.text
    assert len(counted) == 2, "stored once and read back once in fifty looks"
    clock.forward(60)
    look()
    assert len(caplog.records) == 2
    assert InboxItem.objects.count() == 1
    assert objects_in(store) == {InboxItem.objects.get().key}


def test_an_immutable_file_is_said_once_a_minute_and_neither_stored_nor_hashed_again(
    unremovable: Path,
    look: Look,
    clock: SetClock,
    store: Path,
    reads_counted: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert_said_once_a_minute_and_never_done_twice(look, clock, store, reads_counted, caplog)
    _set_immutable(unremovable.parent, False)
    clock.forward(60)
    look()
    assert not unremovable.exists()
    assert InboxItem.objects.count() == 1


@pytest.fixture
def as_ordinary_user(settings: LazySettings) -> Iterator[Path]:
    """A folder of an ordinary user, and his rights only: root may read and remove everything."""
    from tests.factories import store_in

    folder = Path(tempfile.mkdtemp(prefix="registratur-"))
    folder.chmod(0o755)
    for name in ("scans", "objects"):
        (folder / name).mkdir()
    root = os.geteuid() == 0
    if root:
        for name in ("scans", "objects"):
            os.chown(folder / name, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        store_in(folder / "objects", settings)
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


def test_a_folder_in_which_nothing_may_be_removed_is_said_once_a_minute(
    as_ordinary_user: Path,
    scope: Scope,
    clock: SetClock,
    reads_counted: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    inbox = as_ordinary_user / "scans"
    path = put(inbox, "brief.txt")
    inbox.chmod(0o500)
    look = watcher(inbox, scope, clock)
    assert_said_once_a_minute_and_never_done_twice(look, clock, as_ordinary_user / "objects", reads_counted, caplog)
    inbox.chmod(0o700)
    clock.forward(60)
    look()
    assert not path.exists()


def test_a_file_and_a_folder_that_may_not_be_read_are_said_and_hold_up_nobody(
    as_ordinary_user: Path, scope: Scope, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = as_ordinary_user / "scans"
    put(inbox, "aaa geheim.txt").chmod(0)
    put(inbox, "Personal/brief.txt")
    (inbox / "Personal").chmod(0)
    put(inbox, "brief.txt")
    look = watcher(inbox, scope, clock)
    for _ in range(5):
        look()
    (inbox / "Personal").chmod(0o700)
    assert [item.filename for item in InboxItem.objects.all()] == ["brief.txt"]
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2, said
    assert any("aaa geheim.txt stays in the folder" in line for line in said)
    assert any("Personal cannot be read" in line for line in said)
    assert sorted(waiting_files()) == [("Personal", "folder_unreadable"), ("aaa geheim.txt", "unreadable")]


def test_a_file_whose_disk_fails_is_not_taken_for_trouble_with_the_store() -> None:
    with FoundFile.at(Path("/proc/self/mem")).open() as stream, pytest.raises(NotReadable):
        stream.read(10)


def test_links_and_pipes_are_passed_over_without_a_word(
    look: Look, inbox: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = put(tmp_path, "secret.txt")
    (inbox / "link.txt").symlink_to(secret)
    (inbox / "folder").symlink_to(tmp_path)
    (inbox / "broken.txt").symlink_to(tmp_path / "nothing")
    os.mkfifo(inbox / "pipe.txt")
    assert look() == []
    assert secret.exists()
    assert not caplog.records


# --- the program --------------------------------------------------------------------------------------


def test_the_program_looks_once_and_ends(scope: Scope, settings: LazySettings, inbox: Path) -> None:
    settings.WATCH_FOLDER, settings.WATCH_QUIET_SECONDS = inbox / "new", 0.0
    call_command("watch", "--once")
    put(inbox, "new/brief.txt")
    time.sleep(0.05)
    call_command("watch", "--once")
    assert [item.filename for item in InboxItem.objects.all()] == ["brief.txt"]
    assert files_in(inbox) == []


def test_the_program_says_that_the_store_is_away_and_goes_on(
    scope: Scope, settings: LazySettings, inbox: Path, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WATCH_FOLDER, settings.WATCH_QUIET_SECONDS = inbox, -1.0
    object_store()
    store.rename(store.with_name("unplugged"))
    put(inbox, "brief.txt")
    with caplog.at_level(logging.ERROR):
        call_command("watch", "--once")
    assert "nothing is taken in for now" in caplog.text
    assert files_in(inbox) == ["brief.txt"]
