"""A new version of a document is handed in on its page, which then tells how far it is."""

from __future__ import annotations

from typing import BinaryIO, cast
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dms.access.rule import NotAllowed
from dms.adapters.chosen import SystemClock
from dms.audit.lifecycle import NotPossible
from dms.ports import StoreUnavailable
from dms.records.documents.facts import InvalidFact
from dms.records.models import Document
from frontend.asked import whole_number
from frontend.people import actor_of, document_or_404
from frontend.versions import hand_in_of
from frontend.views.uploads import is_too_large, say_not_stored
from ingest.hand_in import version_hand_in
from ingest.intake import Delivery
from ingest.models import Source


@require_POST
def hand_in(request: HttpRequest, document_id: UUID) -> HttpResponse:
    found = document_or_404(request, document_id)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("Es war keine Datei ausgewählt."))
    elif not is_too_large(request, file):
        _hand_in(request, found, file)
    return redirect("document", document_id)


@require_safe
def progress(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The notice alone, for the page that asks every few seconds. `seen` is the version that it shows as current."""
    found = document_or_404(request, document_id)
    is_newer = found.version_number != (whole_number(request.GET.get("seen")) or found.version_number)
    row = None if is_newer else hand_in_of(actor_of(request), found)
    context = {"document": found, "hand_in": row, "seen": found.version_number, "is_newer": is_newer}
    return render(request, "frontend/versions/hand_in.html", context)


def _hand_in(request: HttpRequest, document: Document, file: UploadedFile) -> None:
    """Tells the person what became of it."""
    name = file.name or ""
    try:
        version_hand_in(
            actor_of(request),
            document,
            cast(BinaryIO, file),
            Delivery(filename=name, source=Source.UPLOAD),
            comment=request.POST.get("comment", ""),
            expected=request.POST.get("expected") or None,
            clock=SystemClock(),
        )
    except NotAllowed:
        messages.error(request, _("Dafür fehlt Ihnen das Recht."))
    except (NotPossible, InvalidFact) as refusal:
        messages.error(request, str(refusal))
    except StoreUnavailable:
        say_not_stored(request, name)
    else:
        messages.success(request, _("„{name}“ ist angenommen und wird gelesen.").format(name=name))
