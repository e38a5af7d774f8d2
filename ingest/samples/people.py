"""Knows who lives and trades in the fictional town: people, streets, companies and their bank accounts."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ingest.samples.phrases import read_wording

TOWN = "Neustadt an der Lahr"
POSTCODE = "35990"
BANK_CODE = "99970010"
"""Not given to any bank: the accounts are well formed and lead nowhere."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A person or a company: `name` as it is signed with, `feminine` None for a company."""

    name: str
    street: str
    town: str
    phone: str
    feminine: bool | None = None
    trade: str = ""


def pick(random: Random, *lists: str) -> str:
    """One entry of the named lists in `wording/names.toml`."""
    names = read_wording("names")
    chosen: str = random.choice([entry for name in lists for entry in names[name]])
    return chosen


def make_surname(random: Random) -> str:
    return pick(random, "surnames")


def make_name(random: Random) -> str:
    return f"{pick(random, 'women', 'men')} {make_surname(random)}"


def make_street(random: Random) -> str:
    return pick(random, "streets")


def make_address(random: Random) -> str:
    return f"{make_street(random)} {random.randint(1, 98)}{random.choice(['', '', '', '', 'a', 'b'])}"


def make_phone(random: Random) -> str:
    return f"0{random.randint(6400, 6499)} {random.randint(10000, 999999)}"


def make_company(random: Random) -> str:
    return f"{make_surname(random)} {pick(random, 'trades')} {pick(random, 'legal_forms')}"


def make_iban(random: Random) -> str:
    """A German IBAN with a right check number (ISO 13616), in groups of four."""
    account = BANK_CODE + f"{random.randint(0, 9_999_999_999):010d}"
    check = 98 - int(account + "131400") % 97
    iban = f"DE{check:02d}{account}"
    return " ".join(iban[at : at + 4] for at in range(0, len(iban), 4))


def make_person(random: Random) -> Correspondent:
    feminine = random.random() < 0.5
    name = f"{pick(random, 'women' if feminine else 'men')} {make_surname(random)}"
    return Correspondent(name, make_address(random), f"{POSTCODE} {TOWN}", make_phone(random), feminine)


def make_firm(random: Random) -> Correspondent:
    trade = pick(random, "trades")
    name = f"{make_surname(random)} {trade} {pick(random, 'legal_forms')}"
    town = f"{random.randint(35900, 35999)} {pick(random, 'cities')}"
    return Correspondent(name, make_address(random), town, make_phone(random), trade=trade)
