"""Services by which a plan entry or a dossier is marked as sensitive, so that reading it is noted, or unmarked."""

from __future__ import annotations

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.audit.door import change
from dms.audit.events import Event
from dms.records.protection.grants import clean_reason
from dms.records.protection.scopes import Node
from dms.records.protection.sensitivity import SensitiveClass


def may_mark(actor: Actor, node: Node) -> bool:
    return can(actor, Permission.SENSITIVE_MARK, node)


def sensitive_mark(actor: Actor, node: Node, sensitive: SensitiveClass, *, asks_purpose: bool, reason: str) -> Node:
    """Holds for all below from the next request on. Raises NotAllowed, InvalidFact."""
    return _set(actor, node, str(sensitive), asks_purpose, reason)


def sensitive_unmark(actor: Actor, node: Node, *, reason: str) -> Node:
    """What is marked above stays so here. Raises NotAllowed, InvalidFact."""
    return _set(actor, node, "", False, reason)


def _set(actor: Actor, node: Node, sensitive: str, asks_purpose: bool, reason: str) -> Node:
    event = Event.SENSITIVE_MARKED if sensitive else Event.SENSITIVE_UNMARKED
    with change(actor, event, node, chain=node.chain, reason=clean_reason(reason)) as opened:
        fresh: Node = opened.target
        fresh.sensitive, fresh.asks_purpose = sensitive, asks_purpose
        opened.save(fresh)
    return fresh
