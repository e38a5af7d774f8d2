"""What a program does about refused items: tick them off, take them up again, fetch what the scanner objected to."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from dms.access.permissions import Role
from dms.audit.models import EventRow
from ingest.models import InboxItem, Turn
from ingest.reasons import Delay, Reason
from tests import factories
from tests.factories import ClientOf

INBOX = "/api/v1/inbox/"
NOTE = "Noch einmal gescannt"


def post(api: APIClient, item: InboxItem, action: str, body: dict[str, str] | None = None) -> Any:
    return api.post(f"{INBOX}{item.id}/{action}/", body or {}, format="json")


def test_settled_is_a_field_of_its_own_and_the_state_stays(api: APIClient) -> None:
    item = factories.refused()
    before = api.get(f"{INBOX}{item.id}/").json()
    assert (before["settled"], before["settlement"]) == (False, None)
    answer = post(api, item, "settle", {"note": NOTE})
    after = answer.json()
    assert (answer.status_code, after["state"], after["reason"], after["settled"]) == (
        200, "refused", before["reason"], True,
    )  # fmt: skip
    assert (after["settlement"]["by"], after["settlement"]["note"]) == ("user:clerk", NOTE)
    assert after["actions"] == ["reopen"]
    reopened = post(api, item, "reopen")
    assert (reopened.status_code, reopened.json()["settled"]) == (200, False)
    assert reopened.json()["actions"] == ["retry", "settle"]


def test_the_list_tells_what_still_needs_somebody_from_what_is_settled(api: APIClient) -> None:
    settled, open_ = factories.refused(), factories.stuck()
    post(api, settled, "settle", {"note": NOTE})
    for wanted, item in (("true", settled), ("false", open_)):
        found = api.get(INBOX, {"settled": wanted, "state": ["refused", "stuck"]}).json()["results"]
        assert [one["id"] for one in found] == [str(item.id)], wanted
    assert len(api.get(INBOX).json()["results"]) == 2
    assert api.get(INBOX, {"settled": "vielleicht"}).status_code == 400


@pytest.mark.parametrize("body", [{}, {"note": ""}, {"note": "  "}, {"note": "x" * 501}])
def test_a_note_is_needed(api: APIClient, body: dict[str, str]) -> None:
    item = factories.refused()
    answer = post(api, item, "settle", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["note"])
    assert not InboxItem.objects.settled().exists()


def test_a_second_time_is_a_conflict(api: APIClient) -> None:
    item = factories.refused()
    post(api, item, "settle", {"note": NOTE})
    for action, body in (("settle", {"note": NOTE}), ("retry", {})):
        answer = post(api, item, action, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_possible_in_this_state")


def test_who_may_not_is_told_so_and_who_may_not_see_learns_nothing(
    scope: Any, client_of: ClientOf, stranger: APIClient
) -> None:
    item = factories.refused()
    reader = client_of(factories.user_with(Role.ARCHIVIST, name="reader", scope=scope))
    assert post(reader, item, "settle", {"note": NOTE}).status_code == 403
    assert post(stranger, item, "settle", {"note": NOTE}).status_code == 404
    assert post(stranger, item, "reopen").status_code == 404


def test_an_item_that_is_held_up_says_by_what(api: APIClient) -> None:
    item = factories.item()
    assert api.get(f"{INBOX}{item.id}/").json()["delay"] is None
    Turn.objects.filter(pk=item.pk).update(delay=Delay.SCANNER_AWAY.value)
    answer = api.get(f"{INBOX}{item.id}/").json()
    assert (answer["state"], answer["delay"], answer["delay_text"]) == (
        "waiting", "scanner_away", "Der Virenscanner antwortet nicht.",
    )  # fmt: skip
    Turn.objects.filter(pk=item.pk).update(delay="from a newer version")
    assert api.get(f"{INBOX}{item.id}/").json()["delay"] is None


# --- malware ------------------------------------------------------------------------------------------


def fetched(item: InboxItem) -> list[str]:
    events = EventRow.objects.filter(chain=item.chain, name="item:malware_fetched").order_by("number")
    return [json.loads(event.body)["actor"] for event in events]


def test_malware_is_handed_out_only_to_who_insists_and_that_is_written_down(api: APIClient) -> None:
    item = factories.refused(Reason.MALWARE_FOUND, content=b"evil", filename="rechnung.html")
    original = f"{INBOX}{item.id}/original/"
    refused = api.get(original)
    assert (refused.status_code, refused.json()["code"]) == (409, "malware_found")
    assert api.get(original, {"despite": "no_text"}).status_code == 400
    assert fetched(item) == []
    answer: Any = api.get(original, {"despite": "malware_found"})
    assert b"".join(answer.streaming_content) == b"evil"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="rechnung.html.malware"'
    assert fetched(item) == ["user:clerk"]


def test_who_may_only_read_is_not_given_malware(scope: Any, client_of: ClientOf) -> None:
    item = factories.refused(Reason.MALWARE_FOUND, content=b"evil")
    reader = client_of(factories.user_with(Role.ARCHIVIST, name="reader", scope=scope))
    assert reader.get(f"{INBOX}{item.id}/original/", {"despite": "malware_found"}).status_code == 403
    assert fetched(item) == []


def test_other_refused_files_need_no_insisting(api: APIClient) -> None:
    item = factories.refused(Reason.DAMAGED_FILE, content=b"broken", filename="scan.pdf")
    answer: Any = api.get(f"{INBOX}{item.id}/original/")
    assert answer["Content-Disposition"] == 'attachment; filename="scan.pdf"'
