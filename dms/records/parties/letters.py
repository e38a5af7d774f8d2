"""A postal address as it stands in the window of a letter (DIN 5008)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dms.records.parties.models import AddressKind, Party, PartyAddress, PartyKind


def letter_lines(party: Party, address: PartyAddress) -> list[str]:
    """From the name down to the country, without empty lines; only of a postal address."""
    street = address.street
    if address.kind == AddressKind.POST_BOX and street and not street.casefold().startswith("postfach"):
        street = _("Postfach {number}").format(number=street)
    place = " ".join(filter(None, (address.postcode, address.city)))
    return list(filter(None, (addressee(party), address.addition, street, place, address.country.upper())))


def addressee(party: Party) -> str:
    """`Dr. Erika Müller`, as one writes to her."""
    if party.kind == PartyKind.ORGANISATION:
        return party.organisation
    return " ".join(filter(None, (party.academic_title, party.given_names, party.family_name)))


def in_one_line(address: PartyAddress) -> str:
    """`Lindenweg 4, 45721 Haltern am See`, or the number or mail address itself."""
    place = " ".join(filter(None, (address.postcode, address.city)))
    return address.value or ", ".join(filter(None, (address.addition, address.street, place, address.country)))
