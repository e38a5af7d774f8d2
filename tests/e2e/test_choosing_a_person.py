"""A person of the register is chosen by keyboard in a field of a dossier's kind."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visiting import visit

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

PATIENCE = 30_000
"""Milliseconds; a busy machine is no fault of the page."""


@pytest.fixture(autouse=True)
def plan(scope: object) -> None:
    from tests import factories

    factories.file_plan()


def test_a_person_is_chosen_by_keys_in_fields_that_came_with_a_kind(page: Page) -> None:
    from django.utils import timezone

    from dms.access.actors import system_setup
    from dms.records.fields.changing import fields_change
    from dms.records.fields.definitions import Field, FieldType
    from dms.records.fields.keeping import kind_create
    from tests import factories

    kind = kind_create(system_setup(), "building", {"label": "Bauakte"})
    owner = Field("owner", "Bauherrschaft", FieldType.PERSON)
    fields_change(system_setup(), kind, (owner,), now=timezone.now())
    factories.party("Müller", "Erika")
    visit(page, "/dossiers/add/")
    page.get_by_label("Aktenplaneintrag").fill("610 Bauakten")
    page.get_by_label("Betreff").fill("Lindenweg 4")
    page.get_by_label("Aktenart").select_option("building")
    box = page.get_by_label("Bauherrschaft")
    expect(box).to_be_visible(timeout=PATIENCE)
    box.press_sequentially("muell")
    expect(page.get_by_role("option", name="Müller, Erika")).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Müller, Erika")
    expect(page.get_by_text("steht im Verzeichnis der Beteiligten")).to_be_visible()
    page.get_by_role("button", name="Speichern").last.click()
    expect(page.get_by_role("link", name="Müller, Erika")).to_be_visible(timeout=PATIENCE)
