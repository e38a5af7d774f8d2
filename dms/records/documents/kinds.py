"""What may stand where the kind of a document is asked for: a kind, "unsure", or a person's word that none fits."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext as _

from dms.records.models import Document, DocumentKind, KindSource

UNSURE = ""
NONE_FITS = "-"
"""Like UNSURE no slug of a kind; both stand beside the slugs in filters, facets and the search index."""


def kind_value(document: Document) -> str:
    """The slug of its kind, UNSURE or NONE_FITS."""
    if document.no_kind_fits:
        return NONE_FITS
    return document.kind_id or UNSURE


def kind_labels() -> dict[str, str]:
    """What people read, by value."""
    kinds = {slug: _(label) for slug, label in DocumentKind.objects.values_list("slug", "label")}
    return {UNSURE: _("unsicher"), NONE_FITS: _("keine passende Art"), **kinds}


def of_kinds(values: Collection[str]) -> Q:
    """Documents for which `kind_value` is one of these."""
    decided = Q(kind_source=KindSource.PERSON)
    condition = Q(kind_id__in=set(values) - {UNSURE, NONE_FITS})
    if UNSURE in values:
        condition |= Q(kind__isnull=True) & ~decided
    if NONE_FITS in values:
        condition |= Q(kind__isnull=True) & decided
    return condition
