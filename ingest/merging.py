"""Merges documents that lie in one place into a new one, their pages behind each other in the order given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from django.utils.translation import gettext as _

from dms.access.actors import Actor
from dms.audit.lifecycle import NotPossible
from dms.ports import Clock
from dms.records.documents.facts import InvalidFact, one_line
from dms.records.documents.versions import LONGEST_COMMENT
from dms.records.models import Document
from ingest.assembling import all_pages, assembled
from ingest.deriving import Made, documents_take_in, fit_version, taken_before
from ingest.intake import Receipt
from ingest.models import Source
from ingest.work.storable import storable

MOST_DOCUMENTS = 50


class NotInOnePlace(NotPossible):
    code = "not_in_one_place"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Zusammenfügen lassen sich nur Dokumente, die an derselben Stelle liegen: in einer Akte, einem Vorgang "
                "oder im Posteingang. Bitte zuerst verschieben."
            )
        )


def documents_merge(
    actor: Actor, documents: Sequence[Document], *, comment: str = "", once: str | None = None, clock: Clock
) -> Receipt:
    """One new document of all their pages, where they lie; they stay as they are. Repeats safely with `once`.

    Raises NotInOnePlace, and what `document_split` raises.
    """
    if not 2 <= len(documents) <= MOST_DOCUMENTS or len({one.pk for one in documents}) != len(documents):
        sentence = _("Bitte zwei bis {most} verschiedene Dokumente auswählen.")
        raise InvalidFact("documents", sentence.format(most=MOST_DOCUMENTS))
    if before := taken_before(actor, once, documents):
        return before[0]
    now, why = clock.now(), one_line("comment", comment, LONGEST_COMMENT)
    versions = [fit_version(actor, document, now) for document in documents]
    if len({(one.scope_id, one.dossier_id, one.case_id) for one in documents}) > 1:
        raise NotInOnePlace
    told = why or _told(documents)
    with assembled([[all_pages(version) for version in versions]]) as [path]:
        marked = _("(zusammengefügt)")
        name = f"{PurePath(versions[0].name).stem[:200]} {marked}.pdf"
        made = [Made(path, name, storable(told))]
        [receipt] = documents_take_in(
            actor, documents, made, Source.MERGE, reason=storable(told), once=once, expected=None, now=now
        )
    return receipt


def _told(documents: Sequence[Document]) -> str:
    """In words, without titles: who reads the history of one may not see the others."""
    return _("{n} Dokumente zu einem neuen").format(n=len(documents))
