"""What rights cost where a town has many records: the same pages for somebody who may see little, half and all of it.

A made-up town; every page is asked for over HTTP, by all people in turn within each round. The reference is the
registry, which sees everything by a few grants at the top.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import urllib3

from bench.installation import Product
from bench.rounds import Better, Measurement, percentile

if TYPE_CHECKING:
    from dms.access.models import Scope

DOCUMENTS = 100_000
ASKED = 30
"""Of each page by each person in a round; the slowest of twenty is told apart then."""
GOAL = 1.5
FAR = 25
"""Pages of the list of documents that are leafed over for the deep one, 200 documents each."""
WORDS = (
    "Baugenehmigung", "Widerspruch", "Grundsteuer", "Schlagloch Straße", "Hundesteuer Bescheid", "Lindenstraße",
    "Rechnung Wartung", "Müller", "Kindergarten Platz", "Lärm", "Mahnung", "Angebot Spielplatz", "Carport",
    "Friedhof", "Gewerbe", "Einspruch Gebühren", "Wohngeld Antrag", "Zwischenzähler", "Trauung", "Baum fällen",
)  # fmt: skip


@dataclass
class Person:
    """`sees`: the share of all documents."""

    label: str
    sees: float
    cookie: str
    dossiers: Sequence[str]
    far: str = ""
    waits: dict[str, list[list[float]]] = field(default_factory=dict)


def measure(product: Product, rounds: int, documents: int) -> Iterator[list[Measurement]]:
    begun = time.monotonic()
    amount = documents or DOCUMENTS
    product.manage("seed", "--scale", str(amount))
    made = amount / (time.monotonic() - begun)
    yield [Measurement(f"made-up town of {amount:,} documents", "docs/s", [made])]
    people = _people()
    for person in people:
        person.far = _far(product, person)
    for number in range(rounds):
        _round(product, people, number)
    for page in _PAGES:
        yield list(_lines(page, people))


def _lines(page: str, people: Sequence[Person]) -> Iterator[Measurement]:
    reference = people[0]
    theirs = [percentile(waits, 0.95) * 1000 for waits in reference.waits[page]]
    for person in people[1:]:
        ours = [percentile(waits, 0.95) * 1000 for waits in person.waits[page]]
        middle = [percentile([one for waits in who.waits[page] for one in waits], 0.5) for who in (person, reference)]
        yield Measurement(
            f"{page}, {person.label}: p95", "ms", ours, theirs, goal=GOAL, better=Better.LOWER,
            against=f"the registry, which sees all; this person sees {person.sees:.1%}",
            notes=[f"p50 {middle[0] * 1000:.0f} ms, registry {middle[1] * 1000:.0f} ms"],
        )  # fmt: skip


def _round(product: Product, people: Sequence[Person], number: int) -> None:
    """Page by page, each of them by all people one after the other, somebody else first each time."""
    chance = random.Random(number)
    pool = urllib3.PoolManager()
    for page, address in _PAGES.items():
        for person in people:
            person.waits.setdefault(page, []).append([])
            _ask(pool, product, person, address(person, chance))  # what only the first one pays is not counted
        for turn in range(ASKED):
            seed = chance.random()
            for at in range(len(people)):
                person = people[(at + turn) % len(people)]
                person.waits[page][-1].append(_ask(pool, product, person, address(person, random.Random(seed))))


def _ask(pool: urllib3.PoolManager, product: Product, person: Person, path: str) -> float:
    begun = time.monotonic()
    answer = pool.request("GET", product.url + path, headers={"Cookie": person.cookie}, redirect=False)
    if answer.status != 200:
        raise RuntimeError(f"{path} for {person.label}: {answer.status}")
    return time.monotonic() - begun


_PAGES: dict[str, Callable[[Person, random.Random], str]] = {
    "dossier list": lambda person, chance: "/dossiers/",
    "dossier list, last page": lambda person, chance: "/dossiers/?p=99999",
    "dossier list, open ones": lambda person, chance: "/dossiers/?state=open",
    "dossier list, words": lambda person, chance: f"/dossiers/?q={chance.choice(WORDS).split()[0]}",
    "dossier page": lambda person, chance: f"/dossiers/{chance.choice(person.dossiers)}/",
    "plan tree": lambda person, chance: "/plan/",
    "search, words": lambda person, chance: f"/?q={chance.choice(WORDS)}",
    "search, list of everything": lambda person, chance: "/?sort=newest",
    "document list (REST)": lambda person, chance: "/api/v1/documents/",
    "document list (REST), deep page": lambda person, chance: person.far,
    "dossier list (REST)": lambda person, chance: "/api/v1/dossiers/",
    "inbox": lambda person, chance: "/inbox/",
}


def _far(product: Product, person: Person) -> str:
    """Leafs as a program does."""
    path = "/api/v1/documents/?page_size=200"
    for _number in range(FAR):
        answer: Any = urllib3.request("GET", product.url + path, headers={"Cookie": person.cookie}).json()
        if not answer["next"]:
            break
        path = answer["next"].removeprefix(product.url)
    return path.replace("page_size=200", "page_size=50")


def _people() -> list[Person]:
    """The registry first. Rights are given as set-up gives them: in stretches of the plan, which reach down."""
    from dms.access.permissions import Role

    tops = _tops()
    return [
        _person("registry", Role.REGISTRY, tops),
        _person("clerk who sees 2 %", Role.CLERK, _stretches(0.02)),
        _person("clerk who sees half", Role.CLERK, _stretches(0.5)),
        _person("clerk who sees all", Role.CLERK, tops),
    ]


def _tops() -> list[Scope]:
    """From where everything is reached: those at the top, and those that take nothing from above."""
    from django.db.models import Q

    from dms.access.models import Scope

    return list(Scope.objects.filter(Q(parent__isnull=True) | Q(inherits=False)))


def _stretches(share: float) -> list[Scope]:
    """Parts of the plan in which about so large a share of all documents lies: the largest that fits, and so on."""
    from dms.access.models import Scope
    from dms.records.models import Document

    total, left = Document.objects.count(), share
    chosen: list[Scope] = []
    scopes = [scope for scope in Scope.objects.filter(place__startswith="records.planentry") if scope.inherits]
    sizes = {scope.pk: Document.objects.filter(scope_id__in=_below(scope)).count() / total for scope in scopes}
    for scope in sorted(scopes, key=lambda one: -sizes[one.pk]):
        apart = not any(scope.pk in _below(one) or one.pk in _below(scope) for one in chosen)
        if apart and 0 < sizes[scope.pk] <= left:
            chosen.append(scope)
            left -= sizes[scope.pk]
    return chosen


def _below(scope: Scope) -> set[int]:
    from dms.access.models import Scope

    found, line = {scope.pk}, [scope.pk]
    while line:
        line = list(Scope.objects.filter(parent_id__in=line, inherits=True).values_list("pk", flat=True))
        found |= set(line)
    return found


def _person(label: str, role: Any, scopes: Sequence[Scope]) -> Person:
    from django.conf import settings
    from django.test import Client

    from config.town import user_setup
    from dms.access.actors import actor_for
    from dms.records.models import Document, Dossier

    login = label.replace(" ", "-").replace("%", "percent")
    user = user_setup(login, None, scope=scopes[0], also=scopes[1:], roles=[role])
    browser = Client()
    browser.force_login(user)
    actor, name = actor_for(user), settings.SESSION_COOKIE_NAME
    sees = Document.objects.visible_to(actor).count() / Document.objects.count()
    dossiers = Dossier.objects.visible_to(actor).values_list("pk", flat=True).order_by("pk")[:500]
    return Person(label, sees, f"{name}={browser.cookies[name].value}", [str(key) for key in dossiers])
