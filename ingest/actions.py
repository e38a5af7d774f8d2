"""What a person can do now about an item: what its lifecycle leads to, what the rights allow, and what can help."""

from __future__ import annotations

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from ingest.models import InboxItem, ItemVerb
from ingest.reasons import FINAL, Reason

BY_PEOPLE = (ItemVerb.RETRY, ItemVerb.ACCEPT, ItemVerb.SETTLE, ItemVerb.REOPEN)


def item_actions(actor: Actor, item: InboxItem) -> list[ItemVerb]:
    """Empty when nothing is to be done. Taking it as it is helps only where nothing but text was missing, and another
    try does not where the bytes alone are the reason."""
    if not can(actor, Permission.INBOX_RETRY, item):
        return []
    if item.settled_at is not None:
        return [ItemVerb.REOPEN]
    possible = [verb for verb in item.lifecycle.verbs(item.state) if verb in BY_PEOPLE and verb is not ItemVerb.REOPEN]
    return [verb for verb in possible if _can_help(verb, item)]


def _can_help(verb: ItemVerb, item: InboxItem) -> bool:
    if verb is ItemVerb.ACCEPT:
        return item.reason == Reason.NO_TEXT.value
    return verb is not ItemVerb.RETRY or item.reason not in FINAL
