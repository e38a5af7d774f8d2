"""The inbox page: what came in, how far it is, what is wrong with it, and what a person can do about that."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dms.access.permissions import Permission
from dms.access.rule import NotAllowed
from dms.audit.lifecycle import NotPossible
from frontend.asked import whole_number
from frontend.inbox_rows import inbox_rows
from frontend.inbox_tabs import chosen_tab, counted_tabs, tab_items
from frontend.people import actor_of, item_or_404, may_anywhere
from frontend.views.filing import JUST_FILED
from frontend.views.settling import JUST_SETTLED, way_back
from ingest.models import InboxItem, WaitingFile
from ingest.retries import RetryCannotHelp, item_accept, item_retry

PER_PAGE = 50
WAITING_FILES_SHOWN, MOST_WAITING_FILES = 5, 200


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    context = _context(request)
    context["list"], context["version"] = _rendered_list(request, context)
    context["undo"] = request.session.pop(JUST_SETTLED, None)
    context["filing_undo"] = None if context["undo"] else request.session.pop(JUST_FILED, None)
    return render(request, "frontend/inbox.html", context)


@require_safe
def inbox_list(request: HttpRequest) -> HttpResponse:
    """The list alone, for the page that asks every few seconds; 204 while nothing has changed."""
    context = _context(request)
    rendered, version = _rendered_list(request, context)
    if version == request.GET.get("version"):
        return HttpResponse(status=204)
    return render(request, "frontend/inbox_list.html", {"list": rendered, "version": version})


@require_POST
def retry(request: HttpRequest, item_id: UUID) -> HttpResponse:
    return _act(request, item_id, item_retry, _("„{name}“ wird noch einmal verarbeitet."))


@require_POST
def accept(request: HttpRequest, item_id: UUID) -> HttpResponse:
    return _act(request, item_id, item_accept, _("„{name}“ wird ohne Text übernommen."))


def _act(request: HttpRequest, item_id: UUID, service: Any, done: str) -> HttpResponse:
    item = item_or_404(request, item_id)
    try:
        service(actor_of(request), item)
    except NotAllowed:
        messages.error(request, _("Dafür fehlt Ihnen das Recht."))
    except RetryCannotHelp as error:
        messages.info(request, f"{item.filename}: {error}")
    except NotPossible:
        messages.info(
            request, _("„{name}“ hat sich inzwischen geändert; es war nichts mehr zu tun.").format(name=item.filename)
        )
    else:
        messages.success(request, done.format(name=item.filename))
    return redirect(way_back(request, request.POST.get("back", "")))


class _Counted(Paginator):
    """Of a list that was counted for its tab already."""

    def __init__(self, items: QuerySet[InboxItem], number: int) -> None:
        super().__init__(items[:number], PER_PAGE)
        self.count = number


def _context(request: HttpRequest) -> dict[str, Any]:
    actor = actor_of(request)
    tab = chosen_tab(request.GET.get("state", ""))
    tabs = counted_tabs(actor, tab)
    [here_now] = [one for one in tabs if one.chosen]
    page = _Counted(tab_items(actor, tab), here_now.count).get_page(whole_number(request.GET.get("p")) or 1)
    here = {"state": tab.key, "p": str(page.number)}
    waiting_files = list(WaitingFile.objects.visible_to(actor)[:MOST_WAITING_FILES])
    return {
        "nav": "inbox",
        "tab": tab.key,
        "tabs": tabs,
        "page": page,
        "more": here_now.more,
        "rows": inbox_rows(actor, list(page.object_list)),
        "back": f"{reverse('inbox')}?{urlencode(here)}",
        "total": tabs[0].count,
        "on_the_way": next(one.count for one in tabs if one.tab.key == "open"),
        "waiting_files": waiting_files[:WAITING_FILES_SHOWN],
        "waiting_files_more": waiting_files[WAITING_FILES_SHOWN:],
        "may_add": may_anywhere(request, Permission.INBOX_ADD),
        "may_view": may_anywhere(request, Permission.INBOX_VIEW),
        "max_mb": settings.UPLOAD_MAX_MB,
    }


def _rendered_list(request: HttpRequest, context: dict[str, Any]) -> tuple[str, str]:
    """The rows as HTML, and a digest of it: equal digest, nothing to see (ages count in minutes)."""
    html = render_to_string("frontend/inbox_rows.html", context, request)
    return html, hashlib.sha256(html.encode()).hexdigest()[:16]
