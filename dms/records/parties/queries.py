"""Questions about parties; every list, search and count of them begins here, with what the actor may see."""

from __future__ import annotations

from typing import Any, Self

from django.apps import apps
from django.db.models import F, Func, Q, QuerySet, UUIDField

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import allowed_scopes, clearance_of
from dms.audit.models import RecordedQuerySet
from dms.records.dossiers.models import Dossier
from dms.records.parties.names import folded_words, sound_of, telling_words


class PartyQuerySet(RecordedQuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Those whom the actor keeps in the register, and those who take part in a dossier that the actor may read.

        Whoever sees one of several that were merged sees the one that stands for them. Those who are named in a field
        of a dossier or document are seen by whoever may read that.
        """
        known = Q(home__isnull=True) | Q(home__level__lte=clearance_of(actor))
        kept = known & Q(scope_id__in=allowed_scopes(actor, Permission.PARTY_KEEP))
        seen = apps.get_model("records.Participation").objects.visible_to(actor)
        read = Dossier.objects.readable_by(actor), apps.get_model("records.Document").objects.visible_to(actor)
        named = Q(pk__in=_named_in(read[0])) | Q(pk__in=_named_in(read[1]))
        direct = self.model.objects.filter(kept | Q(pk__in=seen.values("party_id")) | named)
        merged = direct.filter(standing__isnull=False).values("standing_id")
        return self.filter(Q(pk__in=direct.values("pk")) | Q(pk__in=merged))

    def standing_alone(self) -> Self:
        """Without those that were merged into another."""
        return self.filter(standing__isnull=True)

    def called(self, words: str) -> Self:
        """Each telling word is part of the name, whatever way it is spelt."""
        found = self
        for word in telling_words(words):
            found = found.filter(name_key__contains=word)
        return found if telling_words(words) else self.none()

    def matching(self, words: str) -> Self:
        """Each word is part of the name, whatever way it is spelt, or sounds like a part of it."""
        found = self
        for word in folded_words(words):
            alike = Q(name_key__contains=word) | Q(stands_for__name_key__contains=word)
            if sound := sound_of(word):
                alike |= Q(sounds__contains=[sound]) | Q(stands_for__sounds__contains=[sound])
            found = found.filter(alike)
        return found.distinct()


class ParticipationQuerySet(RecordedQuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Those in dossiers that the actor may read."""
        return self.filter(dossier__in=Dossier.objects.readable_by(actor))

    def of_party(self, party: Any) -> Self:
        """Also those of everybody who was merged into this one."""
        return self.filter(Q(party=party) | Q(party__standing=party))


def _named_in(records: QuerySet[Any]) -> QuerySet[Any]:
    """The ids of those to whom their fields lead; few records have any, and these stand in an index of their own."""
    each = Func(F("field_parties"), function="unnest", output_field=UUIDField())
    return records.exclude(field_parties=[]).order_by().values_list(each)
