"""Writes one batch of a made-up town: dossiers with cases and mail, each act by whoever would have done it, in the
order of time, through the door; bytes first, then all rows in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from random import Random
from typing import Any
from uuid import UUID

from config.seeding.mail import Mail, new_document, store_original, write_mail
from config.seeding.parties import Applicants
from config.seeding.schedule import Batch
from config.seeding.staff import PERSONNEL_INBOX, PERSONNEL_PLAN, Staff
from config.seeding.wording import CASES, DOSSIERS, nearest
from dms.access.actors import Actor, system_ingest
from dms.access.models import Scope
from dms.audit.events import Event
from dms.audit.together import Together, change_together
from dms.records.documents.registering import documents_register
from dms.records.dossiers.filing import hand_over
from dms.records.dossiers.keeping import give_number
from dms.records.dossiers.models import CaseVerb, DossierVerb, Medium
from dms.records.dossiers.numbering import ManyNumbers
from dms.records.models import Case, Document, DocumentVerb, Dossier, KindSource, PlanEntry
from ingest.models import InboxItem, ItemVerb, Source, Turn
from ingest.samples.details import Details
from ingest.scopes import inbox_scope
from ingest.steps.names import FIRST_STEP, LAST_STEP, StepName
from search.chosen import search_index
from search.indexer import drain
from search.source import RecordsSource

MARK = "Beispieldaten, Startwert "
"""Stands as the place where the mail came from: nobody takes it for real."""
_HAND_OVERS = 4
"""Files are flushed one by one, and the disk takes several at once."""
_QUIET = timedelta(days=200)
Act = tuple[datetime, Callable[[], None]]


@dataclass
class Desk:
    """What stays the same from batch to batch in one process."""

    seed: int
    until: datetime
    staff: Staff = field(default_factory=Staff)

    @cached_property
    def inbox(self) -> Scope:
        return inbox_scope()

    @cached_property
    def personnel_inbox(self) -> Scope:
        return Scope.objects.get(name=PERSONNEL_INBOX, place="")

    def inbox_for(self, entry: str) -> Scope:
        return self.personnel_inbox if entry.startswith(PERSONNEL_PLAN) else self.inbox

    def filing_for(self, entry: str) -> list[Actor]:
        return self.staff.personnel if entry.startswith(PERSONNEL_PLAN) else self.staff.registry


def write_batches(desk: Desk, batches: Sequence[Batch], progress: Callable[[int], object]) -> None:
    """Those that are not there yet, each indexed at once. Raises SearchUnavailable."""
    for batch in batches:
        writer = _Writer(desk, batch)
        if not writer.is_written():
            writer.write()
            drain(search_index(), RecordsSource())
        progress(batch.size)


class _Writer:
    def __init__(self, desk: Desk, batch: Batch) -> None:
        self._desk, self._batch, self._random = desk, batch, Random(batch.key)
        self._ids = [UUID(int=self._random.getrandbits(128), version=4) for _ in batch.documents]
        self._numbers = ManyNumbers()
        self._turns: list[Turn] = []
        self._unstored: list[Mail] = []

    def is_written(self) -> bool:
        """Whole or not at all, so its first row tells."""
        if self._batch.entry:
            return bool(Dossier.objects.filter(pk=self._ids[0]).exists())
        return bool(InboxItem.objects.filter(source_key=self._batch.key).exists())

    def write(self) -> None:
        with change_together() as together:
            if self._batch.entry:
                self._dossiers(together)
            else:
                self._inbox(together)
            with ThreadPoolExecutor(_HAND_OVERS) as pool:
                list(pool.map(store_original, self._unstored))
            Turn.objects.bulk_create(self._turns)  # references are checked at the end of the transaction

    def _inbox(self, together: Together) -> None:
        mails = self._mails("", "", self._desk.until - timedelta(days=20), self._desk.until, self._batch.size)
        for mail in mails:
            self._arrive(together, mail, "")

    def _dossiers(self, together: Together) -> None:
        applicants = Applicants(together, Random(f"{self._batch.key}/parties"))
        entry = PlanEntry.objects.get(number=self._batch.entry)
        for dossier_id, opened, documents in zip(
            self._ids, self._batch.opened, self._batch.documents, strict=True
        ):  # fmt: skip
            made = self._open(together, entry, dossier_id, opened)
            for _moment, act in sorted(self._life(together, applicants, made, documents), key=lambda one: one[0]):
                act()

    def _open(self, together: Together, entry: PlanEntry, dossier_id: UUID, at: datetime) -> Dossier:
        reference = self._numbers.take_for_dossier(entry, at)
        medium = {}
        if at < self._desk.until - timedelta(days=6 * 365) and self._random.random() < 0.4:
            shelf = f"Keller Rathaus, Regal {self._random.randint(1, 40)}"
            medium = {"medium": Medium.HYBRID, "location": shelf}
        dossier = Dossier(
            id=dossier_id, plan_entry=entry, scope_id=entry.scope_id, reference_number=reference.text, opened_at=at,
            title=self._named(DOSSIERS, at), **medium,
        )  # fmt: skip
        actor = self._keeper()
        with together.change(actor, Event.DOSSIER_OPENED, chain=dossier.chain, scope=entry, at=at) as opened:
            opened.save(dossier)
            give_number(opened, reference, dossier, None, at)
        return dossier

    def _life(
        self, together: Together, applicants: Applicants, dossier: Dossier, documents: int
    ) -> Iterator[Act]:  # fmt: skip
        """Everything that happens to it after it was opened. Cases follow each other; some mail lies beside them."""
        random, begun = self._random, dossier.opened_at
        lasts = min(self._desk.until - begun, timedelta(days=20 + random.expovariate(1 / 250)))
        mails = self._mails(self._batch.entry, dossier.reference_number, begun, begun + lasts, documents)
        turns = sorted(random.sample(range(documents), min(random.randint(0, 3), documents)))
        case: list[Case] = []
        for number, mail in enumerate(mails):
            if number in turns:
                yield mail.received, partial(self._open_case, together, dossier, case, mail.received)
            yield mail.received, partial(self._arrive_and_file, together, dossier, case, mail)
        if mails:
            noted, wrote = mails[0].received + timedelta(minutes=30), mails[0].letter.sender
            yield noted, partial(applicants.takes_part, self._filing(), dossier, wrote, noted)
        last = mails[-1].received if mails else begun
        if random.random() < 0.3:
            yield last, partial(self._use_number, together, dossier, last)
        end = last + timedelta(days=random.randint(20, 90))
        if end < self._desk.until - _QUIET and random.random() < 0.75:
            yield end, partial(self._close, together, dossier, case, end)

    def _open_case(self, together: Together, dossier: Dossier, cases: list[Case], at: datetime) -> None:
        reference = self._numbers.take_for_case(dossier, at)
        case = Case(
            id=UUID(int=self._random.getrandbits(128), version=4), dossier=dossier, scope_id=dossier.scope_id,
            reference_number=reference.text, title=self._named(CASES, at), opened_at=at,
        )  # fmt: skip
        with together.change(
            self._keeper(), Event.CASE_OPENED, chain=dossier.chain, scope=dossier, at=at
        ) as opened:  # fmt: skip
            opened.save(case)
            give_number(opened, reference, dossier, case, at)
        cases.append(case)

    def _arrive_and_file(self, together: Together, dossier: Dossier, cases: list[Case], mail: Mail) -> None:
        document = self._arrive(together, mail, self._batch.entry)
        case, at = cases[-1] if cases else None, mail.received + timedelta(minutes=20)
        actor = self._filing()
        values: dict[str, Any] = {
            "scope_id": dossier.scope_id, "dossier_id": dossier.pk, "case_id": case.pk if case else None,
            "filed_at": at, "filed_by": actor.key,
        }  # fmt: skip
        hand_over(actor, document, dossier.chain, values, Event.DOCUMENT_FILED, at, change=together.change)
        if self._random.random() < 0.3:
            self._check(together, document, mail, at)

    def _check(self, together: Together, document: Document, mail: Mail, at: datetime) -> None:
        with together.change(
            self._keeper(), Event.DOCUMENT_CLASSIFIED, document, chain=document.chain, verb=DocumentVerb.CHECK, at=at
        ):  # fmt: skip
            document.kind_id, document.kind_source = str(mail.letter.kind), KindSource.PERSON

    def _use_number(self, together: Together, dossier: Dossier, at: datetime) -> None:
        verb = DossierVerb.USE_NUMBER
        with together.change(
            self._keeper(), Event.DOSSIER_NUMBER_USED, dossier, chain=dossier.chain, verb=verb, at=at
        ):  # fmt: skip
            dossier.used_outside_at = at

    def _close(self, together: Together, dossier: Dossier, cases: list[Case], at: datetime) -> None:
        actor = self._keeper()
        for case in cases:
            with together.change(actor, Event.CASE_CLOSED, case, chain=dossier.chain, verb=CaseVerb.CLOSE, at=at):
                case.closed_at = at
        with together.change(
            actor, Event.DOSSIER_CLOSED, dossier, chain=dossier.chain, verb=DossierVerb.CLOSE, at=at
        ):  # fmt: skip
            dossier.closed_at = at

    def _arrive(self, together: Together, mail: Mail, entry: str) -> Document:
        """Taken in by the mail room, read by the machine within seconds."""
        scope, porter = self._desk.inbox_for(entry), self._random.choice(self._desk.staff.mail_room)
        item = InboxItem(
            id=mail.item_id, scope=scope, filename=mail.filename, source=Source.COMMAND,
            source_path=f"{MARK}{self._desk.seed}", source_key=None if entry else self._source_key(),
            submitted_by=porter.key, received_at=mail.received, key=mail.key, sha256=mail.sha256,
            size=len(mail.content), step=FIRST_STEP,
        )  # fmt: skip
        self._turns.append(Turn(item=item))
        with together.change(porter, Event.ITEM_RECEIVED, chain=item.chain, scope=item, at=mail.received) as opened:
            opened.save(item)
        done, machine = mail.received + timedelta(seconds=9), system_ingest()
        with together.change(
            machine, Event.ITEM_DONE, item, chain=item.chain, verb=ItemVerb.FINISH, at=done
        ) as opened:  # fmt: skip
            opened.facts["steps"] = [str(step) for step in StepName]
            item.step, item.finished_at = LAST_STEP, done
            opened.save(item)
            [document] = documents_register(opened, [new_document(mail, scope.pk)])
        return document

    def _source_key(self) -> str | None:
        """The first item of a batch in the inbox tells that the batch is there."""
        return None if self._turns else self._batch.key

    def _mails(self, entry: str, reference: str, since: datetime, until: datetime, number: int) -> list[Mail]:
        """By time."""
        days = sorted(since + (until - since) * self._random.random() for _ in range(number))
        mails = [write_mail(self._random, entry, reference, day) for day in days]
        self._unstored += mails
        return mails

    def _named(self, table: dict[str, tuple[str, ...]], at: datetime) -> str:
        phrase = self._random.choice(nearest(table, self._batch.entry))
        return Details(self._random, at.date(), {}).fill(phrase)[:300]

    def _filing(self) -> Actor:
        return self._random.choice(self._desk.filing_for(self._batch.entry))

    def _keeper(self) -> Actor:
        return self._random.choice(self._desk.staff.keeping(self._batch.entry))
