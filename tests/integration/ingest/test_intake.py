"""A file at the door: once it is acknowledged it is safe, and the same delivery is taken in once."""

from __future__ import annotations

import hashlib
import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection

from config.celery import app
from dms.access.actors import actor_for, system_ingest
from dms.access.models import Scope
from dms.access.permissions import Role
from dms.access.rule import NotAllowed
from dms.adapters.chosen import object_store
from dms.audit.models import EventRow
from dms.ports import StoreUnavailable
from ingest.intake import Delivery, KeyUsedForOtherBytes, Receipt, take_in
from ingest.models import InboxItem, ItemState, Source, Turn
from ingest.work.pending import pending_items
from tests.factories import another_scope, user_with
from tests.integration.ingest.working import LETTER, SetClock, objects_in

pytestmark = pytest.mark.django_db
Hand = Callable[..., Receipt]
NEVER = Delivery("brief.txt", Source.API)


@pytest.fixture
def hand_in(scope: Scope, clock: SetClock) -> Hand:
    def hand(content: bytes = LETTER, delivery: Delivery = NEVER, **changes: object) -> Receipt:
        return take_in(system_ingest(), io.BytesIO(content), replace(delivery, **changes), scope=scope, clock=clock)  # type: ignore[arg-type]

    return hand


def test_what_was_acknowledged_is_stored_bit_for_bit_and_waits_for_its_first_step(
    hand_in: Hand, store: Path, clock: SetClock
) -> None:
    receipt = hand_in()
    item = InboxItem.objects.get(pk=receipt.item.pk)
    assert receipt.created
    assert (store / item.key).read_bytes() == LETTER
    assert (item.sha256, item.size) == (hashlib.sha256(LETTER).hexdigest(), len(LETTER))
    assert (item.state, item.step, item.received_at) == (ItemState.WAITING, "receive", clock.now())
    assert objects_in(store) == {item.key}
    object_store().verify(item.key, item.sha256)


def test_its_way_in_is_the_first_event_of_its_chain(hand_in: Hand) -> None:
    item = hand_in().item
    event = EventRow.objects.get(chain=item.chain)
    assert (event.number, event.name, event.actor) == (1, "item:received", "system:ingest")
    assert Turn.objects.filter(item=item).exists()


def test_two_deliveries_without_a_key_are_two_items_even_with_equal_bytes(hand_in: Hand) -> None:
    first, second = hand_in().item, hand_in().item
    assert first.sha256 == second.sha256
    assert first.key != second.key


def test_the_same_key_again_gives_the_item_from_then_and_leaves_no_second_copy(hand_in: Hand, store: Path) -> None:
    first = hand_in(idempotency_key="fax-17")
    again = hand_in(idempotency_key="fax-17")
    assert (again.item.pk, again.created) == (first.item.pk, False)
    assert objects_in(store) == {first.item.key}


def test_the_same_key_for_other_bytes_is_refused_and_nothing_of_it_stays(hand_in: Hand, store: Path) -> None:
    first = hand_in(idempotency_key="fax-17")
    with pytest.raises(KeyUsedForOtherBytes):
        hand_in(b"something else", idempotency_key="fax-17")
    assert objects_in(store) == {first.item.key}
    assert InboxItem.objects.count() == 1


def test_two_people_may_use_the_same_key(scope: Scope, clock: SetClock) -> None:
    delivery = Delivery("brief.txt", Source.API, idempotency_key="1")
    people = [actor_for(user_with(Role.CLERK, name=name, scope=scope)) for name in ("anna", "bernd")]
    items = {take_in(who, io.BytesIO(LETTER), delivery, scope=scope, clock=clock).item.pk for who in people}
    assert len(items) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["idempotency_key", "source_key"])
def test_the_same_delivery_from_eight_sides_at_once_is_one_item(hand_in: Hand, store: Path, key: str) -> None:
    all_ready = threading.Barrier(8)

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if not self.tell():
                all_ready.wait(timeout=20)  # everybody has looked, and nobody has found an earlier one
            return super().read(size)

    def deliver(_: int) -> Receipt:
        try:
            return _take_in_slowly(Slow(LETTER), {key: "fax-17"})
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as sides:
        receipts = list(sides.map(deliver, range(8)))
    assert sum(receipt.created for receipt in receipts) == 1
    assert {receipt.item.pk for receipt in receipts} == {InboxItem.objects.get().pk}
    assert objects_in(store) == {InboxItem.objects.get().key}


