"""Items of the inbox ticked off as settled, taken up again or run again, any number at once; and what malware needs."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed, can
from dms.audit.lifecycle import NotPossible
from frontend.people import actor_of, item_or_404
from ingest.models import InboxItem
from ingest.quarantine import is_quarantined
from ingest.retries import RetryCannotHelp, item_retry
from ingest.settling import LONGEST_NOTE, item_reopen, item_settle

MOST_AT_ONCE = 200
JUST_SETTLED = "just_settled"
"""Ids in the session until the next page of the inbox, which offers to undo."""
COMMON_NOTES = (
    gettext_lazy("Noch einmal gescannt"),
    gettext_lazy("Absender um neue Fassung gebeten"),
    gettext_lazy("Auf anderem Weg bearbeitet"),
    gettext_lazy("Doppelt eingegangen"),
    gettext_lazy("Werbung oder nicht für uns"),
    gettext_lazy("Der IT gemeldet"),
)

Service = Callable[[Actor, InboxItem], InboxItem]


@require_http_methods(["GET", "HEAD", "POST"])
def settle(request: HttpRequest) -> HttpResponse:
    """Asks what became of the items, and ticks them off with the answer. Without a word it asks again."""
    given = request.POST if request.method == "POST" else request.GET
    items = chosen_items(request, given)
    back = way_back(request, given.get("back", ""))
    if not items:
        messages.info(request, _("Es war kein Eingang ausgewählt."))
        return redirect(back)
    # a button with a common note wins over what stands in the field
    note = (given.get("note", "") or given.get("words", "")).strip()
    if request.method != "POST" or not note:
        context = {
            "nav": "inbox", "items": items, "back": back, "common_notes": COMMON_NOTES, "longest_note": LONGEST_NOTE,
            "note_missing": request.method == "POST",
        }  # fmt: skip
        return render(request, "frontend/settle.html", context)
    done = _act_on_all(request, items, lambda actor, item: item_settle(actor, item, note))
    if done:
        text = ngettext("%(count)d Eingang ist abgehakt.", "%(count)d Eingänge sind abgehakt.", len(done))
        messages.success(request, text % {"count": len(done)})
        request.session[JUST_SETTLED] = [str(item.pk) for item in done]
    return redirect(back)


@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    done = _act_on_all(request, chosen_items(request, request.POST), item_reopen)
    if done:
        text = ngettext("%(count)d Eingang ist wieder offen.", "%(count)d Eingänge sind wieder offen.", len(done))
        messages.success(request, text % {"count": len(done)})
    return redirect(way_back(request, request.POST.get("back", "")))


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    done = _act_on_all(request, chosen_items(request, request.POST), item_retry)
    if done:
        text = ngettext(
            "%(count)d Eingang wird noch einmal verarbeitet.",
            "%(count)d Eingänge werden noch einmal verarbeitet.",
            len(done),
        )
        messages.success(request, text % {"count": len(done)})
    return redirect(way_back(request, request.POST.get("back", "")))


@require_safe
def quarantine(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Warns before a file with malware is handed out."""
    item = item_or_404(request, item_id)
    if not is_quarantined(item) or not can(actor_of(request), Permission.INBOX_RETRY, item):
        raise Http404
    back = way_back(request, request.GET.get("back", ""))
    return render(request, "frontend/quarantine.html", {"nav": "inbox", "item": item, "back": back})


def chosen_items(request: HttpRequest, given: QueryDict) -> list[InboxItem]:
    """Those of the named items that this person may see, newest first; what is no id is passed over."""
    ids = [found for value in given.getlist("item")[:MOST_AT_ONCE] if (found := _uuid(value))]
    return list(InboxItem.objects.reachable_by(actor_of(request)).filter(pk__in=ids))


def way_back(request: HttpRequest, back: str) -> str:
    """An address of our own, or the inbox."""
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if safe and back.startswith("/") else reverse("inbox")


def _act_on_all(request: HttpRequest, items: list[InboxItem], service: Service) -> list[InboxItem]:
    """Each by itself, so that one that changed meanwhile holds up nobody; says how many were left as they are."""
    done: list[InboxItem] = []
    changed = forbidden = hopeless = 0
    for item in items:
        try:
            done.append(service(actor_of(request), item))
        except RetryCannotHelp:
            hopeless += 1
        except NotPossible:
            changed += 1
        except NotAllowed:
            forbidden += 1
    if changed:
        text = ngettext(
            "%(count)d Eingang hat sich inzwischen geändert und blieb, wie er ist.",
            "%(count)d Eingänge haben sich inzwischen geändert und blieben, wie sie sind.",
            changed,
        )
        messages.info(request, text % {"count": changed})
    if hopeless:
        text = ngettext(
            "%(count)d Eingang blieb, wie er ist: Ein neuer Versuch kann dort nicht helfen.",
            "%(count)d Eingänge blieben, wie sie sind: Ein neuer Versuch kann dort nicht helfen.",
            hopeless,
        )
        messages.info(request, text % {"count": hopeless})
    if forbidden:
        messages.error(request, _("Dafür fehlt Ihnen das Recht."))
    return done


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
