"""What may be meant by whoever wants to join something: things of the same sort by their number and words."""

from __future__ import annotations

from django.db.models import Q

from dms.access.actors import Actor
from dms.records.relations.relating import Thing, sort_of, visible_things

MOST = 20


def things_matching(actor: Actor, words: str, near: Thing) -> list[Thing]:
    """Of the sort of `near`, which is not among them; only what the actor may see."""
    sort = sort_of(near)
    found = visible_things(actor, sort).exclude(pk=near.pk)
    if sort == "dossier":
        return list(found.matching(words, actor)[:MOST])
    numbered = Q(reference_number__istartswith=words.strip()) if sort == "case" else Q()
    said = Q()
    for word in words.split():
        said &= Q(title__icontains=word) if sort == "case" else Q(title__icontains=word) | Q(sender__icontains=word)
    return list(found.filter(numbered | said if numbered else said)[:MOST])