def _take_in_slowly(stream: io.BytesIO, keys: dict[str, str]) -> Receipt:
    scope = Scope.objects.get(name="Posteingang")
    return take_in(system_ingest(), stream, replace(NEVER, **keys), scope=scope, clock=SetClock())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Antrag Müller.pdf", "Antrag Müller.pdf"),
        ("C:\\Scans\\Eingang\\brief.pdf", "brief.pdf"),
        ("../../etc/passwd", "passwd"),
        ("brief\0\n\r\t\x1b[31m.pdf", "brief[31m.pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe"),
        ("Stra\udcdfe.pdf", "Strae.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("   .pdf  ", ".pdf"),
        ("..", "ohne Namen"),
        ("....", "ohne Namen"),
        (". .", "ohne Namen"),
        ("/", "ohne Namen"),
        ("\0", "ohne Namen"),
        ("", "ohne Namen"),
    ],
)
def test_whatever_the_file_is_called_it_is_taken_in(hand_in: Hand, store: Path, sent: str, shown: str) -> None:
    item = InboxItem.objects.get(pk=hand_in(filename=sent).item.pk)
    assert item.filename == shown
    assert (store / item.key).read_bytes() == LETTER


def test_a_place_that_is_no_text_is_taken_down_as_far_as_it_can_be_read(hand_in: Hand) -> None:
    item = hand_in(source_path="Bauamt\0/Stra\udcdfe/" + "x" * 2000).item
    assert InboxItem.objects.get(pk=item.pk).source_path.startswith("Bauamt�/Stra�e/xxx")


def test_who_may_not_hand_in_leaves_nothing_behind(scope: Scope, clock: SetClock, store: Path) -> None:
    nobody = [
        actor_for(user_with(Role.ARCHIVIST, name="archivist", scope=scope)),
        actor_for(user_with(Role.CLERK, name="of another office", scope=another_scope())),
    ]
    for who in nobody:
        with pytest.raises(NotAllowed):
            take_in(who, io.BytesIO(LETTER), NEVER, scope=scope, clock=clock)
    assert not InboxItem.objects.exists()
    assert objects_in(store) == set()


def test_nothing_is_acknowledged_while_the_store_is_away(hand_in: Hand, store: Path) -> None:
    hand_in()
    store.rename(store.with_name("unplugged"))
    with pytest.raises(StoreUnavailable):
        hand_in()
    assert InboxItem.objects.count() == 1
    assert not store.exists(), "nothing is written beside the place where the store will be mounted again"
    store.with_name("unplugged").rename(store)
    assert hand_in().created


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections and never says a word, as a machine does that hangs."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        yield int(listener.getsockname()[1])


@pytest.fixture
def use_broker() -> Iterator[Callable[[str], None]]:
    """Sends wake-ups to another broker for the length of the test."""

    def use(url: str) -> None:
        other = Celery("elsewhere", set_as_current=False)
        other.config_from_object("django.conf:settings", namespace="CELERY")
        other.conf.broker_url = url
        other.set_current()

    yield use
    app.set_current()


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_answer_comes_at_once_and_the_sweep_finds_the_item(
    hand_in: Hand, use_broker: Callable[[str], None], clock: SetClock
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        use_broker(f"redis://127.0.0.1:{unused.getsockname()[1]}/0")
        begun = time.monotonic()
        receipt = hand_in()
        assert time.monotonic() - begun < 2
    assert receipt.created
    assert pending_items(clock) == [receipt.item.pk]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_holds_up_nobody(
    hand_in: Hand, use_broker: Callable[[str], None], silent_port: int, clock: SetClock
) -> None:
    use_broker(f"redis://127.0.0.1:{silent_port}/0")
    begun = time.monotonic()
    receipt = hand_in()
    assert time.monotonic() - begun < 2
    assert pending_items(clock) == [receipt.item.pk]
