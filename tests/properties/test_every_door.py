"""Auditor's checklist 36 and 37: whatever tree, scopes, restrictions, grants, levels and clearances there are, all
doors agree with one simple rule, and a right that is withdrawn is gone from all of them with the next request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, repeat
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from dms.access.actors import actor_for, system_setup
from dms.access.models import Body
from dms.access.permissions import Permission, Role
from dms.access.rule import explain
from dms.audit.models import OutboxEntry
from dms.records.documents.duplicates import Receipt, earlier_documents
from dms.records.models import ObjectRole, StoredObject
from dms.records.protection.following import working
from dms.records.protection.grants import grant_withdraw
from search.chosen import search_index
from search.indexer import drain
from search.source import RecordsSource
from tests import factories
from tests.properties.town_of_rights import (
    FILES,
    GIVES,
    KEEPS,
    KNOWS,
    LEVELS,
    PERSON,
    READS,
    REGISTERS,
    TELLS,
    TOP,
    Drawn,
    Given,
    Town,
    build,
    clear,
    drawn_towns,
    marks,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]
API = "/api/v1/"
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure is told as it was drawn: to make it smaller would take minutes, as each try builds a town."""
Doors = dict[str, Any]

FULL = Drawn([TOP, 0], [0, 1], [3], frozenset({3}), [Given(TOP, Role.REGISTRY, PERSON, -9, None)])
"""The registry sees all but one restricted dossier."""
SECRETS = Drawn(
    [TOP], [0, 0, 0], [1], frozenset(), [Given(TOP, Role.REGISTRY, PERSON, -9, None)], [2, 1, 0], [0, 0, 2], 1
)
"""The registry may see all by its grant; one dossier, and the document in another, are too secret for it."""


