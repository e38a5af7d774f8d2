"""Who works in the made-up town: units in a tree, people in them, and what each unit may do in which part of the plan.

Accounts have no password that opens them: whoever wants to look through somebody's eyes gives that account one
(`./manage.py user NAME --reset-password`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from random import Random

from django.db import transaction
from django.utils import timezone

from config.town import FILES, user_setup
from dms.access.actors import Actor, actor_for, system_setup
from dms.access.models import Body, BodyKind, Scope, User
from dms.access.permissions import Role
from dms.accounts.accounts import account_create
from dms.accounts.bodies import body_create, member_add
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.plan.models import EntryState, PlanEntry
from dms.records.protection.grants import grant_give
from dms.records.protection.rights import scope_restrict
from ingest.samples.people import TOWN, make_name
from ingest.scopes import inbox_scope

TOP = f"Stadtverwaltung {TOWN}"
REASON = "Beispieldaten"
REGISTRY, MAIL_ROOM, AUDITORS, ARCHIVE = "Zentrale Registratur", "Poststelle", "Rechnungsprüfungsamt", "Stadtarchiv"
PERSONNEL, PERSONNEL_PLAN, PERSONNEL_INBOX = "Personalamt", "015", "Posteingang Personalamt"


class OtherPlan(Exception):
    """The file plan of this town has no active entry of this number; the units are made for the sample plan."""


@dataclass(frozen=True, slots=True)
class Unit:
    """`plan`: the plan entries for which it is responsible; its people keep what lies below them."""

    name: str
    above: str
    plan: tuple[str, ...] = ()
    size: int = 1


UNITS = (
    Unit("Hauptamt", TOP),
    Unit("Organisation und IT", "Hauptamt", ("00", "016", "017"), 14),
    Unit("Rat und Ortsrecht", "Hauptamt", ("011", "012", "014"), 6),
    Unit(PERSONNEL, "Hauptamt", (PERSONNEL_PLAN,), 10),
    Unit(REGISTRY, "Hauptamt", size=5),
    Unit(MAIL_ROOM, "Hauptamt", size=5),
    Unit(AUDITORS, TOP, size=4),
    Unit(ARCHIVE, TOP, size=3),
    Unit("Ordnungsamt", TOP),
    Unit("Leitung Ordnungsamt", "Ordnungsamt", ("1",), 4),
    Unit("Bürgerbüro", "Ordnungsamt", ("111", "112", "114", "813"), 18),
    Unit("Standesamt", "Ordnungsamt", ("113",), 8),
    Unit("Bußgeldstelle", "Ordnungsamt", ("116",), 12),
    Unit("Gewerbe und Verkehr", "Ordnungsamt", ("811", "812", "814"), 14),
    Unit("Feuerwehr und Katastrophenschutz", "Ordnungsamt", ("12",), 12),
    Unit("Schule, Kultur und Sport", TOP, ("2", "3", "513"), 26),
    Unit("Sozialamt", TOP),
    Unit("Leitung Sozialamt", "Sozialamt", ("4",), 4),
    Unit("Sozialhilfe", "Sozialamt", ("411", "416"), 16),
    Unit("Wohnen", "Sozialamt", ("412",), 10),
    Unit("Jugend und Kita", "Sozialamt", ("413", "414", "415"), 24),
    Unit("Bauamt", TOP),
    Unit("Leitung Bauamt", "Bauamt", ("6",), 5),
    Unit("Bauaufsicht", "Bauamt", ("611",), 20),
    Unit("Stadtplanung", "Bauamt", ("612", "613"), 10),
    Unit("Hochbau", "Bauamt", ("614",), 12),
    Unit("Tiefbau", "Bauamt", ("615",), 16),
    Unit("Umwelt, Grün und Friedhöfe", TOP, ("7", "51"), 20),
    Unit("Kämmerei", TOP),
    Unit("Leitung Kämmerei", "Kämmerei", ("9",), 4),
    Unit("Haushalt und Vergabe", "Kämmerei", ("911", "914", "915"), 12),
    Unit("Stadtkasse", "Kämmerei", ("912", "913"), 14),
    Unit("Steueramt", "Kämmerei", ("916", "917"), 14),
)
"""Those above stand first."""
STAFFED = tuple(unit for unit in UNITS if unit.plan or unit.size > 1)
FEWEST = len(STAFFED)
"""People in the smallest town: one in each unit that has any."""


def staff_setup(seed: int, people: int) -> None:
    """All of it or nothing; there already, it stays as it is. Raises OtherPlan."""
    if Body.objects.filter(name=TOP).exists():
        return
    with transaction.atomic():
        bodies = _bodies()
        members = _people(Random(f"{seed}/people"), bodies, people)
        _town_roles(members)
        _unit_grants(bodies, members)
        _deputies(Random(f"{seed}/deputies"), members)


class Staff:
    """Who does what: read from the database, one actor object for each, so that rights are looked up once."""

    @cached_property
    def registry(self) -> list[Actor]:
        return self._of(REGISTRY)

    @cached_property
    def mail_room(self) -> list[Actor]:
        return self._of(MAIL_ROOM)

    @cached_property
    def personnel(self) -> list[Actor]:
        return self._of(PERSONNEL)

    @cached_property
    def _responsible(self) -> dict[str, list[Actor]]:
        return {number: self._of(unit.name) for unit in UNITS for number in unit.plan}

    def keeping(self, number: str) -> list[Actor]:
        """Who keeps the files below this entry: the unit that has the nearest one above, else the registry."""
        near = [key for key in self._responsible if number.startswith(key)]
        return self._responsible[max(near, key=len)] if near else self.registry

    @staticmethod
    def _of(unit: str) -> list[Actor]:
        return [actor_for(user) for user in User.objects.filter(memberships__body__name=unit).order_by("pk")]


def _bodies() -> dict[str, Body]:
    actor, files = system_setup(), Scope.objects.get(name=FILES, place="")
    bodies = {TOP: body_create(actor, TOP, BodyKind.UNIT, files)}
    for unit in UNITS:
        bodies[unit.name] = body_create(actor, unit.name, BodyKind.UNIT, files, parent=bodies[unit.above])
    return bodies


def _people(random: Random, bodies: dict[str, Body], number: int) -> dict[str, list[User]]:
    """One in each unit that has any, the others by size. `number`: FEWEST or more."""
    actor, members, used = system_setup(), {unit.name: list[User]() for unit in UNITS}, set[str]()
    places, sizes = [unit.name for unit in STAFFED], [unit.size for unit in STAFFED]
    for at in range(number):
        unit = places[at] if at < len(places) else random.choices(places, sizes)[0]
        user = account_create(actor, _login(make_name(random), used), None, now=timezone.now())
        member_add(actor, bodies[unit], user, reason=REASON)
        members[unit].append(user)
    return members


_LETTERS: dict[str, int | str | None] = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l"}


def _login(name: str, used: set[str]) -> str:
    """`baerbel.haeussler`, numbered where there are several."""
    letters = name.lower().translate(str.maketrans(_LETTERS))
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode().replace(" ", ".")
    login, number = plain, 1
    while login in used or User.objects.filter(username=login).exists():
        number += 1
        login = f"{plain}{number}"
    used.add(login)
    return login


def _town_roles(members: dict[str, list[User]]) -> None:
    """Roles in the inbox and in all files. The personnel office has an inbox that nobody else opens."""
    inbox, files = inbox_scope(), Scope.objects.get(name=FILES, place="")
    own_inbox = Scope(name=PERSONNEL_INBOX)
    with change(system_setup(), Event.SCOPE_CREATED, chain="town") as opened:
        opened.save(own_inbox)
    for unit, role in ((REGISTRY, Role.REGISTRY), (AUDITORS, Role.ARCHIVIST), (ARCHIVE, Role.ARCHIVIST)):
        for user in members[unit]:
            user_setup(user.username, "", scope=inbox, also=[files], roles=[role])
    for user in members[MAIL_ROOM]:
        user_setup(user.username, "", scope=inbox, also=[own_inbox], roles=[Role.SCANNING])
    for user in members[PERSONNEL]:
        user_setup(user.username, "", scope=own_inbox, roles=[Role.CLERK])


def _unit_grants(bodies: dict[str, Body], members: dict[str, list[User]]) -> None:
    """Main groups first: rights of its own for a part are then begun below those of the whole."""
    actor = system_setup()
    given = [(number, unit.name) for unit in UNITS for number in unit.plan]
    for number, name in sorted(given):
        grant_give(actor, _entry(number), bodies[name], Role.CLERK, reason=REASON)
    personnel = _entry(PERSONNEL_PLAN)
    for user in members[PERSONNEL][:2]:
        grant_give(actor, personnel, user, Role.RIGHTS, reason=REASON)
    scope_restrict(actor, personnel, reason=REASON)


def _deputies(random: Random, members: dict[str, list[User]]) -> None:
    """Some stand in for another unit for a while."""
    units = [unit for unit in UNITS if unit.plan and unit.name != PERSONNEL]
    until, given = timezone.localdate() + timedelta(days=90), set[tuple[str, str]]()
    for _number in range(len(units)):
        away, stands_in = random.sample(units, 2)
        number, user = away.plan[0], random.choice(members[stands_in.name])
        if (number, user.username) not in given:
            given.add((number, user.username))
            grant_give(system_setup(), _entry(number), user, Role.CLERK, reason=REASON, valid_to=until)


def _entry(number: str) -> PlanEntry:
    found: PlanEntry | None = (
        PlanEntry.objects.select_related("plan").filter(number=number, state=EntryState.ACTIVE).first()
    )
    if found is None:
        raise OtherPlan(number)
    return found
