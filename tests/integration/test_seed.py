"""`./manage.py seed`: a made-up town is a whole one, the same every time, and never gets among real records."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.seeding.mail import write_mail
from config.seeding.running import Wish, seed_town
from config.seeding.schedule import divided, plan_batches
from config.seeding.staff import FEWEST, PERSONNEL, UNITS, Staff
from config.seeding.wording import CASES, DOSSIERS, SHARES, TOPICS
from dms.access.actors import Actor, actor_for
from dms.access.models import Body, User
from dms.access.permissions import ROLE_ALLOWS, Permission, Role
from dms.access.rule import can
from dms.audit.events import Event
from dms.audit.lifecycle import NotPossible
from dms.audit.models import EventRow, OutboxEntry, OutsideTheDoor
from dms.audit.together import change_together
from dms.audit.verify import Tally, verify_all
from dms.records.dossiers.keeping import dossier_open
from dms.records.dossiers.models import DossierVerb, FileState
from dms.records.models import Document, Dossier, PlanEntry, ReferenceNumber
from dms.records.parties.models import Participation, Party
from ingest.models import InboxItem
from ingest.samples.details import Details
from ingest.samples.phrases import read_wording
from search.chosen import search_index
from search.comparison import examine
from search.ports import SearchQuery
from search.source import RecordsSource
from tests import factories

UNTIL = datetime(2026, 6, 30, 4, tzinfo=UTC)
SMALL = Wish(seed=7, scale=60, people=len(UNITS), until=UNTIL, processes=1)


def make(wish: Wish = SMALL) -> int:
    told: list[int] = []
    seed_town(wish, told.append)
    return sum(told)


def numbers() -> dict[str, list[int]]:
    """By counter, in the order of time."""
    by_counter: dict[str, list[int]] = {}
    for given in ReferenceNumber.objects.order_by("given_at", "number"):
        by_counter.setdefault(given.counter, []).append(given.number)
    return by_counter


def the_next_number_is_given_by_hand() -> None:
    entry = PlanEntry.objects.filter(dossiers__isnull=False, scope__inherits=True).order_by("number")[0]
    opened = dossier_open(Staff().registry[0], entry, {"title": "Danach von Hand"}, now=UNTIL)
    numbered = ReferenceNumber.objects.filter(counter=entry.number).order_by("-number")
    assert numbered[0].dossier_id == opened.pk
    assert numbered[0].number == numbered[1].number + 1


def test_a_made_up_town_is_whole_and_found_and_stays_the_same(db: None, store: Path) -> None:
    search_index.cache_clear()
    assert make() == SMALL.scale
    assert Document.objects.count() == SMALL.scale == InboxItem.objects.count()
    assert Dossier.objects.count() == SMALL.scale // 5
    written_about = Dossier.objects.filter(documents__isnull=False).distinct().count()
    assert Participation.objects.filter(role="applicant").count() == written_about
    assert 0 < Party.objects.count() <= written_about
    assert list(verify_all(Tally())) == []
    assert not OutboxEntry.objects.exists()
    assert examine(search_index(), RecordsSource(), progress=lambda done: None).differences == ()
    filed = Document.objects.filter(dossier__isnull=False).select_related("dossier").first()
    assert filed is not None
    found = search_index().search(SearchQuery(filed.dossier.reference_number, frozenset({filed.scope_id})))
    assert found.count >= 1
    stands = numbers(), EventRow.objects.count()
    assert all(given == list(range(1, len(given) + 1)) for given in numbers().values()), "a gap, or not by time"
    make()
    assert (numbers(), EventRow.objects.count()) == stands
    the_next_number_is_given_by_hand()


def test_what_an_interrupted_run_left_out_the_next_one_adds(db: None, store: Path) -> None:
    class Interrupted(Exception):
        pass

    told: list[int] = []

    def stop_after_three(size: int) -> None:
        told.append(size)
        if len(told) == 3:
            raise Interrupted

    with pytest.raises(Interrupted):
        seed_town(SMALL, stop_after_three)
    assert 0 < Document.objects.count() < SMALL.scale
    make()
    assert Document.objects.count() == SMALL.scale
    assert list(verify_all(Tally())) == []


def test_everybody_acts_within_their_rights_and_the_personnel_office_alone_sees_its_files(
    db: None, store: Path
) -> None:
    make()
    entry = PlanEntry.objects.get(number="0150")
    clerk = Staff().personnel[0]
    assert can(clerk, Permission.DOSSIER_VIEW, entry)
    seeing = {
        user.username
        for user in User.objects.filter(is_active=True)
        if can(actor_for(user), Permission.DOSSIER_VIEW, entry)
    }
    assert seeing == set(User.objects.filter(memberships__body__name=PERSONNEL).values_list("username", flat=True))
    assert not any(user.has_usable_password() for user in User.objects.all()), "nobody logs in yet"
    acted = set(EventRow.objects.filter(name="dossier:opened").values_list("actor", flat=True))
    assert acted <= {actor_for(user).key for user in User.objects.all()}
    assert Body.objects.filter(memberships__isnull=True, children__isnull=True).count() == 0


def test_real_records_are_not_mixed_with_made_up_ones(db: None, store: Path) -> None:
    factories.document()
    before = Document.objects.count()
    with pytest.raises(CommandError, match="beside-real-records"):
        call_command("seed", scale=20)
    assert Document.objects.count() == before
    assert not Body.objects.exists()


def test_another_plan_is_said_to_be_one(db: None, store: Path) -> None:
    factories.file_plan(scope=factories.another_scope("Akten"))
    with pytest.raises(CommandError, match="not the sample plan"):
        call_command("seed", scale=20, people=FEWEST, processes=1)
    assert not User.objects.exists()


def test_fewer_people_than_units_are_refused_with_the_least_number(db: None, store: Path) -> None:
    with pytest.raises(CommandError, match=f"take {FEWEST} or more"):
        call_command("seed", scale=20, people=FEWEST - 1, processes=1)
    assert not User.objects.exists()


def test_the_amounts_add_up_exactly() -> None:
    assert divided(10, [1.0, 1.0, 1.0]) == [3, 4, 3]
    assert divided(0, [1.0]) == [0]
    for scale in (1, 7, 100, 99_999):
        batches = plan_batches(1, scale, ["0150", "6110", "4120"], UNTIL)
        assert sum(batch.size for batch in batches) == scale
        assert sum(len(batch.opened) for batch in batches) == max(scale // 5, 1)
        assert all(opened < UNTIL for batch in batches for opened in batch.opened)


def test_the_same_number_writes_the_same_letter() -> None:
    one, other, third = (write_mail(Random(seed), "6110", "6110-3", UNTIL) for seed in (4, 4, 5))
    assert one == other != third
    assert one.content.decode().splitlines()[0] == one.letter.sender.name
    words = " ".join(page.text for page in one.pages).split()
    assert words == one.content.decode().split()
    assert max(word.box.x1 for page in one.pages for line in page.lines for word in line) < 0.95


def test_every_phrase_of_the_town_can_be_filled() -> None:
    details = Details(Random(1), UNTIL.date(), {})
    for table in (DOSSIERS, CASES):
        assert "" in table
        assert all(details.fill(phrase) for phrases in table.values() for phrase in phrases)
    assert "" in SHARES
    assert {topic for topics in TOPICS.values() for topic in topics} <= set(read_wording("topics"))


class TestTogether:
    """The door for many rows at once."""

    def test_it_leaves_what_one_change_after_the_other_leaves(self, db: None, store: Path) -> None:
        factories.file_plan()
        entry = factories.plan_entry("610")
        alone = factories.dossier("Einzeln")
        keeper = _registry()
        with change_together() as together:
            made = Dossier(plan_entry=entry, scope_id=entry.scope_id, reference_number="610-2", title="Einzeln",
                           opened_at=alone.opened_at)  # fmt: skip
            number = ReferenceNumber(text="610-2", dossier=made, counter="610", number=2, given_at=alone.opened_at)
            with together.change(keeper, Event.DOSSIER_OPENED, chain=made.chain, scope=entry) as opened:
                opened.save(made)
                opened.save(number)
            with together.change(keeper, Event.DOSSIER_CLOSED, made, chain=made.chain, verb=DossierVerb.CLOSE):
                made.closed_at = alone.opened_at
        first, second = (EventRow.objects.filter(chain=one.chain).order_by("number")[0] for one in (alone, made))
        assert _shape(json.loads(first.body)) == _shape(json.loads(second.body))
        assert Dossier.objects.get(pk=made.pk).state == FileState.CLOSED
        assert list(verify_all(Tally())) == []

    def test_nothing_of_it_stays_when_it_fails(self, db: None) -> None:
        factories.file_plan()
        entry = factories.plan_entry("610")
        with pytest.raises(NotPossible), change_together() as together:
            made = Dossier(plan_entry=entry, scope_id=entry.scope_id, reference_number="610-1", title="Halb",
                           opened_at=UNTIL)  # fmt: skip
            with together.change(_registry(), Event.DOSSIER_OPENED, chain=made.chain, scope=entry) as opened:
                opened.save(made)
            with together.change(_registry(), Event.DOSSIER_REOPENED, made, chain=made.chain, verb=DossierVerb.REOPEN):
                pass
        assert not Dossier.objects.exists()
        assert not EventRow.objects.filter(chain=made.chain).exists()

    def test_what_stood_there_before_changes_through_the_usual_door(self, db: None) -> None:
        there = factories.dossier()
        with pytest.raises(OutsideTheDoor), change_together() as together:
            fresh = Dossier.objects.get(pk=there.pk)
            with together.change(_registry(), Event.DOSSIER_DESCRIBED, fresh, chain=fresh.chain) as opened:
                fresh.title = "Daran vorbei"
                opened.save(fresh)
        assert Dossier.objects.get(pk=there.pk).title == there.title


def _registry() -> Actor:
    return Actor("user:registry", everywhere=frozenset(ROLE_ALLOWS[Role.REGISTRY]))


def _shape(body: dict[str, Any]) -> Any:
    """Which rows were touched in which way, and which of their fields the event tells."""
    return [(row["row"].split(":")[0], row["op"], sorted(row["after"])) for row in body["rows"]]
