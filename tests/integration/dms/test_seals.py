"""What an owner of the database rewrites with all its hashes shows against the seals in the object store."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from dms.access.actors import system_setup
from dms.adapters.chosen import object_store
from dms.audit.anchor import read_anchor
from dms.audit.door import GENESIS, chained_hash, change, hash_body
from dms.audit.events import Event
from dms.audit.models import Chain, EventRow, Seal
from dms.audit.seals import put_missing, seal, seal_if_due
from dms.audit.verify import Finding, Tally, verify_all
from dms.records.models import DocumentKind
from ingest.objects.check import faults, strays
from ingest.objects.known import known_objects

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("store")]

MORNING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
DAY = timedelta(days=1)
Tamper = Callable[..., None]


def happened(chain: str, times: int = 1) -> None:
    for _ in range(times):
        kind = DocumentKind.objects.filter(slug=chain).first()
        with change(system_setup(), Event.KIND_CREATED, kind, chain=chain) as opened:
            row = opened.target or DocumentKind(slug=chain)
            row.label = f"{chain} {EventRow.objects.filter(chain=chain).count() + 1}"
            opened.save(row)


def sealed(at: datetime = MORNING) -> Seal:
    made = seal(object_store(), at)
    assert made is not None
    return made


def findings() -> list[Finding]:
    return list(verify_all(Tally(), read_anchor(object_store())))


def made_anew(tamper: Tamper, chain: str, old: str, new: str, keep: int = 100) -> None:
    """An owner of the database rewrites history: one text is another, `keep` events stay, and all hashes fit again.
    The record itself is made to agree."""
    previous, number = GENESIS, 0
    for event in EventRow.objects.filter(chain=chain).order_by("number"):
        if event.number > keep:
            tamper("DELETE FROM audit_eventrow WHERE id = %s", event.pk)
            continue
        body = event.body.replace(old, new)
        hashed = hash_body(body)
        previous, number = chained_hash(previous, hashed), event.number
        made = "UPDATE audit_eventrow SET body = %s, body_hash = %s, hash = %s WHERE id = %s"
        tamper(made, body, hashed, previous, event.pk)
        label = json.loads(body)["rows"][0]["after"]["label"]
        tamper("UPDATE records_documentkind SET label = %s WHERE slug = %s", label, chain)
    tamper("UPDATE audit_chain SET length = %s, head = %s WHERE key = %s", number, previous, chain)


def test_an_untouched_history_agrees_with_its_seals() -> None:
    happened("left", 3)
    sealed()
    happened("left")
    happened("right")
    sealed(MORNING + DAY)
    tally = Tally()
    assert list(verify_all(tally, read_anchor(object_store()))) == []
    assert (tally.seals, tally.chains, tally.events) == (2, 2, 5)


def test_auditor_9_a_history_made_anew_with_all_its_hashes_is_noticed_and_narrowed_down(tamper: Tamper) -> None:
    """Auditor's checklist 9, against the owner of the database."""
    happened("left", 2)
    sealed()
    happened("left", 3)
    happened("right")
    sealed(MORNING + DAY)
    made_anew(tamper, "left", "left 4", "left X")
    assert list(verify_all(Tally())) == []  # the chain alone is fooled
    assert findings()[0] == Finding("left event 3", "rewritten here or later: seal 2 speaks against event 5")


def test_auditor_9_a_cut_off_end_is_noticed_even_with_the_head_set_back(tamper: Tamper) -> None:
    """Auditor's checklist 9: truncation of the tail, against the external anchor."""
    happened("left", 5)
    sealed()
    made_anew(tamper, "left", "", "", keep=3)
    assert list(verify_all(Tally())) == []
    assert findings()[0] == Finding("left event 1", "seal 1 knows 5 events: some are missing")


def test_a_chain_that_is_gone_with_its_head_is_noticed(tamper: Tamper) -> None:
    happened("left")
    happened("right")
    sealed()
    tamper("DELETE FROM audit_eventrow WHERE chain = 'left'; DELETE FROM audit_chain WHERE key = 'left'")
    assert Finding("left", "the whole sealed chain is gone") in findings()


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        (
            "DELETE FROM audit_seal WHERE number = 2",
            "the database does not know it: it was set back to an earlier state",
        ),
        (
            "UPDATE audit_seal SET sha256 = repeat('0', 64) WHERE number = 2",
            "the database knows another one of this number",
        ),
    ],
)
def test_a_seal_that_the_database_denies_is_noticed(sql: str, what: str, tamper: Tamper) -> None:
    happened("left")
    sealed()
    happened("left")
    sealed(MORNING + DAY)
    tamper(sql)
    assert findings() == [Finding("seal 2", what)]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_seal_taken_out_of_the_store_is_noticed(number: int) -> None:
    for day in range(3):
        happened("left")
        sealed(MORNING + day * DAY)
    object_store().delete(Seal.objects.get(number=number).key)
    assert [finding.where for finding in findings()] == [f"seal {number}"]


def test_a_seal_edited_in_the_store_is_noticed(store: Path) -> None:
    happened("left")
    lies = store / sealed().key
    lies.chmod(0o600)
    lies.write_bytes(lies.read_bytes().replace(b'"left", 1', b'"left", 2'))
    assert findings() == [Finding("seal 1", "the database knows another one of this number")]


def test_nothing_new_makes_no_seal() -> None:
    happened("left")
    sealed()
    assert seal(object_store(), MORNING + DAY) is None
    assert [chain.key for chain in Chain.objects.all()] == ["left"]


def test_a_seal_is_due_a_day_after_the_last_one_and_after_a_clock_that_was_wrong() -> None:
    happened("left")
    assert seal_if_due(object_store(), MORNING + 10 * DAY, DAY) is not None
    happened("left")
    assert seal_if_due(object_store(), MORNING + 10 * DAY + timedelta(hours=23), DAY) is None
    assert seal_if_due(object_store(), MORNING, DAY) is not None
    happened("left")
    assert seal_if_due(object_store(), MORNING + DAY, DAY) is not None
    assert findings() == []


def test_a_seal_that_did_not_reach_the_store_gets_there_later(store: Path) -> None:
    happened("left")
    lost = sealed()
    object_store().delete(lost.key)
    put_missing(object_store())
    assert (store / lost.key).read_text() == lost.body
    assert findings() == []


def test_seals_are_objects_that_the_database_knows() -> None:
    happened("left")
    made = sealed()
    assert made.key in {known.key for known in known_objects()}
    assert [*faults(object_store(), progress=lambda _done: None), *strays(object_store(), MORNING)] == []


def test_the_commands_seal_and_compare_with_what_was_noted(capsys: pytest.CaptureFixture[str]) -> None:
    happened("left")
    call_command("audit", "seal")
    noted = capsys.readouterr().out.strip()
    assert noted == f"1:{Seal.objects.get().sha256}"
    call_command("audit", "verify", f"--noted={noted}")
    assert "1 seals: nothing broken" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("audit", "verify", f"--noted=1:{'0' * 64}")
    assert "seal 1: it is another one than the noted digest says" in capsys.readouterr().err
