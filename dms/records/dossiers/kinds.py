"""Which kind a dossier is of, and its fields under that kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.records.documents.facts import InvalidFact
from dms.records.dossiers.describing import DossierFacts
from dms.records.dossiers.models import Dossier
from dms.records.fields.filling import Entered, begun, entered_into, filled_of, put_into, versions_told
from dms.records.fields.keeping import current_version
from dms.records.fields.models import DossierKind, KindState
from dms.records.fields.persons import entered_by
from dms.records.plan.models import PlanEntry


def default_kind(entry: PlanEntry) -> DossierKind | None:
    """Which the entry names, or the nearest one above that names any. A retired kind is given to nothing new."""
    line = [entry.pk, *reversed(entry.ancestors)]
    named = PlanEntry.objects.filter(pk__in=line, dossier_kind__isnull=False).select_related("dossier_kind")
    nearest = min(named, key=lambda one: line.index(one.pk), default=None)
    kind: DossierKind | None = nearest.dossier_kind if nearest else None
    return kind if kind and kind.state == KindState.ACTIVE else None


def begin_fields(actor: Actor, dossier: Dossier, facts: DossierFacts) -> None:
    """Of a dossier that is being opened. Raises InvalidFact, InvalidFields."""
    kind = facts["kind"] if "kind" in facts else default_kind(dossier.plan_entry)
    _refuse_retired(kind)
    version = current_version(kind)
    dossier.kind = kind
    put_into(dossier, begun(version, entered_by(actor, facts.get("fields", Entered()), version)))


def change_fields(actor: Actor, dossier: Dossier, facts: DossierFacts) -> Mapping[str, Any]:
    """Of a dossier under its lock; whoever names neither kind nor fields leaves them as they are.

    Gives what the event tells beside the values. Raises InvalidFact, InvalidFields.
    """
    if "kind" not in facts and "fields" not in facts:
        return {}
    kind = facts.get("kind", dossier.kind)
    if kind != dossier.kind:
        _refuse_retired(kind)
    stood, version = filled_of(dossier), current_version(kind)
    dossier.kind = kind
    entered = entered_by(actor, facts.get("fields", Entered()), version)
    put_into(dossier, entered_into(stood, version, entered))
    return versions_told(stood.version, version)


def _refuse_retired(kind: DossierKind | None) -> None:
    if kind is not None and DossierKind.objects.get(pk=kind.pk).state != KindState.ACTIVE:
        raise InvalidFact("kind", _("Diese Aktenart ist stillgelegt. Bitte eine andere wählen."))
