"""Persons in fields that lead to the register of parties: taken from there, called as they are called today, asked for.

The register stands above the fields, so it is asked by its name (docs/decisions/0022).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, OuterRef, Q, Subquery, TextField, UUIDField
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.records.fields.filling import Entered, InvalidFields
from dms.records.fields.models import FieldVersion
from dms.records.fields.values import Value, party_of


def entered_by(actor: Actor, entered: Entered, version: FieldVersion | None) -> dict[str, Value | None]:
    """As `Entered.under`; who was taken from the register is found there by this actor, and stands as whoever stands
    for them is called now. Raises InvalidFields: who may not be found is told like who does not exist."""
    values = entered.under(version)
    wanted = {key: party for key, value in values.items() if (party := party_of(value))}
    if not wanted:
        return values
    parties = _register().visible_to(actor).select_related("standing")
    found = {one.pk: one.standing or one for one in parties.filter(pk__in=wanted.values())}
    if unknown := [key for key, party in wanted.items() if party not in found]:
        sentence = _("Diesen Eintrag gibt es im Verzeichnis der Beteiligten nicht. Bitte noch einmal wählen.")
        raise InvalidFields(dict.fromkeys(unknown, sentence))
    for key, party in wanted.items():
        values[key] = _leading_to(found[party], values[key], typed=entered.typed)
    return values


@dataclass(frozen=True, slots=True)
class Register:
    """Who stands today for the parties to which values lead: a merger or another name rewrites no record."""

    standing: Mapping[UUID, Any]

    @classmethod
    def of(cls, values: Iterable[Mapping[str, Value]]) -> Register:
        """One query, none where nobody is from the register."""
        ids = {party for one in values for value in one.values() if (party := party_of(value))}
        rows = _register().filter(pk__in=ids).select_related("standing") if ids else ()
        return cls({row.pk: row.standing or row for row in rows})

    def today(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The same values, each person called as today."""
        return {key: self._today(value) for key, value in values.items()}

    def _today(self, value: Value) -> Value:
        party = party_of(value)
        stands = self.standing.get(party) if party else None
        return {"name": stands.name, "party": str(stands.pk)} if stands else value


def whom_meant(actor: Actor, records: Any, key: str, text: str) -> Any:
    """Those whose field names somebody so: by a part of the name as it was entered or as it is in the register today,
    or by the id of an entry. Who may not be found there is not found here by a name of the register."""
    found = _register().visible_to(actor)
    if meant := _id_in(text):
        return records.filter(_leads_to(key, _with_merged(found.filter(pk=meant))))
    alias = f"party_{key}"
    records = records.alias(**{alias: _party_in(key), f"name_{key}": name_in(key)})
    called = _with_merged(found.called(text)).values("pk")
    return records.filter(Q(**{f"name_{key}__icontains": text}) | Q(**{f"{alias}__in": called}))


def name_in(key: str) -> Any:
    """As it was entered."""
    return KeyTextTransform("name", KeyTransform(key, F("field_values")))


def name_today(key: str) -> Any:
    """As it is called now, to sort by."""
    entry = _register().filter(pk=OuterRef(f"party_{key}"))
    now = entry.order_by().values_list(Coalesce("standing__name", "name"))[:1]
    return Coalesce(Subquery(now), name_in(key), output_field=TextField())


def with_party(records: Any, key: str) -> Any:
    """What `name_today` needs."""
    return records.alias(**{f"party_{key}": _party_in(key)})


def _leading_to(party: Any, value: Value, *, typed: bool) -> Value:
    """Somebody who goes on typing after the choice means another: the name alone stands then."""
    if typed and value["name"] not in {"", party.name}:
        return {"name": value["name"]}
    return {"name": party.name[:300], "party": str(party.pk)}


def _party_in(key: str) -> Any:
    return Cast(KeyTextTransform("party", KeyTransform(key, F("field_values"))), UUIDField())


def _leads_to(key: str, parties: Any) -> Q:
    """By the index of the values; one entry and those merged with it are few."""
    condition = Q(pk__in=[])
    for pk in parties.values_list("pk", flat=True):
        condition |= Q(field_values__contains={key: {"party": str(pk)}})
    return condition


def _with_merged(parties: Any) -> Any:
    """These, whoever stands for them, and all for whom that one stands."""
    stands = parties.values_list(Coalesce("standing_id", "pk"))
    return _register().filter(Q(pk__in=stands) | Q(standing__in=stands))


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _register() -> Any:
    return apps.get_model("records.Party").objects.all()
