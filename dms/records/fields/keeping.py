"""Services by which the registry keeps the kinds of dossiers, and who may: they hold wherever the file plan does."""

from __future__ import annotations

import re
from typing import TypedDict

from django.db import models, transaction
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.documents.facts import InvalidFact, one_line
from dms.records.fields.models import CHAIN, DossierKind, FieldVersion, KindState
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import DocumentKind
from dms.records.plan.models import FilePlan

LONGEST_LABEL = 100
LONGEST_DESCRIPTION = 300
Kind = DossierKind | DocumentKind


class KindFacts(TypedDict, total=False):
    """Only what is to change."""

    label: str
    description: str
    state: str


def authority() -> FilePlan | None:
    """Whoever may change kinds in its scope may change all of them: kinds are the same in the whole town."""
    plan: FilePlan | None = FilePlan.objects.order_by("valid_from", "version").last()
    return plan


def may_change_kinds(actor: Actor) -> bool:
    return can(actor, Permission.KINDS_CHANGE, authority())


def sees_kinds(actor: Actor) -> bool:
    """Whoever sees any part of the file plan sees which kinds there are, and their fields."""
    plan = authority()
    return plan is not None and FilePlan.objects.visible_to(actor).filter(pk=plan.pk).exists()


def current_version(kind: Kind | None) -> FieldVersion | None:
    """None where the kind never had fields."""
    return versions_of(kind).first() if kind else None


def versions_of(kind: Kind) -> models.QuerySet[FieldVersion]:
    """The newest first."""
    owner = "dossier_kind" if isinstance(kind, DossierKind) else "document_kind"
    return FieldVersion.objects.filter(**{owner: kind}).order_by("-number")


def kind_create(actor: Actor, slug: str, facts: KindFacts) -> DossierKind:
    """Without fields at first. Raises NotAllowed, InvalidFact."""
    clean = _clean({"label": "", **facts})
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", slug):
        raise InvalidFact("slug", _("Ein Kürzel besteht aus kleinen Buchstaben, Ziffern und -, etwa building."))
    with change(actor, Event.DOSSIER_KIND_CREATED, chain=CHAIN, scope=authority()) as opened:
        if DossierKind.objects.filter(pk=slug).exists():
            raise InvalidFact("slug", _("Dieses Kürzel hat schon eine andere Art."))
        _refuse_double(clean, slug)
        kind = DossierKind(slug=slug, **clean)
        opened.save(kind)
    return kind


def kind_change(actor: Actor, kind: DossierKind, facts: KindFacts, *, expected: str | None = None) -> DossierKind:
    """A retired kind is given to no further dossier; those that have it keep it.

    Raises NotAllowed, InvalidFact, ChangedMeanwhile.
    """
    clean = _clean(facts)
    with transaction.atomic():
        fresh = DossierKind.objects.select_for_update().get(pk=kind.pk)
        with change(actor, Event.DOSSIER_KIND_CHANGED, chain=CHAIN, scope=authority()) as opened:
            refuse_if_changed(fresh, expected, changed_meanwhile())
            _refuse_double(clean, fresh.slug)
            for name, value in clean.items():
                setattr(fresh, name, value)
            opened.save(fresh)
    return fresh


def changed_meanwhile() -> str:
    return _("Die Art wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen.")


def _clean(facts: KindFacts) -> KindFacts:
    clean = KindFacts()
    if "label" in facts:
        clean["label"] = one_line("label", facts["label"], LONGEST_LABEL)
        if not clean["label"]:
            raise InvalidFact("label", _("Eine Art braucht eine Bezeichnung."))
    if "description" in facts:
        clean["description"] = one_line("description", facts["description"], LONGEST_DESCRIPTION)
    if "state" in facts:
        if facts["state"] not in KindState.values:
            raise InvalidFact("state", _("Vorgesehen sind aktiv und stillgelegt."))
        clean["state"] = facts["state"]
    return clean


def _refuse_double(clean: KindFacts, slug: str) -> None:
    if "label" in clean and DossierKind.objects.filter(label=clean["label"]).exclude(pk=slug).exists():
        raise InvalidFact("label", _("Diese Bezeichnung hat schon eine andere Art."))
