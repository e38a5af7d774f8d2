"""Makes towns, people, mail and documents for tests, through the services of the product and into its real store."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import LazySettings
from django.utils import timezone
from rest_framework.test import APIClient

from config.town import user_setup
from dms.access.actors import Actor, actor_for, operator, system_ingest, system_setup
from dms.access.models import Scope, TokenReach, User
from dms.access.permissions import ROLE_ALLOWS, Permission, Role
from dms.accounts.accounts import account_create
from dms.accounts.models import Passkey
from dms.accounts.tokens import token_issue
from dms.adapters.chosen import object_store
from dms.adapters.store_places import Place
from dms.audit.door import change
from dms.audit.events import Event
from dms.pages import Box, PageText, Word
from dms.ports import ScanVerdict
from dms.records.documents.registering import NewDocument, NewObject, NewPage, documents_register
from dms.records.dossiers.cases import case_open
from dms.records.dossiers.describing import DossierFacts
from dms.records.dossiers.keeping import dossier_open
from dms.records.holdings.keeping import VolumeFacts, volume_open
from dms.records.holdings.lending import paper_lend
from dms.records.holdings.models import Loan, Volume
from dms.records.models import (
    Case,
    Document,
    DocumentKind,
    Dossier,
    FilePlan,
    ObjectRole,
    Participation,
    Party,
    PartyRole,
    PlanEntry,
    TextState,
)
from dms.records.parties.describing import PartyFacts
from dms.records.parties.keeping import party_enter
from dms.records.parties.roles import roles_setup
from dms.records.parties.taking_part import party_take_part
from dms.records.plan.changing import plan_create
from dms.records.plan.importing import plan_import
from dms.records.plan.retention import Appraisal, Confidence, Keeping, Retention, Unit
from dms.records.plan.rows import PlanRow
from dms.records.relations.models import Relation, RelationKind
from dms.records.relations.relating import Thing, relation_make
from ingest.intake import Delivery, take_in
from ingest.models import InboxItem, ItemState, ItemVerb, Source
from ingest.reasons import Reason
from ingest.scopes import CENTRAL_INBOX
from ingest.work.outcomes import give_up, refuse
from ingest.work.workspace import fresh_key, item_prefix

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
"""The smallest picture there is: one pixel."""


PASSWORD = "Kennwort-der-Probe"
KINDS = {"application": "Antrag", "invoice": "Rechnung", "offer": "Angebot"}


class FixedClock:
    """Each look at it is a second later, so that mail has an order."""

    def __init__(self, start: datetime = MORNING) -> None:
        self._next = start

    def now(self) -> datetime:
        self._next += timedelta(seconds=1)
        return self._next


_clock = FixedClock()


def store_in(folder: Path, settings: LazySettings) -> None:
    """The folder store keeps its objects here until the cache of adapters is cleared again."""
    store_at(Place(folder.as_uri()), settings)


def store_at(place: Place, settings: LazySettings) -> None:
    """Objects lie at this place until the cache of adapters is cleared again. No move has left a plan."""
    settings.OBJECT_STORE = asdict(place)
    object_store.cache_clear()


def town() -> Scope:
    """The central inbox and a few kinds of documents; `config.town.town_setup` makes a whole town, and takes longer."""
    scope = Scope.objects.filter(name=CENTRAL_INBOX).first()
    if scope is None:
        scope = another_scope(CENTRAL_INBOX)
        with change(system_setup(), Event.KIND_CREATED, chain="town") as opened:
            opened.create_many(DocumentKind(slug=slug, label=label) for slug, label in KINDS.items())
    return scope


def another_scope(name: str = "Personalamt", **fields: Any) -> Scope:
    scope = Scope(name=name, **fields)
    with change(system_setup(), Event.SCOPE_CREATED, chain="town") as opened:
        opened.save(scope)
    return scope


def file_plan(*rows: PlanRow, scope: Scope | None = None) -> FilePlan:
    """With the given entries, or a few of a building office; the town's own sample plan has 192."""
    plan = plan_create(system_setup(), name="Aktenplan der Probe", version="1", scope=scope or town())
    kept = Retention(Keeping.PERIOD, 10, Unit.YEARS, "z. d. A.", "", Appraisal.ASSESS, "KAG", Confidence.LOW)
    few = [
        PlanRow("6", "Bauen"),
        PlanRow("61", "Planen und Bauen", "6"),
        PlanRow("610", "Bauakten", "61", retention=kept),
        PlanRow("611", "Baulasten", "61"),
    ]
    plan_import(system_setup(), plan, rows or few)
    return plan


def plan_entry(number: str = "610") -> PlanEntry:
    found: PlanEntry = PlanEntry.objects.select_related("plan").get(number=number)
    return found


