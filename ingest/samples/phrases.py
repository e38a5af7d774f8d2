"""Keeps the phrases of each kind of letter apart in three shares, so that no model is judged by sentences it has seen.

Every list of phrases in `wording/` is dealt out like cards: first, second and mail share take turns. A list shorter
than three is common to all. The shares were written by the same hand: a good result on the mail share shows that the
model does not live on whole sentences, not that it knows how strangers write.
"""

from __future__ import annotations

import tomllib
from enum import IntEnum
from functools import cache
from pathlib import Path
from typing import Any

WORDING = Path(__file__).parent / "wording"


class Share(IntEnum):
    FIRST = 0
    SECOND = 1
    MAIL = 2


TRAINING = (Share.FIRST, Share.SECOND)


@cache
def read_wording(name: str) -> dict[str, Any]:
    """`name` is a kind's slug, "topics" or "common"."""
    return tomllib.loads((WORDING / f"{name}.toml").read_text(encoding="utf-8"))


def share_of(phrases: list[str], shares: tuple[Share, ...]) -> list[str]:
    """The phrases that letters of these shares may use; all, when there are too few to deal out."""
    if len(phrases) < len(Share):
        return phrases
    return [phrase for number, phrase in enumerate(phrases) if number % len(Share) in shares]
