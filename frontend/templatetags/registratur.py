"""Small parts of the templates: icons, keys, ages in words, addresses of the REST door, items that need help."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frontend.keys import KEYS
from frontend.people import actor_of
from frontend.plain_words import media_in_words, source_in_words
from ingest.models import InboxItem

register = template.Library()

API = "/api/v1"
MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """A picture from the sprite; it says nothing to a screen reader, so words must stand beside it."""
    href = f"{static('vendor/icons.svg')}#{name}"
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', extra, href
    )


@register.simple_tag
def hotkey(name: str) -> SafeString:
    """The keys that press this element or jump into it (`frontend.keys`)."""
    return format_html('data-hotkey="{}"', KEYS[name].attribute)


@register.filter
def key(name: str) -> str:
    """The key itself, to be told beside what it does."""
    return KEYS[name].keys


@register.simple_tag
def api(*parts: object) -> str:
    """The address of something behind the REST door: `{% api "documents" id "original" %}`."""
    return "/".join([API, *(str(part) for part in parts), ""])


@register.simple_tag(takes_context=True)
def needing_help(context: Any) -> int:
    """How many items of the inbox wait for a person; 0 while nobody is logged in."""
    request = context.get("request")
    if request is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return 0
    return InboxItem.objects.visible_to(actor_of(request)).needing_help().count()


@register.filter
def ago(moment: datetime | None) -> str:
    """`vor 3 Minuten`; from a week on the date. Changes at most once a minute."""
    if moment is None:
        return ""
    seconds = max((timezone.now() - moment).total_seconds(), 0)
    if seconds < MINUTE:
        return _("gerade eben")
    if seconds < HOUR:
        count = int(seconds // MINUTE)
        return ngettext("vor %(count)d Minute", "vor %(count)d Minuten", count) % {"count": count}
    if seconds < DAY:
        count = int(seconds // HOUR)
        return ngettext("vor %(count)d Stunde", "vor %(count)d Stunden", count) % {"count": count}
    if seconds < 7 * DAY:
        count = int(seconds // DAY)
        return ngettext("vor %(count)d Tag", "vor %(count)d Tagen", count) % {"count": count}
    return timezone.localtime(moment).strftime("%d.%m.%Y")


register.filter("media", media_in_words)
register.filter("source", source_in_words)


@register.filter
def faults(form: Any) -> list[Any]:
    """The fields that something is wrong with, in their order."""
    return [field for field in form or () if field.errors]


@register.filter
def unmarked(label: str) -> str:
    """The label of a field without the star that says beside the field that it has to be filled in."""
    return str(label).removesuffix(" *")


@register.filter
def percent(value: float | None) -> str:
    """`0.934` as `93 %`, with the space that German wants."""
    return "" if value is None else f"{round(value * 100)}\N{NO-BREAK SPACE}%"
