"""Suggests where a document may belong: what it names itself, where its sender's letters lie, and what was typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.query import QuerySet
from django.utils.translation import gettext_lazy as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import visible
from dms.records.dossiers.filing import Place
from dms.records.dossiers.models import Case, Dossier, FileState, ReferenceNumber
from dms.records.models import Document, Page
from dms.records.protection.reading import shown_only_when_opened

MOST = 8
_LOOKED_AT = 5
"""Documents whose text is read for numbers; of more at once only what was used last is suggested."""
_PAGES = 3
_TOKEN = re.compile(r"[^\s,;:()„“\"]*\d[^\s,;:()„“\"]*")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`why` is empty where the number or the title says so itself."""

    place: Place
    why: str = ""


def place_suggestions(actor: Actor, words: str, documents: Sequence[Document] = ()) -> list[Suggestion]:
    """The best first, each once; only open places where the actor may file."""
    found = _typed(actor, words) if words.strip() else _unasked(actor, documents)
    seen: dict[str, Suggestion] = {}
    for one in found:
        seen.setdefault(one.place.key, one)
        if len(seen) == MOST:
            break
    return list(seen.values())


def find_place(actor: Actor, key: str) -> Place | None:
    """By `Place.key`; None for what is not there, is closed, or where the actor may not file."""
    kind, _colon, value = key.partition(":")
    if not re.fullmatch(r"[0-9a-f-]{36}", value):
        return None
    if kind == "case":
        case = _cases(actor).filter(pk=value).first()
        return Place(case.dossier, case) if case else None
    dossier = _dossiers(actor).filter(pk=value).first() if kind == "dossier" else None
    return Place(dossier) if dossier else None


def _typed(actor: Actor, words: str) -> Iterator[Suggestion]:
    """By number, former ones included, then by title."""
    numbers = ReferenceNumber.objects.filter(text__istartswith=words.strip())
    yield from _of_numbers(actor, numbers.order_by(Length("text"), "text"))
    condition = Q()
    for word in words.split():
        condition &= Q(title__icontains=word)
    for dossier in _dossiers(actor).filter(condition).order_by("-opened_at")[:MOST]:
        yield Suggestion(Place(dossier))
    for case in _cases(actor).filter(condition).order_by("-opened_at")[:MOST]:
        yield Suggestion(Place(case.dossier, case))


def _unasked(actor: Actor, documents: Sequence[Document]) -> Iterator[Suggestion]:
    closed = shown_only_when_opened(documents)
    documents = [one for one in documents if one.pk not in closed]
    if 0 < len(documents) <= _LOOKED_AT:
        numbers = ReferenceNumber.objects.filter(text__in=_numbers_in(documents))
        for one in _of_numbers(actor, numbers.order_by("text")):
            yield Suggestion(one.place, str(_("im Schreiben genannt")))
        for place in _of_the_sender(actor, {one.sender for one in documents if one.sender}):
            yield Suggestion(place, str(_("gleicher Absender")))
    for place in _last_used(actor):
        yield Suggestion(place, str(_("zuletzt benutzt")))
    for dossier in _dossiers(actor).order_by("-opened_at")[:MOST]:
        yield Suggestion(Place(dossier))


def _of_numbers(actor: Actor, numbers: QuerySet[ReferenceNumber]) -> Iterator[Suggestion]:
    found = list(numbers[: MOST * 4])
    dossiers = _dossiers(actor).in_bulk([number.dossier_id for number in found])
    cases = _cases(actor).in_bulk([number.case_id for number in found if number.case_id])
    for number in found:
        case = cases.get(number.case_id) if number.case_id else None
        if case is not None:
            yield Suggestion(Place(case.dossier, case))
        elif number.dossier_id in dossiers and not number.case_id:
            yield Suggestion(Place(dossiers[number.dossier_id]))


def _of_the_sender(actor: Actor, senders: set[str]) -> Iterator[Place]:
    """Where letters from the same were filed last, by whomever; only what the actor may see is looked at."""
    filed = Document.objects.visible_to(actor).filter(sender__in=senders).exclude(filed_by="")
    return _places(actor, filed) if senders else iter(())


def _last_used(actor: Actor) -> Iterator[Place]:
    return _places(actor, Document.objects.filter(filed_by=actor.key))


def _places(actor: Actor, filed: QuerySet[Document]) -> Iterator[Place]:
    """Of documents that were filed, the last first; closed places are left out."""
    pairs = list(dict.fromkeys(filed.order_by("-filed_at").values_list("dossier_id", "case_id")[:100]))
    dossiers = _dossiers(actor).in_bulk([dossier for dossier, _case in pairs])
    cases = _cases(actor).in_bulk([case for _dossier, case in pairs if case])
    places = (
        Place(dossiers[dossier], cases.get(case))
        for dossier, case in pairs
        if dossier in dossiers and (case is None or case in cases)
    )
    yield from islice(places, MOST)


def _numbers_in(documents: Iterable[Document]) -> set[str]:
    tokens: set[str] = set()
    for document in documents:
        pages = Page.objects.filter(version__document=document, number__lte=_PAGES).only("lines", "version")
        for text in (document.title, *(page.page_text.text for page in pages)):
            tokens |= {token.strip(".") for token in _TOKEN.findall(text)}
    return tokens


def _dossiers(actor: Actor) -> QuerySet[Dossier]:
    return visible(Dossier.objects.visible_to(actor), actor, Permission.DOCUMENT_FILE).filter(state=FileState.OPEN)


def _cases(actor: Actor) -> QuerySet[Case]:
    cases = visible(Case.objects.visible_to(actor), actor, Permission.DOCUMENT_FILE)
    return cases.filter(state=FileState.OPEN, dossier__state=FileState.OPEN).select_related("dossier")
