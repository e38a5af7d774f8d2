"""A person puts a document right on its page: its facts, its kind, and the last correction taken back.

With htmx the details beside the pages come back, so that page and zoom stay where they are; without, the whole page.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from dms.records.documents.corrections import document_correct, document_set_kind
from dms.records.documents.facts import InvalidFact
from dms.records.documents.kinds import NONE_FITS
from dms.records.documents.undo import document_undo
from dms.records.meanwhile import ChangedMeanwhile, state_digest
from dms.records.models import Document, DocumentKind
from frontend.fact_fields import Refused, is_fact, read_fact
from frontend.notices import Tone
from frontend.people import actor_of, document_or_404
from frontend.saved import Saved, changed_meanwhile, note_saved
from frontend.views.document import details_context, page_context

LEVELS = {Tone.GOOD: messages.SUCCESS, Tone.WARNING: messages.WARNING}


@require_POST
def correct(request: HttpRequest, document_id: UUID, name: str) -> HttpResponse:
    """One fact, by the field `value` as people type it."""
    if not is_fact(name):
        raise Http404
    typed = request.POST.get("value", "")

    def act(found: Document) -> Document:
        return document_correct(actor_of(request), found, read_fact(name, typed), expected=expected_in(request))

    try:
        return answer(request, *do(request, document_id, act))
    except InvalidFact as error:
        return _refuse(request, document_id, Refused(name, typed, str(error)))
    except NotPossible:
        sentence = changed_meanwhile(request, document_or_404(request, document_id), fact=name)
        return _refuse(request, document_id, Refused(name, typed, sentence))


@require_POST
def set_kind(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Confirms or corrects the kind."""
    slug = request.POST.get("kind", "")

    def act(found: Document) -> Document:
        kind = None if slug == NONE_FITS else get_object_or_404(DocumentKind, pk=slug)
        return document_set_kind(actor_of(request), found, kind=kind, expected=expected_in(request))

    return _do_or_say(request, document_id, act)


@require_POST
def undo(request: HttpRequest, document_id: UUID) -> HttpResponse:
    def act(found: Document) -> Document:
        return document_undo(actor_of(request), found, now=timezone.now())

    return _do_or_say(request, document_id, act, done=_("Zurückgenommen."))


def expected_in(request: HttpRequest) -> str | None:
    """What the document looked like where the form was shown."""
    return request.POST.get("expected") or None


def do(request: HttpRequest, document_id: UUID, act: Callable[[Document], Document]) -> tuple[Document, Saved | None]:
    """With what is to be said if it is not the usual. Raises Http404, InvalidFact, NotPossible."""
    found = document_or_404(request, document_id)
    try:
        changed = act(found)
    except NotAllowed as error:
        raise Http404 from error
    if state_digest(changed) == state_digest(found):
        return changed, Saved(_("Unverändert: Das stand schon da."))
    note_saved(request, changed)
    return changed, None


def _do_or_say(
    request: HttpRequest, document_id: UUID, act: Callable[[Document], Document], *, done: str = ""
) -> HttpResponse:
    """For what is one click: there is nothing typed that would have to be kept."""
    try:
        changed, saved = do(request, document_id, act)
    except NotPossible as refusal:
        found = document_or_404(request, document_id)
        stale = isinstance(refusal, ChangedMeanwhile)
        sentence = changed_meanwhile(request, found) if stale else str(refusal)
        return answer(request, found, Saved(sentence, Tone.WARNING))
    return answer(request, changed, saved or (Saved(done) if done else None))


def answer(request: HttpRequest, document: Document, saved: Saved | None = None) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        if saved:
            messages.add_message(request, LEVELS[saved.tone], saved.text)
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{reverse('document', args=[document.pk])}{query}")
    context: dict[str, Any] = details_context(request, document)
    return render(request, "frontend/document_changed.html", {**context, "saved": saved or context["saved"]})


def _refuse(request: HttpRequest, document_id: UUID, refused: Refused) -> HttpResponse:
    """The form stays open, with what was typed, and says why; no notice about anything else stands beside that.

    To htmx this is an answer like others: browsers note every 4xx.
    """
    found = document_or_404(request, document_id)
    if request.headers.get("HX-Request"):
        context = details_context(request, found, refused=refused)
        return render(request, "frontend/document_changed.html", {**context, "saved": None})
    context = {**page_context(request, found, refused=refused), "saved": None}
    return render(request, "frontend/document.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
