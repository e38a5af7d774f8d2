"""`audit verify` names the first broken place, whatever an owner of the database did to it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import connection

from dms.access.actors import system_setup
from dms.audit.door import change
from dms.audit.events import Event
from dms.audit.models import EventRow
from dms.audit.verify import Finding, Tally, one_moment, verify_all
from dms.records.models import DocumentKind

pytestmark = pytest.mark.django_db(transaction=True)

Tamper = Callable[[str], None]


@pytest.fixture(autouse=True)
def history() -> None:
    """Two chains with three events each."""
    for chain in ("left", "right"):
        with change(system_setup(), Event.KIND_CREATED, chain=chain) as opened:
            kind = DocumentKind(slug=chain, label=f"{chain} 1")
            opened.save(kind)
        for number in (2, 3):
            with change(system_setup(), Event.KIND_CREATED, kind, chain=chain) as opened:
                opened.target.label = f"{chain} {number}"
                opened.save(opened.target)


def findings() -> list[Finding]:
    return list(verify_all(Tally()))


def test_an_untouched_history_is_whole() -> None:
    tally = Tally()
    assert list(verify_all(tally)) == []
    assert (tally.chains, tally.events, tally.rows) == (2, 6, 2)


@pytest.mark.parametrize(
    ("name", "sql", "where"),
    [
        (
            "edited",
            "UPDATE audit_eventrow SET body = replace(body, 'left 2', 'left X') WHERE chain='left'",
            "left event 2",
        ),
        ("edited column", "UPDATE audit_eventrow SET actor = 'user:x' WHERE chain='left' AND number=2", "left event 2"),
        ("removed", "DELETE FROM audit_eventrow WHERE chain='left' AND number=2", "left event 2"),
        ("removed first", "DELETE FROM audit_eventrow WHERE chain='left' AND number=1", "left event 1"),
        ("truncated", "DELETE FROM audit_eventrow WHERE chain='left' AND number=3", "left event 3"),
        ("all gone", "DELETE FROM audit_eventrow WHERE chain='left'", "left"),
        (
            "reordered",
            "UPDATE audit_eventrow SET number = number + 10 WHERE chain='left' AND number IN (2, 3);"
            "UPDATE audit_eventrow SET number = 15 - number WHERE chain='left' AND number > 10",
            "left event 2",
        ),
        (
            "inserted",
            "INSERT INTO audit_eventrow (chain, number, at, actor, name, target, body, body_hash, hash)"
            " SELECT chain, 4, at, actor, name, target, body, body_hash, hash FROM audit_eventrow"
            " WHERE chain='left' AND number=3",
            "left event 4",
        ),
        (
            "edited with its own hash made anew",
            "UPDATE audit_eventrow SET body = replace(body, 'left 2', 'left X'),"
            " body_hash = encode(sha256(convert_to(replace(body, 'left 2', 'left X'), 'UTF8')), 'hex')"
            " WHERE chain='left' AND number=2",
            "left event 2",
        ),
    ],
)
def test_auditor_9_the_first_broken_event_is_named(name: str, sql: str, where: str, tamper: Tamper) -> None:
    """Auditor's checklist 9: edit, removal, reordering, insertion and truncation of the tail are each detected."""
    tamper(sql)
    found = [finding.where for finding in findings() if finding.where.startswith("left")]
    assert found == [where], name


def test_a_row_changed_without_an_event_is_named_with_the_field(tamper: Tamper) -> None:
    tamper("UPDATE records_documentkind SET label = 'heimlich' WHERE slug = 'left'")
    assert findings() == [Finding("records.documentkind:left", "changed without an event: label")]


def test_a_row_deleted_or_added_without_an_event_is_noticed(tamper: Tamper) -> None:
    tamper("DELETE FROM records_documentkind WHERE slug = 'left'")
    assert findings() == [Finding("records.documentkind:left", "the row is gone")]
    tamper("INSERT INTO records_documentkind VALUES ('a', 'A', ''), ('b', 'B', '')")
    assert "rows are not told by any event" in findings()[-1].what


def test_the_command_says_so_and_ends_with_an_error(tamper: Tamper, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("audit", "verify")
    assert "6 events, 2 rows, 0 seals: nothing broken" in capsys.readouterr().out
    tamper("DELETE FROM audit_eventrow WHERE chain='right' AND number=1")
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "verify")
    assert ended.value.code == 1
    assert "right event 1" in capsys.readouterr().err
    assert EventRow.objects.count() == 5


def test_work_that_goes_on_meanwhile_is_no_finding() -> None:
    with one_moment():
        EventRow.objects.count()  # the moment is that of the first look
        _rename_in_another_connection()
        assert list(verify_all(Tally())) == []
    assert list(verify_all(Tally())) == []


def _rename_in_another_connection() -> None:
    def rename() -> None:
        kind = DocumentKind.objects.get(slug="left")
        with change(system_setup(), Event.KIND_CREATED, kind, chain="left") as opened:
            opened.target.label = "renamed meanwhile"
            opened.save(opened.target)
        connection.close()

    worker = Thread(target=rename)
    worker.start()
    worker.join()
    assert DocumentKind.objects.filter(label="renamed meanwhile").count() == 0