def dossier(title: str = "Lindenweg 4, Wintergarten", *, of: str = "610", **facts: Any) -> Dossier:
    """Opened by the registry below the entry of this number; makes a file plan unless there is one."""
    if not PlanEntry.objects.filter(number=of).exists():
        file_plan()
    entry = plan_entry(of)
    registry = Actor("user:registry", everywhere=frozenset(ROLE_ALLOWS[Role.REGISTRY]))
    return dossier_open(registry, entry, DossierFacts(title=title, **facts), now=_clock.now())  # type: ignore[typeddict-item]


def case(of: Dossier, title: str = "Bauantrag") -> Case:
    registry = Actor("user:registry", everywhere=frozenset(ROLE_ALLOWS[Role.REGISTRY]))
    return case_open(registry, of, {"title": title}, now=_clock.now())


def user_with(*roles: Role, name: str = "anna", scope: Scope | None = None) -> User:
    """A user without a password (log in by token or `force_login`) who has the roles in the scope."""
    if not User.objects.filter(username=name).exists():
        user = User(username=name)
        user.set_unusable_password()
        user.save()
    return user_setup(name, "", scope=scope or town(), roles=list(roles))


def account(name: str = "anna") -> User:
    """Without a role; PASSWORD opens it."""
    return account_create(operator("root"), name, PASSWORD, now=timezone.now())


def token_of(
    user: User,
    *,
    now: datetime | None = None,
    expires_at: datetime | None = None,
    reach: TokenReach = TokenReach.EVERYTHING,
) -> str:
    """One that the user issued to a program."""
    return token_issue(actor_for(user), user, name="", now=now or timezone.now(), expires_at=expires_at, reach=reach)


def passkey_of(user: User, name: str = "Laptop im Bauamt") -> Passkey:
    """Of a device that is not here, so it opens nothing; how a real one is added is an end-to-end test."""
    key, now = Passkey(user=user, name=name, credential_id=name.encode(), credential=b"", created_at=MORNING), MORNING
    with change(actor_for(user), Event.PASSKEY_ADDED, user, chain="accounts", at=now) as opened:
        opened.save(key)
    return key


def program_of(user: User) -> APIClient:
    """A program that acts as the user, by a token."""
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {token_of(user)}")


ClientOf = Callable[[User], APIClient]


def item(
    content: bytes | None = None,
    filename: str = "brief.txt",
    *,
    scope: Scope | None = None,
    source: Source = Source.FOLDER,
    at: datetime | None = None,
    actor: Actor | None = None,
    source_path: str = "",
) -> InboxItem:
    """Just taken in, waiting. Without content of its own it is a text that no other item has."""
    content = content if content is not None else f"Guten Tag {uuid.uuid4()}".encode()
    delivery = Delivery(filename=filename, source=source, source_path=source_path)
    clock = FixedClock(at - timedelta(seconds=1)) if at else _clock
    return take_in(actor or system_ingest(), io.BytesIO(content), delivery, scope=scope or town(), clock=clock).item


def refused(reason: Reason = Reason.DAMAGED_FILE, **details: Any) -> InboxItem:
    made = item(**details)
    refuse(made, reason, "a test says so", _clock.now())
    return InboxItem.objects.get(pk=made.pk)


def stuck(**details: Any) -> InboxItem:
    made = item(**details)
    give_up(made, "a test says so", _clock.now())
    return InboxItem.objects.get(pk=made.pk)


def page_text(text: str) -> PageText:
    """Words one beside the other in a regular grid, twenty lines to a page."""
    lines = []
    for number, line in enumerate(text.splitlines()):
        words = line.split()
        top = 0.05 + number * 0.045
        step = 0.9 / max(len(words), 1)
        boxes = [Box(0.05 + i * step, top, 0.05 + i * step + step * 0.9, top + 0.03) for i in range(len(words))]
        lines.append(tuple(Word(word, box) for word, box in zip(words, boxes, strict=True)))
    return PageText(tuple(lines))


def document(
    pages: Sequence[str] = ("Sehr geehrte Damen und Herren",),
    *,
    of: InboxItem | None = None,
    attachments: Sequence[str] = (),
    rendition: bytes | None = None,
    **fields: Any,
) -> Document:
    """Registers a document with pages, page images, thumbnail and, by name, attachments; its item is done then."""
    source = of or item()
    new = [_new_part(source, 0, pages, rendition, {"title": "Ein Brief", "filename": source.filename, **fields})]
    for part, name in enumerate(attachments, start=1):
        named = {"title": name, "filename": name, "parent": 0}
        new.append(_new_part(source, part, ["Anlage"], None, named))
    return _finish(source, new)[0]


def new_document(source: InboxItem, pages: Sequence[str]) -> NewDocument:
    """What the steps found out of an item, for who registers it."""
    return _new_part(source, 0, pages, None, {"filename": source.filename, "title": "Ein Brief"})


