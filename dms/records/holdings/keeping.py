"""Services that keep the volumes of a dossier: open, describe, fill, close, reopen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict, cast

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.door import change
from dms.audit.events import RULES, Event
from dms.audit.lifecycle import NotPossible
from dms.records.documents.facts import one_line
from dms.records.dossiers.closing import DossierClosed
from dms.records.dossiers.describing import LONGEST_TITLE, DossierFacts, clean_dossier
from dms.records.dossiers.keeping import holding
from dms.records.dossiers.models import Case, Dossier, FileState, Medium
from dms.records.holdings.models import Volume, VolumeVerb
from dms.records.meanwhile import refuse_if_changed
from dms.records.models import Document

EVENTS = {
    VolumeVerb.DESCRIBE: Event.VOLUME_DESCRIBED,
    VolumeVerb.FILL: Event.VOLUME_FILLED,
    VolumeVerb.CLOSE: Event.VOLUME_CLOSED,
    VolumeVerb.REOPEN: Event.VOLUME_REOPENED,
}


class VolumeFacts(TypedDict, total=False):
    """Only what is to change."""

    title: str
    medium: str
    location: str


class VolumeClosed(NotPossible):
    code = "volume_closed"

    def __init__(self) -> None:
        super().__init__(_("Der Band ist abgeschlossen. Bitte einen offenen Band wählen oder einen neuen anlegen."))


def changed_meanwhile() -> str:
    return _("Der Band wurde inzwischen geändert. Bitte neu laden und noch einmal prüfen.")


def may_open_volume(actor: Actor, dossier: Dossier) -> bool:
    return dossier.state == FileState.OPEN and can(actor, Permission.DOSSIER_KEEP, dossier)


def volume_actions(actor: Actor, volume: Volume) -> list[VolumeVerb]:
    """What the actor can do with it now; in a closed dossier nothing. `volume.dossier` has come along."""
    if volume.dossier.state != FileState.OPEN:
        return []
    possible = volume.lifecycle.verbs(volume.state)
    return [
        verb
        for verb, event in EVENTS.items()
        if verb in possible and can(actor, RULES[event].permission, volume.dossier)
    ]


def volume_open(actor: Actor, dossier: Dossier, facts: VolumeFacts, *, now: datetime) -> Volume:
    """With the next number of the dossier. Raises NotAllowed, InvalidFact, DossierClosed."""
    clean = _clean(facts)
    with (
        holding(dossier.pk) as held,
        change(actor, Event.VOLUME_OPENED, chain=held.chain, scope=held, at=now) as opened,
    ):
        if held.state != FileState.OPEN:
            raise DossierClosed
        last = Volume.objects.filter(dossier=held).aggregate(last=Max("number"))["last"] or 0
        volume = Volume(dossier=held, number=last + 1, opened_at=now, **clean)
        opened.save(volume)
        opened.facts["volume"] = str(volume)
    return volume


def volume_describe(actor: Actor, volume: Volume, facts: VolumeFacts, *, expected: str | None = None) -> Volume:
    """Raises NotAllowed, InvalidFact, DossierClosed, NotPossible."""
    return _change(actor, volume, VolumeVerb.DESCRIBE, facts, expected=expected)


def volume_close(actor: Actor, volume: Volume, *, now: datetime, expected: str | None = None) -> Volume:
    """Nothing more comes in. Raises NotAllowed, DossierClosed, NotPossible."""
    return _change(actor, volume, VolumeVerb.CLOSE, {}, now=now, expected=expected)


def volume_reopen(actor: Actor, volume: Volume, *, reason: str, expected: str | None = None) -> Volume:
    """A right of its own. Raises NotAllowed, DossierClosed, NotPossible."""
    return _change(actor, volume, VolumeVerb.REOPEN, {}, reason=reason, expected=expected)


def put_into_volume(
    actor: Actor, dossier: Dossier, volume: Volume | None, things: Sequence[Case | Document], *, now: datetime
) -> None:
    """Cases and documents of this dossier lie in this volume from now on; None: in none.

    Raises NotAllowed, DossierClosed, VolumeClosed, NotPossible.
    """
    with transaction.atomic():
        fresh = [one for model in (Document, Case) for one in _held(model, things)]
        with holding(dossier.pk) as held:
            if held.state != FileState.OPEN:
                raise DossierClosed
            volumes = {one.pk: one for one in Volume.objects.select_for_update(of=("self",)).filter(dossier=held)}
            for one in fresh:
                if one.dossier_id != held.pk or (volume is not None and volume.pk not in volumes):
                    raise NotPossible(_("Das liegt nicht in dieser Akte. Bitte zuerst hierher verschieben."))
                _put(actor, one, volumes[volume.pk] if volume else None, volumes.get(one.volume_id), now)


def _put(actor: Actor, thing: Any, target: Volume | None, before: Volume | None, now: datetime) -> None:
    if target == before:
        return
    for volume in (target, before):
        if volume is not None and VolumeVerb.FILL not in volume.lifecycle.verbs(volume.state):
            raise VolumeClosed
    with change(actor, Event.VOLUME_FILLED, thing, chain=thing.chain, at=now) as opened:
        opened.target.volume = target
        opened.save(opened.target)
        opened.facts["volume"] = str(target) if target else ""


def _held(model: type[Any], things: Sequence[Case | Document]) -> list[Any]:
    """The rows of this sort among them, locked in the order of ids: documents before their dossier, as elsewhere."""
    keys = [one.pk for one in things if isinstance(one, model)]
    return list(model.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))


def _change(
    actor: Actor, volume: Volume, verb: VolumeVerb, facts: VolumeFacts, *, expected: str | None, reason: str = "",
    now: datetime | None = None,
) -> Volume:  # fmt: skip
    with (
        holding(volume.dossier_id) as held,
        change(actor, EVENTS[verb], volume, chain=held.chain, verb=verb, reason=reason, at=now) as opened,
    ):
        if held.state != FileState.OPEN:
            raise DossierClosed
        fresh: Volume = opened.target
        refuse_if_changed(fresh, expected, changed_meanwhile())
        for name, value in _clean(facts, fresh).items():
            setattr(fresh, name, value)
        fresh.closed_at = (fresh.closed_at or now) if fresh.state == FileState.CLOSED else None
        opened.save(fresh)
        opened.facts["volume"] = str(fresh)
    return fresh


def _clean(facts: VolumeFacts, stood: Volume | None = None) -> dict[str, Any]:
    """As it is stored. A volume needs no title: its number names it."""
    kept = clean_dossier(
        cast(DossierFacts, {name: value for name, value in facts.items() if name != "title"}),
        medium=stood.medium if stood else Medium.ELECTRONIC, location=stood.location if stood else "",
    )  # fmt: skip
    titled = {"title": one_line("title", facts["title"], LONGEST_TITLE)} if "title" in facts else {}
    return {**kept, **titled}
