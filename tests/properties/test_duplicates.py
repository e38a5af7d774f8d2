"""Whatever mail came in twice, for whomever: the first of it that this person may read is named, and nothing else."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.access.actors import actor_for
from dms.access.permissions import Role
from dms.records.documents.duplicates import Receipt, earlier_documents, receipt_of
from dms.records.models import Document, ObjectRole, StoredObject
from ingest.duplicates import item_duplicates
from ingest.models import InboxItem
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]

ARRIVALS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=5)
"""In which scope, with which bytes, in which minute."""


@given(ARRIVALS)
@settings(max_examples=12, deadline=None)
def test_the_first_that_came_before_is_named_if_it_may_be_read(arrivals: list[tuple[int, int, int]]) -> None:
    scopes = [factories.town(), factories.another_scope(f"Amt {uuid.uuid4()}")]
    mine = f"these bytes {uuid.uuid4()} "
    documents = [
        factories.document(
            of=factories.item(
                f"{mine}{content}".encode(), scope=scopes[place], at=factories.MORNING + timedelta(minutes=minute)
            )
        )
        for place, content, minute in arrivals
    ]
    receipts = {one: receipt_of(one, _original(one)) for one in documents}
    items = list(InboxItem.objects.filter(pk__in=[one.item_id for one in documents]))
    for name, seen in (("near", scopes[:1]), ("far", scopes[1:]), ("both", scopes)):
        actor = [actor_for(factories.user_with(Role.CLERK, name=name, scope=one)) for one in seen][-1]
        expected = _expected(receipts, {one.pk for one in seen})
        found = earlier_documents(actor, list(receipts.values()))
        assert {one: found[receipt] for one, receipt in receipts.items() if receipt in found} == expected
        assert item_duplicates(actor, items) == {one.item_id: first for one, first in expected.items()}


def _original(document: Document) -> StoredObject:
    return StoredObject.objects.get(version__document=document, role=ObjectRole.ORIGINAL)


def _expected(receipts: dict[Document, Receipt], scopes: set[int]) -> dict[Document, Document]:
    """By comparing each with each."""
    earlier: dict[Document, Document] = {}
    for one, receipt in receipts.items():
        same = [o for o, other in receipts.items() if other.sha256 == receipt.sha256 and o.scope_id in scopes]
        first = min(same, key=_moment, default=one)
        if _moment(first) < _moment(one):
            earlier[one] = first
    return earlier


def _moment(document: Document) -> tuple[Any, ...]:
    return document.received_at, document.item_id
