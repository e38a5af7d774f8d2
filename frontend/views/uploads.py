"""Files from the plain upload form, for browsers without JavaScript; with it, they go to the REST door one by one."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from dms.access.rule import NotAllowed
from dms.adapters.chosen import SystemClock
from dms.ports import StoreUnavailable
from frontend.people import actor_of
from ingest.intake import Delivery, take_in
from ingest.models import Source
from ingest.scopes import inbox_scope_for

MEGABYTE = 1024 * 1024


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    files = request.FILES.getlist("file")
    if not files:
        messages.error(request, _("Es war keine Datei ausgewählt."))
    taken = sum(_take(request, file) for file in files)
    if taken:
        text = ngettext("%(count)d Datei wurde angenommen.", "%(count)d Dateien wurden angenommen.", taken)
        messages.success(request, text % {"count": taken})
    return redirect("inbox")


def _take(request: HttpRequest, file: UploadedFile) -> bool:
    """Tells the person what went wrong with this one file; the others go on."""
    name = file.name or ""
    if is_too_large(request, file):
        return False
    try:
        actor = actor_of(request)
        delivery = Delivery(filename=name, source=Source.UPLOAD)
        take_in(actor, cast(BinaryIO, file), delivery, scope=inbox_scope_for(actor), clock=SystemClock())
    except NotAllowed:
        messages.error(request, _("Sie dürfen keine Dateien einreichen."))
        return False
    except StoreUnavailable:
        say_not_stored(request, name)
        return False
    return True


def is_too_large(request: HttpRequest, file: UploadedFile) -> bool:
    """Says so, if it is."""
    too_large = (file.size or 0) > settings.UPLOAD_MAX_MB * MEGABYTE
    if too_large:
        text = _("„{name}“ ist größer als {limit} MB und wurde nicht angenommen.")
        messages.error(request, text.format(name=file.name or "", limit=settings.UPLOAD_MAX_MB))
    return too_large


def say_not_stored(request: HttpRequest, name: str) -> None:
    text = _("„{name}“ wurde nicht angenommen: Der Speicher antwortet nicht oder ist voll. Bitte später noch einmal.")
    messages.error(request, text.format(name=name))
