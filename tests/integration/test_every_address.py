"""Every address, page or API, asked by those who may see nothing: what is there answers like what is not.

The addresses come from the URL patterns, so a new one is asked from its first day. A pattern with a part that is not
known here fails until somebody has thought about it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from dms.access.actors import actor_for, system_setup
from dms.access.levels import Level
from dms.access.models import ApiToken, BodyKind, Grant, Membership, Scope, User
from dms.access.permissions import Role
from dms.accounts.bodies import body_create, member_add
from dms.accounts.clearances import clearance_give
from dms.accounts.outside import outside_link
from dms.accounts.sessions import sessions_of
from dms.records.fields.keeping import kind_create
from dms.records.plan.rows import PlanRow
from tests import factories
from tests.addresses import PART, filled, routes

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OPEN = {
    "login/", "login/first/", "login/second/", "login/second/set-up/", "login/passkey/", "login/passkey/question/",
    "language/",
}  # fmt: skip
"""What nobody needs a login for."""
NOT_OFFERED = {"login/oidc/", "login/oidc/back/", "login/oidc/logout/"}
"""Open as well, where there is a provider of logins."""
SECRET = "Geheimsache"
"""Stands in everything that there is to see."""


@dataclass(frozen=True)
class Town:
    there: dict[str, Any]
    clerk: User


ROUTES = sorted(set(routes()))
WITH_PARTS = [route for route in ROUTES if PART.search(route)]
LISTS = [route for route in ROUTES if not PART.search(route) and "schema" not in route]
QUERIES = ("", "?q=Lindenweg", f"?q={SECRET[:-1]}*")


@pytest.fixture
def town(db: None, store: Path) -> Town:
    """With one of everything that has an address."""
    roles = [Role.CLERK, Role.ARCHIVIST, Role.REGISTRY, Role.RIGHTS, Role.SECRECY, Role.REVISION, Role.ACCOUNTS]
    clerk = factories.user_with(*roles, name="clerk")
    item = factories.refused(filename=f"{SECRET}.txt")
    document = factories.document(
        [f"Der Lindenweg ist eine {SECRET}"],
        of=factories.item(filename=f"{SECRET}.txt"),
        rendition=b"%PDF",
        attachments=[f"{SECRET}.pdf"],
        title=SECRET,
        sender=SECRET,
    )
    factories.token_of(clerk)
    factories.file_plan(PlanRow("6", SECRET))
    index()
    there = {"item_id": item.pk, "document_id": document.pk, "number": 1, "version": 1, "name": "title"}
    there["entry_id"] = factories.plan_entry("6").pk
    dossier = factories.dossier(SECRET, of="6")
    there |= {"dossier_id": dossier.pk, "case_id": factories.case(dossier, SECRET).pk, "verb": "close", "form": "csv"}
    party = factories.party(SECRET, home=dossier)
    there |= {"party_id": party.pk, "participation_id": factories.takes_part(party, dossier).pk}
    cleared = factories.user_with(name="cleared")
    held = clearance_give(system_setup(), cleared, Level.SECRET, reason=SECRET)
    clearance_give(system_setup(), clerk, Level.RESTRICTED, reason="a walk")
    there |= {"clearance_id": held.pk, "username": cleared.username}
    loan = factories.loan(dossier, SECRET)
    there |= {"volume_id": loan.volume_id, "loan_id": loan.pk}
    there |= {"sort": "dossier", "thing_id": dossier.pk}
    there["relation_id"] = factories.related(dossier, factories.dossier(SECRET, of="6")).pk
    kind_create(system_setup(), "application", {"label": SECRET})
    there["slug"] = "application"
    there["passkey_id"] = factories.passkey_of(clerk).pk
    there["identity_id"] = outside_link(actor_for(clerk), clerk, "oidc", SECRET, now=timezone.now()).pk
    Client().force_login(clerk)
    there["handle"] = sessions_of(clerk, now=timezone.now())[0].handle
    there["token_id"] = ApiToken.objects.get().pk
    there["grant_id"] = Grant.objects.filter(user=clerk).values_list("pk", flat=True)[0]
    office = body_create(actor_for(clerk), SECRET, BodyKind.UNIT, clerk.grants.all()[0].scope)
    member_add(actor_for(clerk), office, factories.user_with(name=SECRET))
    member = Membership.objects.get()
    there |= {"body_id": office.pk, "member_id": member.pk, "person_id": member.user_id}
    return Town(there, clerk)


def index() -> None:
    from search.chosen import search_index
    from search.indexer import drain
    from search.source import RecordsSource

    drain(search_index(), RecordsSource())


def missing(converter: str) -> Any:
    return {"uuid": factories.unknown_id(), "int": 987_654_321, "str": "nothing"}[converter]


def addresses(route: str, there: dict[str, Any]) -> list[str]:
    """The one with all that is there, then those with one part of it missing."""
    parts = [(name, converter) for converter, name in PART.findall(route)]
    fillings = [there, *({**there, name: missing(converter)} for name, converter in parts)]
    return [filled(route, filling) for filling in fillings]


def ask(client: Client, method: str, address: str) -> tuple[int, str, str]:
    """Status, headers and body, without what differs from request to request and from address to address."""
    body = json.dumps({"kind": "invoice"}) if address.startswith("/api/") else "kind=invoice"
    kind = "application/json" if address.startswith("/api/") else "application/x-www-form-urlencoded"
    answer = client.generic(method, address, body, content_type=kind)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    headers = sorted(f"{name}: {value}" for name, value in answer.headers.items() if name != "Content-Length")
    return answer.status_code, _leveled("\n".join(headers), address), _leveled(content.decode("latin-1"), address)


def _leveled(text: str, address: str) -> str:
    if re.search(r"\d", address) or address.count("/") > 3:
        text = text.replace(address, "ADDRESS")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|csrftoken=\w+', "CSRF", text)


def outsiders(scope_elsewhere: Scope) -> dict[str, Client]:
    """(b) logged in without any grant, by session and by token; (c) with every role in another town, both ways."""
    nobody = factories.user_with(name="nobody")
    stranger = factories.user_with(*Role, name="stranger", scope=scope_elsewhere)
    clients = {}
    for user in (nobody, stranger):
        browser = Client()
        browser.force_login(user)
        clients[f"{user} by session"] = browser
        clients[f"{user} by token"] = Client(headers={"authorization": f"Bearer {factories.token_of(user)}"})
    return clients


def test_the_walk_knows_every_address() -> None:
    assert len(WITH_PARTS) > 15
    assert all("(?P" not in route for route in ROUTES), "a regular expression with a part: fill it in here"


def test_a_stranger_gets_the_login_or_401_and_cannot_tell_what_is_there(town: Town) -> None:
    problems = []
    for route, method in product(ROUTES, METHODS):
        answers = {ask(Client(), method, address) for address in addresses(route, town.there)}
        status, headers, body = min(answers)
        if route in OPEN:
            right = status in {200, 302, 405}
        elif route in NOT_OFFERED:
            right = status in {404, 405}
        elif route.startswith("api/"):
            right = status == 401
        else:
            right = status == 302 and "Location: /login/" in headers
        if len(answers) != 1 or SECRET in body or not right:
            problems.append((method, route, answers))
    assert problems == []


def test_who_may_see_nothing_cannot_tell_what_is_there(town: Town) -> None:
    problems = []
    clients = outsiders(factories.another_scope())
    for (name, client), route, method in product(clients.items(), WITH_PARTS, METHODS):
        answers = {ask(client, method, address) for address in addresses(route, town.there)}
        status, _headers, body = min(answers)
        if len(answers) != 1 or SECRET in body or status not in {302, 404, 405}:
            problems.append((name, method, route, answers))
    assert problems == []


def test_lists_searches_and_counts_of_those_who_may_see_nothing_show_nothing(town: Town) -> None:
    problems = []
    clients = outsiders(factories.another_scope())
    for (name, client), route, query in product(clients.items(), LISTS, QUERIES):
        _status, headers, body = ask(client, "GET", f"/{route}{query}")
        answer = json.loads(body) if body.startswith("{") else {}
        if SECRET in body + headers or answer.get("count") or any(answer.get("facets", {}).values()):
            problems.append((name, route, query))
    assert problems == []


def test_who_may_see_it_gets_another_answer_so_this_walk_can_fail(town: Town) -> None:
    browser = Client()
    browser.force_login(town.clerk)
    same = [route for route in WITH_PARTS if answers_are_the_same(browser, route, town.there)]
    # shown only of a closed case or volume, of a file with malware, of a merged party, and when a thing is named
    hidden = [
        "cases/<uuid:case_id>/reopen/", "dossiers/<uuid:dossier_id>/volumes/fill/",
        "inbox/<uuid:item_id>/quarantine/", "parties/<uuid:party_id>/part/", "volumes/<uuid:volume_id>/reopen/",
    ]  # fmt: skip
    assert same == hidden
    assert SECRET in ask(browser, "GET", "/?q=Lindenweg")[2]


def answers_are_the_same(client: Client, route: str, there: dict[str, Any]) -> bool:
    """What the walk does at one address is undone before the next: a dossier that was closed offers less."""
    with transaction.atomic():
        answers = [{ask(client, method, address) for address in addresses(route, there)} for method in METHODS]
        transaction.set_rollback(True)
    return all(len(one) == 1 for one in answers)


def test_a_key_that_somebody_else_used_tells_nothing_of_it(town: Town) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def hand_in(user: User, key: str, content: bytes = b"Brief") -> Any:
        file = SimpleUploadedFile("brief.txt", content)
        return factories.program_of(user).post("/api/v1/inbox/", {"file": file}, headers={"Idempotency-Key": key})

    assert hand_in(town.clerk, "1").status_code == 201
    stranger = factories.user_with(Role.CLERK, name="stranger", scope=factories.another_scope())
    for content in (b"Brief", b"anderer Brief"):
        answer = hand_in(stranger, f"{len(content)}", content)
        assert (answer.status_code, "Idempotent-Replayed" in answer) == (201, False)
    answer = hand_in(stranger, "1", b"noch ein Brief")
    assert answer.status_code == 201
    nobody = factories.user_with(name="nobody")
    assert {hand_in(nobody, key).content for key in ("1", "2")} == {hand_in(nobody, "3").content}
