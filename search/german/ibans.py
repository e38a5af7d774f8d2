"""Which stretches of a text are account numbers (IBAN, ISO 13616), in any grouping and over line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LENGTHS = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18
    FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21
    MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25
    SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
"""
_LENGTH = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}
"""Signs of an IBAN by country, from the registry that SWIFT keeps for ISO 13616."""
_BEGINNING = re.compile(r"\b[A-Za-z]{2} ?[0-9]{2}")
_SIGN = re.compile(r"[-. \u00a0]{0,2}(?:\r?\n[ \u00a0]*)?([A-Za-z0-9])")
_FIGURES_ONLY = {"DE", "AT", "BE", "DK", "ES", "FI", "HU", "NO", "PL", "SE"}
_MISREAD = str.maketrans("OoIlSB", "001158")


def find_ibans(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and the number without spaces, where its check digits are right.

    Where a country's numbers hold figures only, letters that look like figures are read as such: a false number would
    pass the check digits once in 97 times.
    """
    position = 0
    while match := _BEGINNING.search(text, position):
        found = _read(text, match.start())
        if found:
            yield match.start(), *found
        position = found[0] if found else match.start() + 2


def _read(text: str, start: int) -> tuple[int, str] | None:
    country = text[start : start + 2].upper()
    signs, end = country, start + 2
    while len(signs) < _LENGTH.get(country, 0):
        sign = _SIGN.match(text, end)
        if not sign:
            return None
        signs, end = signs + sign.group(1), sign.end()
    if country not in _LENGTH or text[end : end + 1].isalnum():
        return None
    body = signs[2:].translate(_MISREAD) if country in _FIGURES_ONLY else signs[2:].upper()
    figures = sum(sign.isdigit() for sign in body)
    if figures < (len(body) if country in _FIGURES_ONLY else len(body) / 2):
        return None
    return (end, country + body) if _is_right(country + body) else None


def _is_right(number: str) -> bool:
    """The check digits by ISO 7064, mod 97-10."""
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1
