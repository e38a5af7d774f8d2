"""The plan entry or dossier that an address names, for pages that are about either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django.http import Http404, HttpRequest

from dms.access.actors import Actor
from dms.records.protection.scopes import Node
from frontend.people import actor_of
from frontend.views.dossiers import dossier_or_404
from frontend.views.plan import entry_or_404


def node_or_404(request: HttpRequest, key: Mapping[str, UUID], may: Callable[[Actor, Node], bool]) -> Node:
    """Only what the person may see, and where they `may` do what the page is for. It shows nothing of a content."""
    found: Node
    if "dossier_id" in key:
        found = dossier_or_404(request, key["dossier_id"], None)
    else:
        found = entry_or_404(request, key["entry_id"])
    if not may(actor_of(request), found):
        raise Http404
    return found