@given(drawn_towns())
@example(FULL)
@example(SECRETS)
@settings(max_examples=8, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
def test_auditor_36_every_door_agrees_with_the_rule(drawn: Drawn) -> None:
    with transaction.atomic():
        town = build(drawn)
        drain(search_index(), RecordsSource())
        assert asked(town) == told(drawn)
        transaction.set_rollback(True)


@given(drawn_towns(), st.data())
@settings(max_examples=4, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
def test_auditor_37_a_withdrawn_right_is_gone_from_every_door_with_the_next_request(
    drawn: Drawn, data: st.DataObject
) -> None:
    with transaction.atomic():
        town = build(drawn)
        drain(search_index(), RecordsSource())
        browser, program = clients(town)
        links = [f"{API}documents/{one.pk}/original/" for one in town.documents]
        before = {number for number, link in enumerate(links) if program.get(link).status_code == 200}
        assert before == drawn.documents(READS)
        gone = data.draw(st.sampled_from(drawn.given)) if drawn.given else None
        if gone is not None:
            grant_withdraw(system_setup(), town.grants[gone], reason="drawn")
        left = replace(drawn, given=[g for g in drawn.given if g != gone])
        # no index is brought up to date in between
        assert asked(town, browser, program) == told(left)
        transaction.set_rollback(True)


@given(drawn_towns(), LEVELS)
@example(SECRETS, 2)
@settings(max_examples=1, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
def test_auditor_37_another_clearance_works_with_the_next_request_and_touches_no_index(
    drawn: Drawn, level: int
) -> None:
    with transaction.atomic():
        town = build(drawn)
        drain(search_index(), RecordsSource())
        browser, program = clients(town)
        assert asked(town, browser, program) == told(drawn)
        clear(town, level)
        assert not OutboxEntry.objects.exists()
        assert asked(town, browser, program) == told(replace(drawn, cleared=level))
        transaction.set_rollback(True)


OWN = Drawn([TOP, 0], [0, 1, 1], [1], frozenset(), [Given(1, Role.REGISTRY, PERSON, -9, None)])
"""The person sees what lies at an entry with rights of its own."""


def test_while_dossiers_follow_their_entry_no_door_shows_what_is_not_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "AT_ONCE", 0)
    monkeypatch.setattr(working, "IN_A_BATCH", 1)
    town, whole = build(OWN), told(OWN)
    seen = []
    while True:
        drain(search_index(), RecordsSource())
        doors = asked(town)
        shown = {name: found for name, found in doors.items() if isinstance(found, set)}
        assert {name: found - whole[name] for name, found in shown.items() if found - whole[name]} == {}
        seen.append(len(doors["document list"]))
        if not working.is_left():
            break
        working.follow_on(may_go_on=chain([True], repeat(False)).__next__)
    assert doors == whole
    assert seen == [0, 1, 2, 2]


def told(drawn: Drawn) -> Doors:
    """What each door has to say, by the oracle."""
    read, known, entries = drawn.documents(READS), drawn.dossiers(KNOWS), drawn.entries(KNOWS)
    history = drawn.dossiers(TELLS)
    firsts = [min(read) if read and min(read) < number else None for number in range(len(drawn.stands))]
    documents = ("list", "detail", "original", "thumbnail", "page image", "pages", "page", "text", "page of pages")
    searches = ("hits", "snippets", "search page")
    return {
        **{f"document {name}": read for name in documents},
        **{f"search {name}": read for name in searches},
        "search counts": [len(read)] * 4,
        "search for a word of its own": read,
        "document history": history & read, "document past": history & read,
        "duplicates": firsts,
        **{f"dossier {name}": known for name in ("list", "search", "detail", "cases", "page", "page list", "case")},
        "dossier's documents on its page": read & known,
        "documents in histories": drawn.documents(TELLS), "documents in exports": drawn.documents(TELLS),
        "documents in the past": drawn.documents(TELLS),
        "dossier readers": drawn.dossiers({Role.REVISION}), "dossier marks": drawn.dossiers({Role.REGISTRY}),
        "plan marks": drawn.entries({Role.REGISTRY}),
        "dossier history": history, "dossier past": history, "dossier past page": history,
        "dossier rights": drawn.dossiers(GIVES), "plan rights": drawn.entries(GIVES),
        **{f"dossier {name}": drawn.dossiers(GIVES) for name in ("earlier rights", "table of rights")},
        "plan earlier rights": drawn.entries(GIVES),
        "dossier rights by program": drawn.dossiers(GIVES), "plan rights by program": drawn.entries(GIVES),
        "organisation": any(one.holds and one.role in GIVES for one in drawn.given),
        "accounts": False,  # the role of one place is not that of the town
        "secret names in the organisation": set(),
        "places": drawn.dossiers(FILES), "case places": drawn.dossiers(FILES),
        **{f"plan {name}": entries for name in ("list", "detail", "tree", "page", "tree page")},
        **{
            f"plan {name}": {entry: len(known & drawn.below(entry)) for entry in entries}
            for name in ("counters", "counters of the list", "counters of the tree", "counters of the tree page")
        },
        "explained": known,
        **{f"holdings {name}": known for name in ("list", "page", "table")},
        "volumes": known, "loans": known,
        "dossiers joined": joined(known), "documents joined": joined(read),
        "dossiers joined on its page": joined(known),
        **parties_told(drawn),
    }  # fmt: skip


def joined(seen: set[int]) -> dict[int, set[int]]:
    """Each thing is joined with the next one; of whom may be seen, those others that may be seen too."""
    return {number: {number - 1, number + 1} & seen for number in seen}


def parties_told(drawn: Drawn) -> Doors:
    """The first takes part in all dossiers, each of the others in the one where it was entered."""
    known, read = drawn.dossiers(KNOWS), drawn.dossiers(READS)
    seen = read | ({0} if read else set())
    doors = ("list", "search", "by sender", "detail", "page", "page list")
    return {
        **{f"party {name}": seen for name in doors},
        "party's files": {number: {0: read}.get(number, {number}) for number in seen},
        "party's files on its page": {number: {0: read}.get(number, {number}) for number in seen},
        "who takes part": known,
        "participation": read,
        "party corrected": drawn.dossiers(KEEPS),
        "party merged": drawn.dossiers(REGISTERS),
    }


def asked(town: Town, browser: Client | None = None, program: Client | None = None) -> Doors:
    """What each door says to the person."""
    if browser is None or program is None:
        browser, program = clients(town)
    return {
        **_documents(town, browser, program),
        **_search(town, browser, program),
        **_files(town, browser, program),
        **_parties(town, browser, program),
    }


def clients(town: Town) -> tuple[Client, Client]:
    browser = Client()
    browser.force_login(town.person)
    return browser, Client(headers={"authorization": f"Bearer {factories.token_of(town.person)}"})


def _documents(town: Town, browser: Client, program: Client) -> Doors:
    ids = [one.pk for one in town.documents]
    there = {
        "detail": "", "original": "original/", "thumbnail": "thumbnail/", "page image": "pages/1/image/",
        "pages": "pages/", "history": "history/", "past": "past/?at=2099-01-01T00:00:00",
    }  # fmt: skip
    pages = {"page": "", "text": "text/", "page of pages": "pages/1/"}
    receipts = [Receipt(_digest(one.pk), one.item_id, one.received_at) for one in town.documents]
    first = earlier_documents(actor_for(town.person), receipts)
    return {
        "document list": marks("document", text(program.get(f"{API}documents/"))),
        **{f"document {name}": opened(program, f"{API}documents/", ids, tail) for name, tail in there.items()},
        **{f"document {name}": opened(browser, "/documents/", ids, tail) for name, tail in pages.items()},
        "duplicates": [ids.index(first[one].pk) if one in first else None for one in receipts],
    }


def _search(town: Town, browser: Client, program: Client) -> Doors:
    answer: Any = program.get(f"{API}search/?q=Lindenweg").json()
    facets = [sum(value["count"] for value in answer["facets"][name]) for name in ("kind", "year", "state")]
    numbers = range(len(town.documents))
    return {
        "search hits": marks("document", str([hit["document"] for hit in answer["results"]])),
        "search snippets": marks("page", str([hit["snippet"] for hit in answer["results"]])),
        "search counts": [answer["count"], *facets],
        "search search page": marks("document", text(browser.get("/?q=Lindenweg"))),
        "search for a word of its own": {
            number for number in numbers if program.get(f"{API}search/?q=page{number}mark").json()["results"]
        },
    }


def _files(town: Town, browser: Client, program: Client) -> Doors:
    dossiers, cases = [one.pk for one in town.dossiers], [one.pk for one in town.cases]
    entries, past = [one.pk for one in town.entries], "past/?at=2099-01-01T00:00:00"
    shown = [text(browser.get(f"/dossiers/{one}/")) for one in dossiers]
    places = text(program.get(f"{API}filing/places/?q=Lindenweg"))
    return {
        "dossier list": marks("dossier", text(program.get(f"{API}dossiers/"))),
        "dossier search": marks("dossier", text(program.get(f"{API}dossiers/?q=Lindenweg"))),
        "dossier page list": marks("dossier", text(browser.get("/dossiers/"))),
        "dossier detail": opened(program, f"{API}dossiers/", dossiers, ""),
        "dossier cases": opened(program, f"{API}dossiers/", dossiers, "cases/"),
        "dossier case": opened(program, f"{API}cases/", cases, ""),
        "dossier page": opened(browser, "/dossiers/", dossiers, ""),
        "dossier's documents on its page": set().union(*(marks("document", page) for page in shown)),
        **_told_of_documents(town, browser, program),
        "dossier readers": opened(browser, "/dossiers/", dossiers, "readers/"),
        "dossier marks": opened(browser, "/dossiers/", dossiers, "sensitive/"),
        "plan marks": opened(browser, "/plan/", entries, "sensitive/"),
        "dossier history": opened(program, f"{API}dossiers/", dossiers, "history/"),
        "dossier past": opened(program, f"{API}dossiers/", dossiers, past),
        "dossier past page": opened(browser, "/dossiers/", dossiers, "past/"),
        "dossier rights": opened(browser, "/dossiers/", dossiers, "rights/"),
        "dossier earlier rights": opened(browser, "/dossiers/", dossiers, "rights/history/"),
        "dossier table of rights": opened(browser, "/dossiers/", dossiers, "rights/history/csv/"),
        "dossier rights by program": _allowed(program, f"{API}dossiers/", dossiers, "rights/"),
        "plan rights by program": _allowed(program, f"{API}plan-entries/", entries, "rights/"),
        "plan earlier rights": opened(browser, "/plan/", entries, "rights/history/"),
        "organisation": browser.get("/organisation/people/").status_code == 200,
        "accounts": browser.get("/accounts/").status_code == 200
        or bool(program.get(f"{API}accounts/").json()["results"]),
        "secret names in the organisation": _named_in_organisation(town, browser)
        - opened(program, f"{API}dossiers/", dossiers, ""),
        "places": marks("dossier", places), "case places": marks("case", places),
        "holdings list": marks("dossier", text(program.get(f"{API}holdings/"))),
        "holdings page": marks("dossier", text(browser.get("/holdings/"))),
        "holdings table": marks("dossier", text(browser.get("/holdings/export/"))),
        "volumes": opened(program, f"{API}volumes/", [one.volumes.get().pk for one in town.dossiers], ""),
        "loans": opened(program, f"{API}dossiers/", dossiers, "loans/"),
        "dossiers joined": _joined(program, f"{API}dossiers/", dossiers),
        "documents joined": _joined(program, f"{API}documents/", [one.pk for one in town.documents]),
        "dossiers joined on its page": {
            number: marks("dossier", page.partition(">Verknüpfungen<")[2].partition(">Vorgänge<")[0])
            for number, page in enumerate(shown) if f"dossier{number}mark" in page
        },
        "plan list": marks("entry", text(program.get(f"{API}plan-entries/"))),
        "plan tree": marks("entry", text(program.get(f"{API}file-plan/tree/"))),
        "plan tree page": marks("entry", text(browser.get("/plan/"))),
        "plan detail": opened(program, f"{API}plan-entries/", entries, ""),
        "plan page": opened(browser, "/plan/", entries, ""),
        "plan rights": opened(browser, "/plan/", entries, "rights/"),
        "plan counters": {
            number: _counted(page.content.decode())
            for number, page in enumerate(browser.get(f"/plan/{one}/") for one in entries)
            if page.status_code == 200
        },
        **_counters(entries, browser, program),
        "explained": {
            number for number in range(len(dossiers))
            if explain(actor_for(town.person), Permission.DOSSIER_VIEW, town.node(len(entries) + number))
        },
    }  # fmt: skip


def _counters(entries: list[Any], browser: Client, program: Client) -> Doors:
    """What the tree says of each entry that is in it, and how many the list shows of one that may be seen."""
    tree: Any = program.get(f"{API}file-plan/tree/").json()
    page = text(browser.get("/plan/"))
    lists: Any = {number: browser.get(f"/dossiers/?entry={key}") for number, key in enumerate(entries)}
    return {
        "plan counters of the tree": {entries.index(UUID(one["id"])): one["dossiers"] for one in tree},
        "plan counters of the tree page": {
            number: _counted_in_tree(page, key) for number, key in enumerate(entries) if f"/plan/{key}/" in page
        },
        "plan counters of the list": {
            number: answer.context["page"].paginator.count
            for number, answer in lists.items() if answer.context["entry"] is not None
        },
    }  # fmt: skip


def _counted_in_tree(page: str, entry: Any) -> int:
    line = page.partition(f"/plan/{entry}/")[2].partition("</a>")[0]
    found = re.search(r"tree__count[^>]*>(\d+)<", line)
    return int(found[1]) if found else 0


def _parties(town: Town, browser: Client, program: Client) -> Doors:
    dossiers, ids = [one.pk for one in town.dossiers], [one.pk for one in town.parties]
    names = " ".join(one.family_name for one in town.parties)
    rows = [one.participations.get(role="applicant").pk for one in town.parties]
    files = {number: program.get(f"{API}parties/{key}/files/") for number, key in enumerate(ids)}
    pages = {number: browser.get(f"/parties/{key}/") for number, key in enumerate(ids)}
    return {
        "party list": marks("party", text(program.get(f"{API}parties/"))),
        "party search": marks("party", text(program.get(f"{API}parties/?q=lindenweg"))),
        "party by sender": marks("party", text(program.get(f"{API}parties/?sender={names} Emine"))),
        "party detail": opened(program, f"{API}parties/", ids, ""),
        "party page": opened(browser, "/parties/", ids, ""),
        "party page list": marks("party", text(browser.get("/parties/"))),
        "party's files": {
            number: {dossiers.index(UUID(row["dossier"])) for row in answer.json()}
            for number, answer in files.items() if answer.status_code == 200
        },
        "party's files on its page": {
            number: marks("dossier", text(page)) | marks("case", text(page))
            for number, page in pages.items() if page.status_code == 200
        },
        "who takes part": opened(program, f"{API}dossiers/", dossiers, "parties/"),
        "participation": opened(program, f"{API}participations/", rows, ""),
        "party corrected": opened(browser, "/parties/", ids, "correct/"),
        "party merged": opened(browser, "/parties/", ids, "merge/"),
    }  # fmt: skip


def _told_of_documents(town: Town, browser: Client, program: Client) -> Doors:
    """Which documents the histories of all dossiers name."""
    forms = {
        "documents in histories": (program, f"{API}dossiers/{{}}/history/"),
        "documents in exports": (browser, "/dossiers/{}/history/csv/"),
        "documents in the past": (browser, "/dossiers/{}/past/"),
    }
    return {
        name: set().union(*(marks("document", text(client.get(there.format(one.pk)))) for one in town.dossiers))
        for name, (client, there) in forms.items()
    }


def opened(client: Client, before: str, ids: Iterable[Any], tail: str) -> set[int]:
    """Which of them answer; the others have to look like what does not exist."""
    missing = client.get(f"{before}{factories.unknown_id()}/{tail}")
    found = set()
    for number, key in enumerate(ids):
        answer = client.get(f"{before}{key}/{tail}")
        if answer.status_code == 200:
            found.add(number)
        else:
            assert (answer.status_code, missing.status_code) == (404, 404), f"{before}{key}/{tail}"
    return found


def _allowed(program: Client, before: str, ids: Iterable[Any], tail: str) -> set[int]:
    """Which of them answer; 403 is for who sees the thing and may not do that."""
    codes = {number: program.get(f"{before}{key}/{tail}").status_code for number, key in enumerate(ids)}
    assert set(codes.values()) <= {200, 403, 404}
    return {number for number, code in codes.items() if code == 200}


def _joined(program: Client, before: str, ids: list[Any]) -> dict[int, set[int]]:
    answers = {number: program.get(f"{before}{key}/relations/") for number, key in enumerate(ids)}
    return {
        number: {ids.index(UUID(row["other"]["id"])) for row in answer.json()}
        for number, answer in answers.items()
        if answer.status_code == 200
    }


def text(answer: Any) -> str:
    return str(answer.content.decode())


def _named_in_organisation(town: Town, browser: Client) -> set[int]:
    """Dossiers that are named on the page of the person or of a unit or group, as far as these answer."""
    bodies = Body.objects.values_list("pk", flat=True)
    there = [f"people/{town.person.pk}/", *(f"{one}/" for one in bodies)]
    return set().union(*(marks("dossier", text(browser.get(f"/organisation/{one}"))) for one in there))


def _counted(page: str) -> int:
    found = re.search(r">(\d+) Akten? hierunter", page)
    return int(found[1]) if found else 0


def _digest(document_id: Any) -> str:
    return StoredObject.objects.get(version__document=document_id, role=ObjectRole.ORIGINAL).sha256
