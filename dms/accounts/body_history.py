"""What happened to a unit, group or position, as sentences: who did what, when and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dms.access.models import Body, Membership, User
from dms.accounts.telling import Told, tell
from dms.audit.fold import State, fold
from dms.audit.models import EventRow, target_name

_ROW = f"{Membership._meta.label_lower}:"


def body_history(body: Body) -> list[Told]:
    """The first event first, in the language that is active. The caller checks that the actor may see it."""
    rows = list(EventRow.objects.filter(target=target_name(body)).order_by("id"))
    told = [(row, json.loads(row.body)) for row in rows]
    people, units = _names([body for _row, body in told])
    history, state = [], State()
    for row, content in told:
        details = tuple(_details(content["rows"], target_name(body), state, people, units))
        fold(state, content["rows"])
        history.append(tell(row, details, content["reason"]))
    return history


def _details(
    rows: list[dict[str, Any]], own: str, before: State, people: dict[int, str], units: dict[int, str]
) -> Iterator[str]:
    for touched in rows:
        values = touched["after"] or touched["before"]
        if touched["row"].startswith(_ROW):
            known = {**before.get(touched["row"], {}), **values}
            yield _belonging(known, people)
        elif touched["row"] == own:
            yield from _of_body(touched, units)


def _of_body(touched: dict[str, Any], units: dict[int, str]) -> Iterator[str]:
    before, after = touched["before"], touched["after"]
    if "name" in after:
        now, then = after["name"], before.get("name")
        yield _("„{now}“ statt „{before}“").format(now=now, before=then) if then else f"„{now}“"
    if "parent_id" in after and (touched["op"] == "change" or after["parent_id"]):
        above = units.get(after["parent_id"] or 0)
        yield _("unter „{unit}“").format(unit=above) if above else _("ganz oben")


def _belonging(values: dict[str, Any], people: dict[int, str]) -> str:
    words = [people.get(values.get("user_id", 0), "?")]
    if values.get("is_deputy"):
        words.append(_("als Vertretung"))
    if values.get("valid_from"):
        words.append(_("ab {day}").format(day=f"{date.fromisoformat(values['valid_from']):%d.%m.%Y}"))
    if values.get("valid_to"):
        words.append(_("bis {day}").format(day=f"{date.fromisoformat(values['valid_to']):%d.%m.%Y}"))
    return " ".join(words)


def _names(bodies: list[dict[str, Any]]) -> tuple[dict[int, str], dict[int, str]]:
    values = [part for body in bodies for row in body["rows"] for part in (row["before"], row["after"])]
    users = User.objects.filter(pk__in={one["user_id"] for one in values if one.get("user_id")})
    units = Body.objects.filter(pk__in={one["parent_id"] for one in values if one.get("parent_id")})
    return dict(users.values_list("pk", "username")), dict(units.values_list("pk", "name"))
