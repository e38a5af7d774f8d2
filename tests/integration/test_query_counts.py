"""No page and no API list asks the database more often because it shows more: with thirty rows as often as with three.

Walks all addresses that the URL patterns have, so a new list is counted from its first day.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dms.access.actors import Actor
from dms.access.models import ApiToken, Body, BodyKind, Grant, User
from dms.access.permissions import ROLE_ALLOWS, Role
from dms.accounts.bodies import body_create, member_add
from dms.records.dossiers.filing import Place, documents_file
from dms.records.models import Dossier, PlanEntry
from dms.records.plan.changing import entry_add
from dms.records.plan.rows import PlanRow
from dms.records.protection.grants import grant_give
from ingest.reasons import Reason
from search.adapters.postgres import frequencies
from search.chosen import search_index
from search.indexer import drain
from search.source import RecordsSource
from tests import factories
from tests.addresses import PART, filled, routes

FEW, MANY = 3, 30
NOT_COUNTED = ("schema", "healthz", "readyz", "logout", "login", "static")
ALSO = ("?q=Lindenweg", "dossiers/?q=Lindenweg", "dossiers/?state=open", "inbox/?state=help", "inbox/?state=filed",
        "plan/?q=Sachgebiet", "api/v1/search/?q=Lindenweg", "api/v1/documents/?filed=true",
        "parties/?q=Weg")  # fmt: skip
"""Searched and narrowed lists, which have no pattern of their own."""
Counts = dict[str, tuple[int, int]]
"""By route: statements, and signs in the answer."""


@pytest.fixture
def clerk(db: None) -> User:
    return factories.user_with(*Role, name="clerk")


def everything() -> Actor:
    return Actor("user:setter", everywhere=frozenset().union(*ROLE_ALLOWS.values()))


def grow(clerk: User, rows: int) -> dict[str, Any]:
    """So many more of everything; gives the parts of addresses where so many rows are shown."""
    entry = entry_with(rows)
    dossier = dossier_with(rows, entry, clerk)
    items = [factories.refused(Reason.DAMAGED_FILE) for _ in range(rows)]
    for _number in range(rows):
        factories.stuck()
        factories.document([f"Der Lindenweg {rows}"], of=factories.item(b"zweimal dasselbe"))
        factories.token_of(clerk)
    document = factories.document(
        [f"Seite {number} vom Lindenweg" for number in range(rows)], rendition=b"%PDF",
        attachments=[f"{number}.pdf" for number in range(rows)], title="Lindenweg",
    )  # fmt: skip
    documents_file(everything(), [document], Place(dossier), now=timezone.now())
    drain(search_index(), RecordsSource())
    case, unit = dossier.cases.all()[0], unit_with(rows, clerk)
    party = factories.party(f"Weg {rows}", home=dossier)
    for _number in range(rows):
        last = factories.takes_part(factories.party(f"Weg {rows}-{_number}", home=dossier), dossier)
        factories.takes_part(party, factories.dossier(f"Weg {_number}", of=entry.number))
    return {
        "item_id": items[0].pk, "document_id": document.pk, "number": 1, "name": "title", "entry_id": entry.pk,
        "dossier_id": dossier.pk, "case_id": case.pk, "verb": "close", "form": "csv", "party_id": party.pk,
        "participation_id": last.pk, "token_id": ApiToken.objects.filter(user=clerk)[0].pk,
        "grant_id": Grant.objects.filter(scope_id=PlanEntry.objects.get(pk=entry.pk).scope_id)[0].pk,
        "body_id": unit.pk, "person_id": clerk.pk, "member_id": unit.memberships.all()[0].pk,
    }  # fmt: skip


def entry_with(rows: int) -> PlanEntry:
    """As many entries below it, and as many people with rights there."""
    above = factories.plan_entry("61")
    entry = entry_add(everything(), above.plan, PlanRow(f"61{rows}", f"Sachgebiet {rows}", "61"))
    for number in range(rows):
        entry_add(everything(), above.plan, PlanRow(f"61{rows}{number:02}", f"Sachgebiet {number}", entry.number))
        grant_give(everything(), entry, factories.user_with(name=f"p{rows}-{number}"), Role.CLERK, reason="Probe")
    found: PlanEntry = PlanEntry.objects.select_related("plan", "scope").get(pk=entry.pk)
    return found


def dossier_with(rows: int, entry: PlanEntry, clerk: User) -> Dossier:
    """As many cases, documents and grants in it, and as many dossiers beside it."""
    dossier = factories.dossier("Lindenweg", of=entry.number)
    for number in range(rows):
        factories.dossier(f"Lindenweg {number}", of=entry.number)
        case = factories.case(dossier, f"Vorgang {number}")
        document = factories.document([f"Lindenweg {number}"], attachments=["Plan.pdf"])
        documents_file(everything(), [document], Place(dossier, case), now=timezone.now())
        grant_give(everything(), dossier, factories.user_with(name=f"d{rows}-{number}"), Role.CLERK, reason="Probe")
    return Dossier.objects.get(pk=dossier.pk)


def unit_with(rows: int, clerk: User) -> Body:
    """As many people in it and positions below it, each of which the clerk holds, and as many grants of its own."""
    unit = body_create(everything(), f"Amt {rows}", BodyKind.UNIT, factories.town())
    for number in range(rows):
        position = body_create(everything(), f"Stelle {rows}-{number}", BodyKind.POSITION, None, parent=unit)
        member_add(everything(), position, clerk)
        member_add(everything(), unit, factories.user_with(name=f"d{rows}-{number}"))
        grant_give(everything(), factories.dossier(f"Amt {rows}-{number}", of="61"), unit, Role.CLERK, reason="Probe")
    return unit


def count(client: Client, there: dict[str, Any]) -> Counts:
    """Each address twice: the first time fills caches that last longer than a request."""
    counted = {}
    for route in [*sorted(set(routes())), *ALSO]:
        if any(part in route for part in NOT_COUNTED) or {name for _kind, name in PART.findall(route)} - there.keys():
            continue  # LISTS names what must not be left out
        address = filled(route, there)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        if answer.status_code == 200:
            counted[route] = (len(captured), len(content))
    return counted


def test_no_query_count_grows_with_the_number_of_rows_shown(
    clerk: User, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_index.cache_clear()
    monkeypatch.setattr(frequencies, "_FRESH_SECONDS", math.inf)  # read again by the clock, not by rows
    factories.file_plan()
    browser = Client()
    browser.force_login(clerk)
    few = count(browser, grow(clerk, FEW))
    many = count(browser, grow(clerk, MANY))
    assert few.keys() == many.keys()
    shown = {route for route in many if many[route][1] > few[route][1] + 10 * (MANY - FEW)}
    assert shown >= LISTS, "these showed no more rows than before, so nothing was counted"
    assert {route: (few[route][0], many[route][0]) for route in many if many[route][0] > few[route][0]} == {}


LISTS = {
    "inbox/", "inbox/list/", "dossiers/", "dossiers/<uuid:dossier_id>/", "plan/", "plan/<uuid:entry_id>/rights/",
    "dossiers/<uuid:dossier_id>/rights/", "documents/<uuid:document_id>/", "account/", "parties/",
    "api/v1/inbox/", "api/v1/documents/", "api/v1/dossiers/", "api/v1/dossiers/<uuid:dossier_id>/cases/",
    "api/v1/file-plan/tree/", "api/v1/plan-entries/", "api/v1/search/", "api/v1/documents/<uuid:document_id>/pages/",
    "api/v1/dossiers/<uuid:dossier_id>/history/", "api/v1/dossiers/<uuid:dossier_id>/rights/",
    "api/v1/plan-entries/<uuid:entry_id>/rights/history/", "api/v1/bodies/", "api/v1/people/",
    "api/v1/bodies/<int:body_id>/members/", "api/v1/bodies/<int:body_id>/grants/",
    "api/v1/bodies/<int:body_id>/history/", "api/v1/people/<int:person_id>/", "organisation/",
    "organisation/<int:body_id>/", "organisation/people/<int:person_id>/", "accounts/", "api/v1/accounts/", *ALSO,
}  # fmt: skip
"""What must have been seen with more rows."""
