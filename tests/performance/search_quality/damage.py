"""What scanners and fingers do to words: the usual confusions of signs, at a given rate."""

from __future__ import annotations

import random
import re

_LOOKALIKES = """
    rn:m m:rn ri:n n:ri cl:d d:cl ii:u u:ii ü:ii li:h h:li h:b b:h l:1 1:l l:i i:l i:j j:i 0:O O:0 o:0 o:a a:o e:c c:e
    5:S S:5 s:5 8:B B:8 t:f f:t q:g g:q u:n n:u v:y y:v vv:w w:vv ä:a ö:o ü:u ß:B ß:b f:s s:f I:l l:I
"""
_CONFUSED: dict[str, list[str]] = {}
for _pair in _LOOKALIKES.split():
    _CONFUSED.setdefault(_pair.partition(":")[0], []).append(_pair.partition(":")[2])
_LETTERS = "abcdefghijklmnopqrstuvwxyzäöü.,'"
_PLAIN_SHARE = 0.2
_KEYBOARD = ("qwertzuiopü", "asdfghjklöä", "yxcvbnm")
_LONG = re.compile(r"[^\W\d_]{6,}")


def damage(text: str, rate: float, chance: random.Random) -> str:
    """About `rate` of the signs are read wrongly, a fifth of them by no rule."""
    pieces: list[str] = []
    place = 0
    while place < len(text):
        sign, taken = text[place], 1
        if not sign.isspace() and chance.random() < rate:
            sign, taken = _misread(text, place, chance)
        pieces.append(sign)
        place += taken
    return "".join(pieces)


def _misread(text: str, place: int, chance: random.Random) -> tuple[str, int]:
    """What stands there instead, and how many signs it stands for."""
    one, two = text[place], text[place : place + 2]
    if chance.random() < _PLAIN_SHARE:
        return chance.choice(("", " ", one + chance.choice(_LETTERS), chance.choice(_LETTERS))), 1
    known = [(seen, 2) for seen in _CONFUSED.get(two, ())] + [(seen, 1) for seen in _CONFUSED.get(one, ())]
    return chance.choice(known) if known else (chance.choice(_LETTERS), 1)


def mistype(typed: str, chance: random.Random) -> str | None:
    """One slip in one long word: a letter dropped, doubled, swapped with the next, or the key beside it; never the
    first letter. None when no word is long enough."""
    words = list(_LONG.finditer(typed))
    if not words:
        return None
    word = chance.choice(words)
    place = chance.randrange(word.start() + 1, word.end() - 1)
    sign, after = typed[place], typed[place + 1]
    slip = chance.choice(("drop", "double", "swap", "beside"))
    if slip == "swap" and sign != after:
        return typed[:place] + after + sign + typed[place + 2 :]
    if slip == "double":
        return typed[:place] + sign + typed[place:]
    if slip == "beside" and (keys := _beside(sign)):
        return typed[:place] + chance.choice(keys) + typed[place + 1 :]
    return typed[:place] + typed[place + 1 :]


def _beside(sign: str) -> str:
    for row in _KEYBOARD:
        if (place := row.find(sign)) >= 0:
            return row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
    return ""
