"""However two people correct and take back: the row is what the model says, and what its events tell, then and now."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.access.actors import Actor, actor_for
from dms.access.permissions import Role
from dms.audit.door import audited_values
from dms.audit.verify import Tally, verify_all
from dms.records.documents.corrections import Corrections, document_correct
from dms.records.documents.undo import NothingToUndo, document_undo
from dms.records.models import Document, DocumentKind
from dms.records.past import document_then
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]

UNDO = "undo"
TEXTS = st.sampled_from(["", "Antrag", "Straße 7", "2026-03-04"])
STEPS = st.one_of(
    st.fixed_dictionaries({"title": TEXTS.filter(bool)}),
    st.fixed_dictionaries({"sender": TEXTS}),
    st.fixed_dictionaries({"letter_date": st.sampled_from([None, date(2026, 2, 27), date(2026, 4, 3)])}),
    st.fixed_dictionaries({"kind": st.sampled_from([None, *factories.KINDS])}),
    st.just(UNDO),
)
FIELDS = ("title", "sender", "letter_date", "kind_id", "kind_source", "state")


class Model:
    """What a person would expect: the values, and the one correction that can be taken back."""

    def __init__(self, document: Document) -> None:
        self.now = {name: getattr(document, name) for name in FIELDS}
        self.last: tuple[Actor, dict[str, Any]] | None = None

    def correct(self, actor: Actor, step: dict[str, Any]) -> None:
        before, changed = dict(self.now), dict(step)
        if "kind" in changed:
            changed = {"kind_id": changed["kind"], "kind_source": "person", "state": "checked"}
        self.now |= changed
        if self.now != before:
            self.last = (actor, before)
        elif "kind" in step:
            self.last = None  # somebody said so once more, and there is nothing in that to take back

    def undo(self, actor: Actor) -> bool:
        if self.last is None or self.last[0] is not actor:
            return False
        self.now, self.last = self.last[1], None
        return True


def test_any_order_of_corrections_and_undos_is_what_people_expect() -> None:
    scope = factories.town()
    anna, ben = (actor_for(factories.user_with(Role.CLERK, name=name, scope=scope)) for name in ("anna", "ben"))
    kinds = {kind.slug: kind for kind in DocumentKind.objects.all()}

    @given(st.lists(st.tuples(st.booleans(), STEPS), min_size=2, max_size=8))
    @settings(max_examples=25, deadline=None)
    def work(steps: list[tuple[bool, Any]]) -> None:
        document = factories.document(kind="application")
        model = Model(Document.objects.get(pk=document.pk))
        stood = []
        for first, step in steps:
            actor = anna if first else ben
            if step == UNDO:
                assert _undone(actor, document) == model.undo(actor)
            else:
                wanted = {"kind": kinds.get(step["kind"])} if "kind" in step else step
                document_correct(actor, document, cast("Corrections", wanted))
                model.correct(actor, step)
            stored = Document.objects.get(pk=document.pk)
            assert {name: getattr(stored, name) for name in FIELDS} == model.now
            stood.append((timezone.now(), audited_values(stored)))
        for moment, values in stood:
            assert document_then(document, moment) == values

    work()
    assert list(verify_all(Tally())) == []


def _undone(actor: Actor, document: Document) -> bool:
    try:
        document_undo(actor, document, now=timezone.now())
    except NothingToUndo:
        return False
    return True
