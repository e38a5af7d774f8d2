"""What the seals in the object store bear witness to: how long each chain was, and which hash stood at its end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from dms.audit.models import SEAL_PREFIX, Seal
from dms.audit.seals import FIRST
from dms.ports import ObjectDamaged, ObjectMissing, ObjectStore


@dataclass(frozen=True, slots=True)
class Witness:
    """Seal `number` says: event `length` of this chain has the hash `head`."""

    number: int
    length: int
    head: str


@dataclass(slots=True)
class Anchor:
    """All witnesses by chain, in the order of the seals; and what is wrong with the seals themselves."""

    seals: int = 0
    witnesses: dict[str, list[Witness]] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Which seal, and what about it."""

    def lengths(self, chain: str) -> frozenset[int]:
        """At which events of the chain somebody bears witness."""
        return frozenset(witness.length for witness in self.witnesses.get(chain, []))

    def contradiction(self, chain: str, hashes: dict[int, str]) -> tuple[int, str] | None:
        """From which event on the chain is not what was sealed, and how that shows; `hashes` by number of event.

        A chain made anew in full fits together: the change itself lies somewhere after the last event that a seal
        still agrees with.
        """
        agreed = 0
        for witness in self.witnesses.get(chain, []):
            if witness.length not in hashes:
                return agreed + 1, f"seal {witness.number} knows {witness.length} events: some are missing"
            if hashes[witness.length] != witness.head:
                return (
                    agreed + 1,
                    f"rewritten here or later: seal {witness.number} speaks against event {witness.length}",
                )
            agreed = witness.length
        return None


def read_anchor(store: ObjectStore, expected: dict[int, str] | None = None) -> Anchor:
    """Reads all seals of the store; `expected` are digests, by number, that were noted elsewhere.

    A line per chain and seal is held in memory: 150 bytes or so. Read before the events are: these only grow, so what
    is sealed meanwhile does no harm. Raises StoreUnavailable.
    """
    anchor, previous = Anchor(), FIRST
    wanted = dict(expected or {})
    keys = sorted(store.keys(SEAL_PREFIX))
    known = {seal.number: seal for seal in Seal.objects.defer("body")}
    for number, key in enumerate(keys, start=1):
        with store.read(key) as stream:
            body = stream.read()
        digest = hashlib.sha256(body).hexdigest()
        if fault := _fault(body, digest, number, previous, known.pop(number, None), wanted.pop(number, None)):
            anchor.faults.append((f"seal {number}", fault))
            return anchor
        for chain, length, head in _heads(body):
            anchor.witnesses.setdefault(chain, []).append(Witness(number, length, head))
        anchor.seals, previous = number, digest
    missing = [number for number, seal in known.items() if not _is_there(store, seal)] + list(wanted)
    anchor.faults += [(f"seal {number}", "it is not in the object store") for number in sorted(missing)[:1]]
    return anchor


def _is_there(store: ObjectStore, seal: Seal) -> bool:
    """It may have come there since the keys were listed."""
    try:
        store.verify(seal.key, seal.sha256)
    except (ObjectMissing, ObjectDamaged):
        return False
    return True


def _fault(body: bytes, digest: str, number: int, previous: str, known: Seal | None, noted: str | None) -> str:
    """Empty when this is the seal that belongs here."""
    try:
        opening = json.loads(body.partition(b"\n")[0])
        stands = (opening["number"], opening["previous"])
    except (ValueError, KeyError, TypeError):
        return "it cannot be read"
    if stands[0] != number:
        return f"seal {stands[0]} stands here: one was removed or put in"
    if stands[1] != previous:
        return "it does not follow the seal before it"
    if known is None:
        return "the database does not know it: it was set back to an earlier state"
    if known.sha256 != digest:
        return "the database knows another one of this number"
    return "it is another one than the noted digest says" if noted not in {None, digest} else ""


def _heads(body: bytes) -> Iterator[tuple[str, int, str]]:
    for line in body.decode().splitlines()[1:]:
        chain, length, head = json.loads(line)
        yield chain, length, head