def _finish(source: InboxItem, new: Sequence[NewDocument]) -> list[Document]:
    if source.state == ItemState.WAITING:
        with change(system_ingest(), Event.ITEM_ADVANCED, source, chain=source.chain, verb=ItemVerb.ADVANCE):
            pass
    with change(system_ingest(), Event.ITEM_DONE, source, chain=source.chain, verb=ItemVerb.FINISH) as opened:
        opened.target.finished_at = _clock.now()
        opened.save(opened.target)
        return documents_register(opened, new)


def _new_part(
    source: InboxItem, part: int, pages: Sequence[str], rendition: bytes | None, fields: Mapping[str, Any]
) -> NewDocument:
    known = {
        "scope_id": source.scope_id,
        "item_id": source.id,
        "part": part,
        "parent": None,
        "sender": "Erika Mustermann",
        "letter_date": date(2026, 2, 27),
        "received_at": source.received_at,
        "kind": "application",
        "kind_confidence": 0.93,
        "kind_guess": "application",
        "kind_because": [{"word": "beantrage", "weight": 0.4}],
        "text_state": TextState.READ if any(pages) else TextState.NONE,
        "problem": "",
        "version": _version(rendition),
        "objects": list(_objects(source, part, rendition)),
        "pages": [_page(source, number, text) for number, text in enumerate(pages, start=1)],
    }
    return NewDocument(**{**known, **fields})


def _version(rendition: bytes | None) -> dict[str, Any]:
    return {
        "media_type": "text/plain",
        "malware": str(ScanVerdict.NOT_SCANNED),
        "no_rendition": "" if rendition else "embedded_files",
    }


def _objects(source: InboxItem, part: int, rendition: bytes | None) -> list[NewObject]:
    if part == 0:
        kept = [NewObject(ObjectRole.ORIGINAL, source.key, source.sha256, source.size, "text/plain")]
    else:
        kept = [_keep(source, f"part-{part}.txt", f"part {part}".encode(), ObjectRole.ORIGINAL, "text/plain")]
    kept.append(_keep(source, "thumbnail.png", PNG, ObjectRole.THUMBNAIL, "image/png"))
    if rendition is not None:
        kept.append(_keep(source, "rendition.pdf", rendition, ObjectRole.RENDITION, "application/pdf"))
    return kept


def _page(source: InboxItem, number: int, text: str) -> NewPage:
    image = _keep(source, f"page-{number:04}.png", PNG, ObjectRole.PAGE_IMAGE, "image/png")
    fields = {"source": "ocr" if text else "none", "width": 1240, "height": 1754, "dpi": 150, "confidence": 95.5}
    return NewPage(number, page_text(text), image, {**fields, "blank": not text, "barcodes": []})


def _keep(source: InboxItem, name: str, content: bytes, role: ObjectRole, media_type: str) -> NewObject:
    key = fresh_key(item_prefix(source.id, source.received_at), name)
    stored = object_store().put(key, io.BytesIO(content), sha256=hashlib.sha256(content).hexdigest())
    return NewObject(role, stored.key, stored.sha256, stored.size, media_type)


def unknown_id() -> uuid.UUID:
    """Of nothing at all."""
    return uuid.UUID("00000000-0000-4000-8000-000000000000")


def party(
    family_name: str = "Öztürk", given_names: str = "Emine", *, home: Dossier | None = None, **facts: Any
) -> Party:
    """Entered by the registry, below the dossier `home` or in the register itself."""
    if home is None and not PlanEntry.objects.exists():
        file_plan()
    named = PartyFacts(family_name=family_name, given_names=given_names)
    return party_enter(registry_actor(), PartyFacts(**{**named, **facts}), now=_clock.now(), home=home)  # type: ignore[typeddict-item]


def takes_part(of: Party, dossier: Dossier, in_case: Case | None = None, *, role: str = "applicant") -> Participation:
    """As said by the registry; makes the roles of a new town unless they are there."""
    roles_setup(system_setup())
    return party_take_part(registry_actor(), of, PartyRole.objects.get(pk=role), dossier, in_case, now=_clock.now())


def related(source: Thing, target: Thing, kind: RelationKind = RelationKind.FOLLOWS) -> Relation:
    """As joined by the registry."""
    return relation_make(registry_actor(), source, kind, target, now=_clock.now())


def volume(of: Dossier, **facts: Any) -> Volume:
    """Opened by the registry."""
    return volume_open(registry_actor(), of, VolumeFacts(**facts), now=_clock.now())  # type: ignore[typeddict-item]


def loan(of: Dossier | None = None, borrower: str = "Frau Weiß") -> Loan:
    """A volume on paper is lent by the registry."""
    of = of or dossier()
    paper = volume(of, medium="paper", location="Keller")
    return paper_lend(registry_actor(), of, paper, borrower, now=_clock.now())


def everywhere_actor() -> Actor:
    """Somebody who may do all of it."""
    return Actor("user:everybody", everywhere=frozenset(Permission))


def registry_actor() -> Actor:
    """A new one each time: an actor remembers its scopes."""
    return Actor("user:registry", everywhere=frozenset(ROLE_ALLOWS[Role.REGISTRY]))
