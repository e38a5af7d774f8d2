"""Fills the gaps of a phrase ({date}, {iban}, {street_2} …), each once per letter, so that it agrees with itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from ingest.samples import people

MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)


def written(day: date) -> str:
    """As letters have it: 12. März 2026."""
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


def figures(day: date) -> str:
    """As forms have it: 12.03.2026."""
    return f"{day:%d.%m.%Y}"


def money(cents: int) -> str:
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d} €"


Maker = Callable[[Random, date], str]


def _past(random: Random, today: date, furthest: int = 150) -> date:
    return today - timedelta(days=random.randint(5, furthest))


def _later(random: Random, today: date) -> date:
    return today + timedelta(days=random.randint(14, 200))


def _born(random: Random, today: date, youngest: int, oldest: int) -> str:
    return figures(today - timedelta(days=random.randint(youngest * 365, oldest * 365)))


def _official(random: Random, man: str) -> str:
    return f"{random.choice(['Frau', man])} {people.make_surname(random)}"


def _titled(random: Random, man: str) -> str:
    person = people.make_person(random)
    return f"{'Frau' if person.feminine else man} {person.name}"


MAKERS: dict[str, Maker] = {
    "address": lambda r, t: people.make_address(r),
    "amount": lambda r, t: money(r.randint(4_800, 489_900)),
    "amount_small": lambda r, t: money(r.randint(1_000, 8_900)),
    "apprenticeship": lambda r, t: people.pick(r, "apprenticeships"),
    "area": lambda r, t: people.pick(r, "areas"),
    "birth": lambda r, t: _born(r, t, 19, 85),
    "breed": lambda r, t: people.pick(r, "breeds"),
    "business": lambda r, t: people.pick(r, "businesses"),
    "cash_ref": lambda r, t: f"{r.randint(1, 99):02d}.{r.randint(10000, 99999)}.{r.randint(0, 9)}",
    "child_birth": lambda r, t: _born(r, t, 1, 9),
    "city": lambda r, t: people.pick(r, "cities"),
    "company": lambda r, t: people.make_company(r),
    "contract_number": lambda r, t: f"V-{t.year}/{r.randint(10, 999):03d}",
    "date": lambda r, t: r.choice([written, figures])(_past(r, t)),
    "decibel": lambda r, t: str(r.randint(52, 81)),
    "defect": lambda r, t: people.pick(r, "defects"),
    "digit": lambda r, t: str(r.randint(1, 9)),
    "file_ref": lambda r, t: f"{r.randint(10, 69)}.{r.randint(1, 9)}-{r.randint(100, 999)}/{t.year - r.randint(0, 2)}",
    "girl": lambda r, t: people.pick(r, "girls"),
    "boy": lambda r, t: people.pick(r, "boys"),
    "future_date": lambda r, t: r.choice([written, figures])(_later(r, t)),
    "future_year": lambda r, t: str(t.year + r.randint(1, 12)),
    "iban": lambda r, t: people.make_iban(r),
    "invoice_number": lambda r, t: f"{t.year}-{r.randint(12, 2999):04d}",
    "job": lambda r, t: people.pick(r, "jobs"),
    "last_name": lambda r, t: people.make_surname(r),
    "letters": lambda r, t: "".join(r.choices("ABCEFGHKLMPRSTVX", k=2)),
    "offer_number": lambda r, t: f"A{t.year % 100}{r.randint(1000, 9999)}",
    "official": lambda r, t: _official(r, "Herrn"),
    "official_nom": lambda r, t: _official(r, "Herr"),
    "official_start": lambda r, t: "Ihr Mitarbeiter Herr " + people.make_surname(r),
    "order_number": lambda r, t: f"B-{r.randint(1000, 9999)}",
    "past_year": lambda r, t: str(t.year - r.randint(1, 8)),
    "person": lambda r, t: people.make_name(r),
    "person_title": lambda r, t: _titled(r, "Herr"),
    "person_title_dat": lambda r, t: _titled(r, "Herrn"),
    "phone": lambda r, t: people.make_phone(r),
    "plot": lambda r, t: f"{r.randint(20, 999)}/{r.randint(1, 48)}",
    "quarter": lambda r, t: str(r.randint(1, 4)),
    "small": lambda r, t: str(r.randint(3, 28)),
    "street": lambda r, t: people.make_street(r),
    "tax_number": lambda r, t: f"{r.randint(10, 49):03d} {r.randint(100, 899)} {r.randint(10000, 99999)}",
    "terminable": lambda r, t: people.pick(r, "terminable"),
}
NUMBERS = {"1": (2, 98), "2": (1_100, 9_800), "3": (11_000, 98_000), "4": (24, 190), "9": (10**8, 10**9 - 1)}
NAME = re.compile(r"([a-z_]+?)(?:_(\d+))?")


class Details(dict[str, str]):
    """For `str.format_map`: draws what is asked for and remembers it. Raises KeyError for an unknown gap."""

    def __init__(self, random: Random, today: date, known: dict[str, str]) -> None:
        super().__init__(known)
        self.random, self.day = random, today
        self.update(today=written(today), year=str(today.year), town_name=people.TOWN)
        self.update(town=f"{people.POSTCODE} {people.TOWN}")

    def __missing__(self, gap: str) -> str:
        match = NAME.fullmatch(gap)
        name, variant = (match[1], match[2] or "1") if match else (gap, "1")
        if name == "number":
            value = str(self.random.randint(*NUMBERS.get(variant, NUMBERS["1"])))
        else:
            value = MAKERS[name](self.random, self.day)
        self[gap] = value
        return value

    def fill(self, phrase: str) -> str:
        return phrase.format_map(self)
