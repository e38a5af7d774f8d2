"""Keys in the store: no name that anybody sends can make one that leads elsewhere or was used before."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.adapters.folder_store import FolderStore
from dms.adapters.object_keys import KEY
from dms.ports import ObjectDamaged
from ingest.steps.contract import ObjectRef, ObjectRole
from ingest.work.workspace import fresh_key, item_prefix, open_workspace

ITEM = UUID("00000000-0000-4000-8000-000000000001")
PREFIX = item_prefix(ITEM, datetime(2026, 3, 2, 8, 0, tzinfo=UTC))


def test_an_item_lies_below_the_day_it_came_in() -> None:
    assert PREFIX == "2026/03/02/00000000-0000-4000-8000-000000000001/"


@pytest.mark.parametrize(
    ("name", "stem", "ending"),
    [
        ("original.PDF", "original-", ".pdf"),
        ("page-0001.jpg", "page-0001-", ".jpg"),
        ("reading-0-0001.json.gz", "reading-0-0001-json-", ".gz"),
        ("Bescheid über Müll.pdf", "bescheid-ber-m-ll-", ".pdf"),
        ("../../etc/passwd", "object-", ""),
        ("brief.p d", "brief-", ""),
        ("....", "object-", ""),
        ("", "object-", ""),
        (".pdf", "pdf-", ""),
        ("x" * 300 + ".tif", "x" * 60 + "-", ".tif"),
    ],
)
def test_a_key_shows_what_it_is_and_nothing_else(name: str, stem: str, ending: str) -> None:
    key = fresh_key(PREFIX, name)
    assert key.startswith(PREFIX + stem)
    assert key.endswith(ending)
    assert len(key) == len(PREFIX) + len(stem) + 8 + len(ending)


@given(st.text(st.characters(exclude_categories=[]), max_size=400))
def test_whatever_the_name_the_key_is_one_below_the_item(name: str) -> None:
    key = fresh_key(PREFIX, name)
    assert KEY.fullmatch(key)
    assert key.startswith(PREFIX)
    assert "/" not in key.removeprefix(PREFIX)
    assert len(key) <= 300


def test_the_same_name_never_gives_the_same_key() -> None:
    assert len({fresh_key(PREFIX, "page-0001.jpg") for _ in range(1000)}) == 1000


def test_what_was_kept_is_fetched_and_the_scratch_folder_vanishes(tmp_path: Path) -> None:
    with open_workspace(FolderStore(tmp_path), PREFIX) as workspace:
        ref = workspace.keep(b"Guten Tag", name="seite.txt", role=ObjectRole.READING, media_type="text/plain")
        path = workspace.fetch(ref)
        assert path.read_bytes() == b"Guten Tag"
        assert workspace.fetch(ref) == path
        assert path.stat().st_mode & 0o222 == 0
    assert not workspace.scratch.exists()


def test_a_damaged_object_is_not_handed_out(tmp_path: Path) -> None:
    with open_workspace(FolderStore(tmp_path), PREFIX) as workspace:
        ref = workspace.keep(b"Guten Tag", name="seite.txt", role=ObjectRole.READING, media_type="text/plain")
        stored = tmp_path / ref.key
        stored.chmod(0o640)
        stored.write_bytes(b"Guten Tog")
        with pytest.raises(ObjectDamaged):
            workspace.fetch(ref)


def test_the_scratch_folder_vanishes_after_a_fault_too(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), open_workspace(FolderStore(tmp_path), PREFIX) as workspace:
        (workspace.scratch / "half").write_bytes(b"x")
        raise RuntimeError("the step failed")
    assert not workspace.scratch.exists()


def test_facts_about_an_object_lead_back_to_it() -> None:
    ref = ObjectRef(f"{PREFIX}a", "0" * 64, 3, "text/plain", ObjectRole.RENDITION)
    assert ObjectRef.from_facts(ref.as_facts()) == ref
