"""Help with the keys, and whose work the product stands on."""

from __future__ import annotations

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from frontend.keys import keys_by_place


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    notices = finders.find("vendor/NOTICES.txt")
    return render(
        request, "frontend/help.html", {"has_notices": notices is not None, "places": keys_by_place(), "nav": "help"}
    )
