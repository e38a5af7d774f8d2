"""What people write about a party and where it is reached: one shape, checked in one place."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, TypedDict, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext as _

from dms.records.documents.facts import InvalidFact, one_line
from dms.records.parties.models import LONGEST_NAME, POSTAL, AddressKind, Party, PartyKind
from dms.records.parties.names import name_key, sounds_of

LONGEST_TITLE = 60
EARLIEST_BIRTH = date(1850, 1, 1)
MOST_ADDRESSES = 50
NAME_PARTS = ("academic_title", "given_names", "family_name", "birth_name", "organisation")
ADDRESS_TEXTS = {"addition": 200, "street": 200, "postcode": 20, "city": 200, "country": 100, "value": 300}
_PHONE = re.compile(r"[+0-9][0-9 ()/.-]{2,38}")


class AddressFacts(TypedDict, total=False):
    """With `id` one that is there; an address that is not named any more is taken out."""

    id: UUID | None
    kind: str
    addition: str
    street: str
    postcode: str
    city: str
    country: str
    value: str
    valid_from: date | None
    valid_to: date | None


class PartyFacts(TypedDict, total=False):
    """Only what is to change; the addresses all or none."""

    kind: str
    academic_title: str
    given_names: str
    family_name: str
    birth_name: str
    organisation: str
    birth_date: date | None
    addresses: list[AddressFacts]


def describe(party: Party, facts: PartyFacts) -> None:
    """Puts the facts into the row, which is not saved here. Raises InvalidFact."""
    for name in NAME_PARTS:
        if name in facts:
            longest = LONGEST_TITLE if name == "academic_title" else LONGEST_NAME
            setattr(party, name, one_line(name, cast(dict[str, Any], facts)[name], longest))
    if "kind" in facts:
        if facts["kind"] not in PartyKind.values:
            raise InvalidFact("kind", _("Vorgesehen sind Person und Organisation."))
        party.kind = facts["kind"]
    if "birth_date" in facts:
        party.birth_date = _born(facts["birth_date"])
    _check_names(party)
    party.name = display_name(party)
    spoken = f"{party.organisation} {party.given_names} {party.family_name}"
    party.name_key, party.sounds = name_key(spoken), sounds_of(f"{spoken} {party.birth_name}")


def display_name(party: Party) -> str:
    """`Müller, Dr. Erika`: people are looked for by their family name."""
    if party.kind == PartyKind.ORGANISATION:
        return party.organisation
    called = " ".join(filter(None, (party.academic_title, party.given_names)))
    return f"{party.family_name}, {called}" if called else party.family_name


def clean_address(facts: AddressFacts) -> AddressFacts:
    """As it is stored, all its fields. Raises InvalidFact."""
    clean: dict[str, Any] = {"kind": facts.get("kind", "")}
    if clean["kind"] not in AddressKind.values:
        raise InvalidFact("addresses", _("Diese Art von Anschrift gibt es nicht."))
    for name, longest in ADDRESS_TEXTS.items():
        clean[name] = one_line("addresses", str(cast(dict[str, Any], facts).get(name) or ""), longest)
    clean["valid_from"], clean["valid_to"] = facts.get("valid_from"), facts.get("valid_to")
    if clean["valid_from"] and clean["valid_to"] and clean["valid_to"] < clean["valid_from"]:
        raise InvalidFact("addresses", _("Die Anschrift endet, bevor sie beginnt. Bitte die beiden Tage prüfen."))
    _check_reached(clean)
    return cast(AddressFacts, clean)


def _check_names(party: Party) -> None:
    if party.kind == PartyKind.ORGANISATION:
        if not party.organisation:
            raise InvalidFact("organisation", _("Bitte sagen, wie die Organisation heißt."))
        if party.family_name or party.given_names or party.birth_name or party.birth_date:
            raise InvalidFact("kind", _("Vorname, Nachname und Geburtsdatum hat nur eine Person."))
        return
    if not party.family_name:
        raise InvalidFact("family_name", _("Bitte den Nachnamen angeben."))
    if party.organisation:
        raise InvalidFact("organisation", _("Den Namen einer Organisation hat nur eine Organisation."))


def _born(day: date | None) -> date | None:
    if day is not None and not EARLIEST_BIRTH <= day <= timezone.localdate():
        raise InvalidFact("birth_date", _("Das kann kein Geburtsdatum sein. Bitte die Jahreszahl prüfen."))
    return day


def _check_reached(clean: dict[str, Any]) -> None:
    if clean["kind"] in POSTAL:
        if clean["value"] or not clean["city"]:
            raise InvalidFact("addresses", _("Eine Postanschrift braucht wenigstens den Ort."))
        if not clean["country"] and clean["postcode"] and not re.fullmatch(r"\d{5}", clean["postcode"]):
            sentence = _("Eine deutsche Postleitzahl hat fünf Ziffern; für andere Länder bitte das Land angeben.")
            raise InvalidFact("addresses", sentence)
        return
    if any(clean[name] for name in ("addition", "street", "postcode", "city", "country")):
        raise InvalidFact("addresses", _("E-Mail und Telefon haben weder Straße noch Ort."))
    _check_value(clean["kind"], clean["value"])


def _check_value(kind: str, value: str) -> None:
    if kind == AddressKind.PHONE and not _PHONE.fullmatch(value):
        raise InvalidFact("addresses", _("Das ist keine Telefonnummer. Bitte so eingeben: 02364 933-0"))
    if kind == AddressKind.MAIL:
        try:
            validate_email(value)
        except ValidationError:
            raise InvalidFact("addresses", _("Das ist keine E-Mail-Adresse. Bitte auf Tippfehler prüfen.")) from None
