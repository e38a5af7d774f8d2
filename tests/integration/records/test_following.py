"""Thousands of dossiers follow their plan entry into rights of its own: bounded, resumable, never seen by the wrong."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, repeat

import pytest
from django.utils import timezone

from dms.access.actors import Actor, actor_for
from dms.access.models import Scope, User
from dms.access.permissions import Permission, Role
from dms.access.rule import can
from dms.audit import door
from dms.audit.models import EventRow, OutboxEntry
from dms.audit.verify import Tally, verify_all
from dms.records.dossiers.filing import Place, documents_file
from dms.records.dossiers.keeping import dossier_renumber
from dms.records.models import Case, Document, Dossier, Following
from dms.records.protection.following import working
from dms.records.protection.following.working import (
    FollowProgress,
    StillFollowing,
    follow_on,
    following_at,
    is_left,
    left_to_follow,
)
from dms.records.protection.grants import grant_give
from dms.records.protection.rights import PlaceVerb, place_actions, scope_begin, scope_restrict
from tests import factories

EVERYWHERE = Actor("user:registry", everywhere=frozenset(Permission))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful is many here."""
    monkeypatch.setattr(working, "AT_ONCE", 4)
    monkeypatch.setattr(working, "IN_A_BATCH", 4)


@pytest.fixture
def dossiers(files: Scope, small: None) -> list[Dossier]:
    """Five below 610, each with a case and a document; so two follow in a batch."""
    factories.town()
    found = [factories.dossier(f"Akte {number}", of="610") for number in range(5)]
    for one in found:
        document = factories.document(of=factories.item(scope=one.scope))
        documents_file(EVERYWHERE, [document], Place(one, factories.case(one)), now=timezone.now())
    OutboxEntry.objects.all().delete()
    return found


@pytest.fixture
def clerk(files: Scope) -> User:
    """Sees all files, by a right from above."""
    return factories.user_with(Role.CLERK, name="carl", scope=files)


def times(number: int) -> Callable[[], bool]:
    """Says yes so often."""
    answers = chain(repeat(True, number), repeat(False))
    return lambda: next(answers)


def seen_by(user: User) -> int:
    counts = {model.objects.visible_to(actor_for(user)).count() for model in (Dossier, Case, Document)}
    assert len(counts) == 1, "a dossier moves with all that lies in it"
    return counts.pop()


def test_the_request_moves_the_entries_and_the_dossiers_follow_batch_by_batch(
    giver: Actor, clerk: User, dossiers: list[Dossier], berta: User
) -> None:
    entry = factories.plan_entry("61")
    grant_give(giver, entry, berta, Role.CLERK, reason="Sachgebiet")
    scope = factories.plan_entry("61").scope
    assert {factories.plan_entry(number).scope_id for number in ("61", "610", "611")} == {scope.pk}
    assert set(Dossier.objects.values_list("scope_id", flat=True)) == {dossiers[0].scope_id}
    seen = [(seen_by(clerk), seen_by(berta), following_at(factories.plan_entry("61")))]
    while is_left():
        follow_on(times(1))
        seen.append((seen_by(clerk), seen_by(berta), following_at(factories.plan_entry("61"))))
    assert seen == [
        (5, 0, FollowProgress(0, 5)), (5, 2, FollowProgress(2, 5)), (5, 4, FollowProgress(4, 5)), (5, 5, None),
        (5, 5, None),
    ]  # fmt: skip
    assert set(Dossier.objects.values_list("scope_id", flat=True)) == {scope.pk}
    assert OutboxEntry.objects.filter(topic="search").count() == 5
    told = EventRow.objects.filter(name="scope:entered", chain__startswith="dossier:")
    assert (told.count(), set(told.values_list("actor", flat=True))) == (5, {giver.key})
    assert list(verify_all(Tally())) == []


def test_a_few_follow_within_the_request(giver: Actor, files: Scope) -> None:
    factories.dossier(of="610")
    scope = scope_begin(giver, factories.plan_entry("61"), reason="eigenes Amt")
    assert Dossier.objects.get().scope_id == scope.pk
    assert not is_left()


def test_a_batch_that_is_killed_leaves_nothing_half_and_the_next_one_goes_on(
    giver: Actor, dossiers: list[Dossier], monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = scope_begin(giver, factories.plan_entry("61"), reason="eigenes Amt")
    follow_on(times(1))
    with monkeypatch.context() as patched:
        patched.setattr(door, "write_outbox_of", _die)
        with pytest.raises(KeyboardInterrupt):
            follow_on()
    assert left_to_follow(factories.plan_entry("61")).count() == 3
    assert Document.objects.filter(scope=scope).count() == Dossier.objects.filter(scope=scope).count() == 2
    follow_on()
    assert Document.objects.filter(scope=scope).count() == Dossier.objects.filter(scope=scope).count() == 5
    assert not Following.objects.exists()
    assert OutboxEntry.objects.filter(topic="search").count() == 5
    assert list(verify_all(Tally())) == []


def _die(*rows: object) -> None:
    raise KeyboardInterrupt


def test_a_place_is_restricted_when_the_last_one_is_there_and_not_before(
    giver: Actor, clerk: User, dossiers: list[Dossier], berta: User
) -> None:
    entry = factories.plan_entry("61")
    grant_give(giver, entry, berta, Role.RIGHTS, reason="Leitung")
    follow_on(times(1))
    for number in ("6", "61"):
        with pytest.raises(StillFollowing):
            scope_restrict(giver, factories.plan_entry(number), reason="vertraulich")
    assert place_actions(giver, factories.plan_entry("61")) == [PlaceVerb.GIVE]
    assert seen_by(clerk) == 5
    follow_on()
    assert place_actions(giver, factories.plan_entry("61")) == [PlaceVerb.GIVE, PlaceVerb.RESTRICT]
    scope_restrict(giver, factories.plan_entry("61"), reason="vertraulich")
    assert seen_by(clerk) == 0


def test_rights_of_its_own_within_what_still_follows_take_in_all_that_lies_there(
    giver: Actor, dossiers: list[Dossier]
) -> None:
    high = scope_begin(giver, factories.plan_entry("6"), reason="Dezernat")
    deep = scope_begin(giver, factories.plan_entry("610"), reason="Sachgebiet")
    assert deep.parent_id == high.pk
    own = scope_begin(giver, Dossier.objects.get(pk=dossiers[0].pk), reason="heikel")
    assert own.parent_id == deep.pk
    assert Document.objects.get(dossier=dossiers[0]).scope_id == own.pk
    follow_on()
    stands = [Dossier.objects.get(pk=one.pk).scope_id for one in dossiers]
    assert stands == [own.pk, *[deep.pk] * 4]
    assert not Following.objects.exists()


def test_what_is_opened_or_renumbered_meanwhile_stands_where_it_belongs(giver: Actor, dossiers: list[Dossier]) -> None:
    scope = scope_begin(giver, factories.plan_entry("61"), reason="eigenes Amt")
    assert factories.dossier("Neu", of="610").scope_id == scope.pk
    moved = dossier_renumber(EVERYWHERE, dossiers[0], factories.plan_entry("611"), now=timezone.now(), reason="falsch")
    assert following_at(moved) == FollowProgress(0, 1)
    follow_on()
    assert set(Dossier.objects.values_list("scope_id", flat=True)) == {scope.pk}
    assert can(EVERYWHERE, Permission.DOSSIER_VIEW, Dossier.objects.get(pk=moved.pk))
