"""Which entry of the file plan somebody means who types a number or words to say where a dossier stands."""

from __future__ import annotations

from dataclasses import dataclass

from dms.access.actors import Actor
from dms.access.rule import visible
from dms.audit.events import RULES, Event
from dms.records.plan.models import EntryState, PlanEntry

MOST = 12
_NEAREST = 5
_NEAR = 0.3
"""The share of a word's letters in threes that an entry holds: `Gewerbeanmeldung` leads to `Gewerbe` still."""
_BESIDE_BEST = 0.5
"""The share of what the nearest entry has in common: `Baugenehmigung` does not lead to everything that ends in -ung."""


@dataclass(frozen=True, slots=True)
class MeantEntries:
    """`choices` with the best first, only `near` where no word fits; `entry` where there is no doubt."""

    entry: PlanEntry | None
    choices: list[PlanEntry]
    number: int
    """Of all that fit, though no more than MOST are offered."""
    near: bool = False


def entries_meant(actor: Actor, typed: str) -> MeantEntries:
    """Among the active entries below which the actor may open a dossier."""
    words = " ".join(typed.replace("\0", "").split())
    permission = RULES[Event.DOSSIER_OPENED].permission
    open_to_actor = visible(PlanEntry.objects.visible_to(actor).filter(state=EntryState.ACTIVE), actor, permission)
    if not words:
        return MeantEntries(None, list(open_to_actor[:MOST]), open_to_actor.count())
    found: list[PlanEntry] = sorted(
        open_to_actor.matching(words),  # type: ignore[attr-defined]
        key=lambda entry: (words.casefold() not in _names(entry), not _says_so_itself(entry, words)),
    )
    if found:
        named = [entry for entry in found if words.casefold() in _names(entry)]
        certain = found[0] if len(named) == 1 or len(found) == 1 else None
        return MeantEntries(certain, found[:MOST], len(found))
    nearest = _nearest(words, list(open_to_actor))
    return MeantEntries(None, nearest, len(nearest), near=True)


def _names(entry: PlanEntry) -> set[str]:
    return {name.casefold() for name in (entry.number, entry.title, str(entry))}


def _says_so_itself(entry: PlanEntry, words: str) -> bool:
    """By its number or title, and not only by its description."""
    shown = str(entry).casefold()
    return all(word in shown for word in words.casefold().split())


def _nearest(words: str, entries: list[PlanEntry]) -> list[PlanEntry]:
    wanted = _threes(words)
    shared = {entry: len(wanted & _threes(f"{entry.title} {entry.description}")) for entry in entries}
    fewest = max(_NEAR * len(wanted), _BESIDE_BEST * max(shared.values(), default=0))
    near = [entry for entry in entries if wanted and shared[entry] >= fewest]
    return sorted(near, key=lambda entry: -shared[entry])[:_NEAREST]


def _threes(text: str) -> set[str]:
    words = ("".join(filter(str.isalpha, word)) for word in text.casefold().split())
    return {word[start : start + 3] for word in words for start in range(len(word) - 2)}
