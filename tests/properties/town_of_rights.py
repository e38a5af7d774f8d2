"""A small town with drawn rights for the test of every door, and the rule in a second, simple wording: the oracle."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from django.utils import timezone
from hypothesis import strategies as st

from dms.access.actors import Actor, system_setup
from dms.access.levels import Level
from dms.access.models import Body, BodyKind, Clearance, Grant, Scope, User
from dms.access.permissions import Permission, Role
from dms.accounts.bodies import body_create, member_add
from dms.accounts.clearances import clearance_give, clearance_withdraw
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.dossiers.filing import Place, documents_file
from dms.records.models import Case, Document, Dossier, Party, PlanEntry
from dms.records.plan.rows import PlanRow
from dms.records.protection.levels import document_set_level, dossier_set_level
from dms.records.protection.rights import scope_begin, scope_restrict
from dms.records.protection.scopes import Node
from tests import factories

PERSON, TEAM, OFFICE, GROUP, OTHERS = "person", "team", "office", "group", "others"
REACHES = {PERSON, TEAM, OFFICE, GROUP}
"""The person belongs to the team, which stands below the office, and to the group."""
READS = {Role.CLERK, Role.ARCHIVIST, Role.REGISTRY}
KNOWS = {*READS, Role.RIGHTS, Role.REVISION}
FILES = {Role.CLERK, Role.REGISTRY}
TELLS = {Role.ARCHIVIST, Role.REGISTRY}
GIVES = {Role.RIGHTS}
KEEPS = {Role.CLERK, Role.REGISTRY}
REGISTERS = {Role.REGISTRY}
SHOWS_NOTHING = {Role.ACCOUNTS}
"""It counts in all scopes of the town together, and so never in a place."""
EVERYWHERE = Actor("user:registry", everywhere=frozenset(Permission))
TOP = -1
"""The whole file plan, above all entries."""


@dataclass(frozen=True)
class Given:
    """`place`: an entry by its number in the list, then the dossiers, or TOP. Days are counted from today."""

    place: int
    role: Role
    whom: str
    first: int
    last: int | None

    @property
    def holds(self) -> bool:
        return self.whom in REACHES and self.first < 0 and (self.last is None or self.last > 0)


@dataclass(frozen=True)
class Drawn:
    parents: list[int]
    """Of each entry: an earlier one, or TOP."""
    stands: list[int]
    """Of each dossier: its entry."""
    own: list[int]
    """Places with rules of their own, in the order in which they get them."""
    restricted: frozenset[int]
    given: list[Given]
    levels: list[int] = field(default_factory=list)
    """Of each dossier; open where the list ends."""
    own_levels: list[int] = field(default_factory=list)
    """Of the document in each dossier."""
    cleared: int = 0

    def level(self, dossier: int) -> int:
        return self.levels[dossier] if dossier < len(self.levels) else 0

    def own_level(self, dossier: int) -> int:
        return self.own_levels[dossier] if dossier < len(self.own_levels) else 0

    def may(self, roles: set[Role], place: int) -> bool:
        """Up from the place, to the top or to where it is restricted: one grant is enough."""
        while True:
            if any(one.holds and one.place == place and one.role in roles for one in self.given):
                return True
            if place == TOP or place in self.restricted:
                return False
            entries = len(self.parents)
            place = self.parents[place] if place < entries else self.stands[place - entries]

    def dossiers(self, roles: set[Role]) -> set[int]:
        numbers = range(len(self.stands))
        return {one for one in numbers if self.may(roles, len(self.parents) + one) and self.level(one) <= self.cleared}

    def documents(self, roles: set[Role]) -> set[int]:
        """One lies in each dossier."""
        return {one for one in self.dossiers(roles) if self.own_level(one) <= self.cleared}

    def entries(self, roles: set[Role]) -> set[int]:
        return {one for one in range(len(self.parents)) if self.may(roles, one)}

    def below(self, entry: int) -> set[int]:
        """The dossiers under it, at any depth."""
        found = set()
        for dossier, stands in enumerate(self.stands):
            place = stands
            while place not in (TOP, entry):
                place = self.parents[place]
            if place == entry:
                found.add(dossier)
        return found


LEVELS = st.sampled_from([0, 0, 0, 1, 1, 2])


@st.composite
def drawn_towns(draw: st.DrawFn) -> Drawn:
    parents = [draw(st.integers(TOP, number - 1)) for number in range(draw(st.integers(2, 4)))]
    stands = draw(st.lists(st.integers(0, len(parents) - 1), min_size=2, max_size=3))
    places = range(len(parents) + len(stands))
    own = draw(st.lists(st.sampled_from(places), unique=True, min_size=1, max_size=4))
    restricted = draw(st.frozensets(st.sampled_from(own), max_size=2))
    one = st.builds(
        Given, st.sampled_from([TOP, *own]), st.sampled_from(sorted(KNOWS | SHOWS_NOTHING)),
        st.sampled_from([PERSON, TEAM, OFFICE, GROUP, OTHERS]), st.sampled_from([-9, -9, -9, 5]),
        st.sampled_from([None, None, 9, -3]),
    )  # fmt: skip
    given = draw(st.lists(one, min_size=1, max_size=4, unique_by=lambda g: (g.place, g.role, g.whom)))
    secrecy = st.lists(LEVELS, min_size=len(stands), max_size=len(stands))
    running = [g for g in given if g.last is None or g.last >= g.first]
    return Drawn(parents, stands, own, restricted, running, draw(secrecy), draw(secrecy), draw(LEVELS))


@dataclass
class Town:
    drawn: Drawn
    person: User
    top: Scope
    entries: list[PlanEntry]
    dossiers: list[Dossier]
    cases: list[Case]
    documents: list[Document]
    parties: list[Party]
    grants: dict[Given, Grant] = field(default_factory=dict)

    def node(self, place: int) -> Node:
        nodes: list[PlanEntry | Dossier] = [*self.entries, *self.dossiers]
        fresh: Node = type(nodes[place]).objects.select_related("scope").get(pk=nodes[place].pk)
        return fresh


def build(drawn: Drawn) -> Town:
    """All of it through the services of the product; only grants of other days are given past their service."""
    factories.town()
    top = factories.another_scope(f"Akten {uuid.uuid4()}")
    numbers: list[str] = []
    for number, parent in enumerate(drawn.parents):
        numbers.append(f"{numbers[parent] if parent != TOP else ''}{number + 1}")
    rows = [
        PlanRow(numbers[i], mark("entry", i), numbers[parent] if parent != TOP else "")
        for i, parent in enumerate(drawn.parents)
    ]
    plan = factories.file_plan(*rows, scope=top)
    entries = [plan.entries.get(number=number) for number in numbers]
    dossiers = [factories.dossier(mark("dossier", i), of=numbers[place]) for i, place in enumerate(drawn.stands)]
    cases = [factories.case(one, mark("case", i)) for i, one in enumerate(dossiers)]
    documents = [_document(i, one, cases[i]) for i, one in enumerate(dossiers)]
    parties = [factories.party(mark("party", i), home=one) for i, one in enumerate(dossiers)]
    for number, dossier in enumerate(dossiers):
        factories.takes_part(parties[number], dossier, cases[number])
        factories.loan(dossier)
        factories.takes_part(parties[0], dossier, role="neighbour")
    for one, other in pairwise(dossiers):
        factories.related(one, other)
    for letter, answer in pairwise(documents):
        factories.related(letter, answer)
    person = factories.user_with(name=f"person-{uuid.uuid4()}")
    town = Town(drawn, person, top, entries, dossiers, cases, documents, parties)
    bodies = _bodies(town)
    for place in drawn.own:
        _own_rules(town, place)
    for given in drawn.given:
        town.grants[given] = _give(town, given, bodies)
    _make_secret(town)
    clear(town, drawn.cleared)
    return town


def clear(town: Town, level: int) -> None:
    if level:
        clearance_give(system_setup(), town.person, Level(level), reason="drawn")
    elif Clearance.objects.filter(user=town.person).exists():
        clearance_withdraw(system_setup(), town.person, reason="drawn")


def mark(kind: str, number: int) -> str:
    return f"Lindenweg {kind}{number}mark"


def marks(kind: str, text: str) -> set[int]:
    return {number for number in range(9) if f"{kind}{number}mark" in text}


def _document(number: int, dossier: Dossier, case: Case) -> Document:
    item = factories.item(b"the same bytes", scope=dossier.scope)
    document = factories.document([f"Der Lindenweg ist page{number}mark"], of=item, title=mark("document", number))
    return documents_file(EVERYWHERE, [document], Place(dossier, case), now=timezone.now())[0]


def _make_secret(town: Town) -> None:
    """A document of its own before or after its dossier, so that both orders come to the same."""
    for number, (dossier, document) in enumerate(zip(town.dossiers, town.documents, strict=True)):
        level, own = town.drawn.level(number), town.drawn.own_level(number)
        if own > level:
            document_set_level(EVERYWHERE, document, Level(own), reason="drawn")
        if level:
            dossier_set_level(EVERYWHERE, dossier, Level(level), reason="drawn")


def _bodies(town: Town) -> dict[str, Body]:
    setup = system_setup()
    office = body_create(setup, f"office {uuid.uuid4()}", BodyKind.UNIT, town.top)
    team = body_create(setup, f"team {uuid.uuid4()}", BodyKind.UNIT, town.top, parent=office)
    group = body_create(setup, f"group {uuid.uuid4()}", BodyKind.GROUP, town.top)
    others = body_create(setup, f"others {uuid.uuid4()}", BodyKind.UNIT, town.top, parent=office)
    for body in (team, group):
        member_add(setup, body, town.person)
    return {TEAM: team, OFFICE: office, GROUP: group, OTHERS: others}


def _own_rules(town: Town, place: int) -> None:
    setup, node = system_setup(), town.node(place)
    scope = scope_begin(setup, node, reason="drawn")
    if place in town.drawn.restricted:
        factories.user_with(Role.RIGHTS, name="keeper", scope=scope)
        scope_restrict(setup, town.node(place), reason="drawn")


def _give(town: Town, given: Given, bodies: dict[str, Body]) -> Grant:
    today = timezone.localdate()
    grant = Grant(role=given.role, scope=town.top if given.place == TOP else town.node(given.place).scope)
    grant.user, grant.body = (town.person, None) if given.whom == PERSON else (None, bodies[given.whom])
    grant.valid_from = today + timedelta(days=given.first)
    grant.valid_to = None if given.last is None else today + timedelta(days=given.last)
    with change(system_setup(), Event.GRANT_CREATED, grant.scope, chain="town") as opened:
        opened.save(grant)
    return grant
