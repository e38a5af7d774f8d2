"""Who asks, and what of the records that person may see: every view begins here. What may not be seen is not found."""

from __future__ import annotations

from typing import Any, TypeVar, cast
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from dms.access.actors import Actor, actor_for
from dms.access.models import User
from dms.access.permissions import Permission
from dms.access.rule import allowed_scopes
from dms.records.documents.versions import version_of
from dms.records.models import Document, DocumentVersion, Page
from dms.records.opening import opened
from dms.records.protection.reading import SESSION_KEY, Way
from frontend.asked import whole_number
from ingest.models import InboxItem

M = TypeVar("M", bound=Model)


def actor_of(request: HttpRequest) -> Actor:
    """The same object for the whole request, so that its scopes are looked up once."""
    known: Actor | None = getattr(request, "registratur_actor", None)
    if known is None:
        known = actor_for(cast(User, request.user), request.session.get(SESSION_KEY, {}))
        cast(Any, request).registratur_actor = known
    return known


def may_anywhere(request: HttpRequest, permission: Permission) -> bool:
    """Whether a page should offer this at all; the service still decides about each thing."""
    return bool(allowed_scopes(actor_of(request), permission))


def opened_or_404(request: HttpRequest, rows: QuerySet[M], key: UUID | str, way: Way | None = Way.PART) -> M:
    """Among `rows`, which are those that the person may see; what is no id is not there.

    In which `way` it is read; None: nothing of its content is shown. Raises PurposeNeeded.
    """
    try:
        found = opened(actor_of(request), rows, key if isinstance(key, UUID) else UUID(key), way)
    except ValueError:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def document_or_404(request: HttpRequest, document_id: UUID, way: Way | None = Way.PART) -> Document:
    """As `opened_or_404`."""
    documents = Document.objects.visible_to(actor_of(request)).with_current_version()
    return cast(Document, opened_or_404(request, documents, document_id, way))


def version_or_404(request: HttpRequest, document: Document) -> DocumentVersion:
    """The one that the address names by `version`, else the current one."""
    asked = request.GET.get("version")
    version = version_of(document, whole_number(asked) or 0) if asked else version_of(document)
    if version is None:
        raise Http404
    return version


def page_or_404(request: HttpRequest, document_id: UUID, number: int) -> Page:
    version = version_or_404(request, document_or_404(request, document_id))
    return get_object_or_404(Page.objects.filter(version=version), number=number)


def item_or_404(request: HttpRequest, item_id: UUID) -> InboxItem:
    return cast(InboxItem, get_object_or_404(InboxItem.objects.reachable_by(actor_of(request)), pk=item_id))
