"""`/inbox/`: hand mail in, see it, and see nothing that is not yours."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from dms.access.models import User
from dms.access.permissions import Role
from ingest.models import InboxItem, RangeRun
from ingest.reasons import Reason
from tests import factories
from tests.factories import ClientOf

INBOX = "/api/v1/inbox/"
BYTES = b"%PDF-1.7 not really"


def hand_in(
    api: APIClient, content: bytes = BYTES, name: str = "Antrag Müller.pdf", headers: dict[str, str] | None = None
) -> Any:
    return api.post(INBOX, {"file": SimpleUploadedFile(name, content)}, format="multipart", headers=headers or {})


def test_a_program_hands_a_file_in(api: APIClient, store: Path) -> None:
    answer = hand_in(api)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["filename"], made["source"], made["state"]) == ("Antrag Müller.pdf", "api", "waiting")
    assert (made["sha256"], made["size"]) == (hashlib.sha256(BYTES).hexdigest(), len(BYTES))
    assert answer["Location"].endswith(f"{INBOX}{made['id']}/")
    assert (store / InboxItem.objects.get(pk=made["id"]).key).read_bytes() == BYTES


def test_a_person_at_the_browser_uploads_a_file(clerk: User) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(clerk)
    refused = hand_in(browser)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    browser.cookies["csrftoken"] = "a" * 32
    answer = hand_in(browser, headers={"X-CSRFToken": "a" * 32})
    assert (answer.status_code, answer.json()["source"]) == (201, "upload")


def test_the_same_key_never_makes_two_items(api: APIClient, store: Path) -> None:
    first = hand_in(api, headers={"Idempotency-Key": "fax-2026-17"})
    again = hand_in(api, headers={"Idempotency-Key": "fax-2026-17"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert InboxItem.objects.count() == 1
    assert len([path for path in store.rglob("*.pdf") if path.is_file()]) == 1


def test_the_same_key_for_other_bytes_is_refused(api: APIClient) -> None:
    hand_in(api, headers={"Idempotency-Key": "fax-2026-17"})
    answer = hand_in(api, b"other bytes", headers={"Idempotency-Key": "fax-2026-17"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_the_same_key_of_another_user_is_another_key(api: APIClient, scope: Any, client_of: ClientOf) -> None:
    other = client_of(factories.user_with(Role.CLERK, name="other", scope=scope))
    ids = {hand_in(one, headers={"Idempotency-Key": "1"}).json()["id"] for one in (api, other)}
    assert len(ids) == 2


@pytest.mark.parametrize("key", ["", "   ", "x" * 201, "zwei\tworte", "schlüssel"])
def test_a_useless_key_is_refused_instead_of_forgotten(api: APIClient, key: str) -> None:
    answer = hand_in(api, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["errors"]
    assert not InboxItem.objects.exists()


def test_a_request_without_a_file_says_what_is_missing(api: APIClient) -> None:
    answer = api.post(INBOX, {"something": "else"}, format="multipart")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert "file" in answer.json()["errors"]
    assert api.post(INBOX, {"file": "no file"}, format="multipart").status_code == 400


def test_an_empty_file_is_taken_in_because_the_pipeline_tells_what_is_wrong_with_it(api: APIClient) -> None:
    answer = hand_in(api, b"", "leer.pdf")
    assert (answer.status_code, answer.json()["size"]) == (201, 0)


def test_json_is_no_way_to_hand_in_a_file(api: APIClient) -> None:
    assert api.post(INBOX, {"file": "x"}, format="json").status_code == 415


def test_a_file_over_the_limit_is_refused_before_it_is_read(api: APIClient) -> None:
    answer = api.generic("POST", INBOX, "", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(2**42))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_large_upload_goes_through_a_temporary_file(api: APIClient, settings: LazySettings, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    content = b"scan" * 1_000_000
    answer = hand_in(api, content)
    assert (answer.status_code, answer.json()["sha256"]) == (201, hashlib.sha256(content).hexdigest())
    assert answer.wsgi_request.FILES["file"].temporary_file_path().startswith(str(tmp_path))


def test_a_full_store_takes_nothing_and_says_so(api: APIClient, store: Path) -> None:
    store.mkdir(parents=True)
    (store / ".unfinished").symlink_to("/proc/1/nowhere")
    answer = hand_in(api)
    assert answer.status_code in {500, 503}
    assert answer["Content-Type"] == "application/problem+json"
    assert not InboxItem.objects.exists()


def test_who_may_only_read_hands_nothing_in(scope: Any, client_of: ClientOf) -> None:
    reader = client_of(factories.user_with(Role.ARCHIVIST, name="reader", scope=scope))
    assert hand_in(reader).status_code == 403
    assert not InboxItem.objects.exists()


def test_the_list_shows_the_newest_first_page_by_page(api: APIClient) -> None:
    items = [str(factories.item(filename=f"{n}.txt").id) for n in range(5)]
    first = api.get(INBOX, {"page_size": 2}).json()
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    listed = [one["id"] for page in (first, second, third) for one in page["results"]]
    assert listed == items[::-1]
    assert (first["previous"], third["next"]) == (None, None)
    back = api.get(third["previous"]).json()  # each item's age may be a second more by now
    assert [one["id"] for one in back["results"]] == [one["id"] for one in second["results"]]


def test_the_list_is_filtered_by_state_and_source(api: APIClient) -> None:
    waiting, refused = factories.item(), factories.refused()
    assert [one["id"] for one in api.get(INBOX, {"state": "refused"}).json()["results"]] == [str(refused.id)]
    both = api.get(INBOX, {"state": ["refused", "waiting"], "source": "folder"}).json()["results"]
    assert {one["id"] for one in both} == {str(waiting.id), str(refused.id)}
    assert api.get(INBOX, {"source": "api"}).json()["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"state": "lost"},
        {"page_size": "0"},
        {"page_size": "201"},
        {"page_size": "viele"},
        {"cursor": "xx"},
        {"cursor": "cD14"},
    ],
)
def test_a_wrong_parameter_is_named_instead_of_ignored(api: APIClient, query: dict[str, str]) -> None:
    answer = api.get(INBOX, query)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_the_list_costs_the_same_few_queries_however_long_it_is(
    api: APIClient, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        factories.document(of=factories.item(filename=f"{number}.txt"))
    with django_assert_max_num_queries(10):  # one of them notes, once a minute, that the token was used
        assert len(api.get(INBOX).json()["results"]) == 12


def test_who_has_no_rights_here_sees_nothing(stranger: APIClient) -> None:
    item = factories.item()
    assert stranger.get(INBOX).json()["results"] == []
    missing = stranger.get(f"{INBOX}{factories.unknown_id()}/")
    hidden = stranger.get(f"{INBOX}{item.id}/")
    assert (hidden.status_code, hidden.json()) == (missing.status_code, missing.json()) == (404, missing.json())


def test_a_refused_item_tells_why_and_what_to_do(api: APIClient) -> None:
    item = factories.refused(Reason.PASSWORD_NEEDED)
    answer = api.get(f"{INBOX}{item.id}/").json()
    assert (answer["state"], answer["reason"]) == ("refused", "password_needed")
    assert "Kennwort" in answer["reason_text"]
    assert "Absender" in answer["next_step"]
    assert answer["actions"] == ["settle"], "another try cannot open it"


@pytest.mark.parametrize(
    "reason", [Reason.EMPTY_FILE, Reason.PASSWORD_NEEDED, Reason.ENCRYPTED_MAIL, Reason.ARCHIVE_FILE]
)
def test_where_the_bytes_alone_are_the_reason_another_try_is_neither_offered_nor_made(
    api: APIClient, reason: Reason
) -> None:
    item = factories.refused(reason)
    refused = api.post(f"{INBOX}{item.id}/retry/")
    assert (refused.status_code, refused.json()["code"]) == (409, "retry_cannot_help")
    assert api.get(f"{INBOX}{item.id}/").json()["state"] == "refused"
    assert api.get(f"{INBOX}{factories.refused(Reason.DAMAGED_FILE).id}/").json()["actions"] == ["retry", "settle"]


def test_only_where_nothing_but_text_is_missing_it_can_be_taken_as_it_is(api: APIClient) -> None:
    item = factories.refused(Reason.NO_TEXT)
    assert api.get(f"{INBOX}{item.id}/").json()["actions"] == ["retry", "accept", "settle"]


def test_a_finished_item_names_its_documents(api: APIClient) -> None:
    item = factories.item(filename="post.eml")
    factories.document(of=item, title="Widerspruch", attachments=["anlage.pdf"])
    answer = api.get(f"{INBOX}{item.id}/").json()
    assert [one["title"] for one in answer["documents"]] == ["Widerspruch", "anlage.pdf"]
    assert (answer["state"], answer["reason"], answer["actions"]) == ("done", None, [])


def test_the_scanning_staff_sees_the_item_but_not_what_is_in_it(scope: Any, client_of: ClientOf) -> None:
    item = factories.item()
    factories.document(of=item)
    scanning = client_of(factories.user_with(Role.SCANNING, name="scanning", scope=scope))
    assert scanning.get(f"{INBOX}{item.id}/").json()["documents"] == []


def test_the_progress_of_a_long_document_is_counted_in_pages(api: APIClient) -> None:
    item = factories.item()
    for position, facts in enumerate([{"part": 0}, None, None]):
        first = position * 10 + 1
        RangeRun.objects.create(
            item=item, step="read_text", position=position, part=0, first=first, last=first + 9, facts=facts
        )
    assert api.get(f"{INBOX}{item.id}/").json()["progress"] == {"pages_read": 10, "pages": 30}


def test_retry_lets_it_run_again(api: APIClient) -> None:
    item = factories.stuck()
    answer = api.post(f"{INBOX}{item.id}/retry/")
    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (200, "waiting", None)
    twice = api.post(f"{INBOX}{item.id}/retry/")
    assert (twice.status_code, twice.json()["code"]) == (409, "not_possible_in_this_state")


def test_accept_takes_a_photo_as_it_is(api: APIClient) -> None:
    item = factories.refused(Reason.NO_TEXT)
    assert api.post(f"{INBOX}{item.id}/accept/").json()["state"] == "waiting"
    assert InboxItem.objects.get(pk=item.pk).accepts_missing_text


def test_who_may_see_but_not_act_is_told_so(scope: Any, client_of: ClientOf, stranger: APIClient) -> None:
    item = factories.stuck()
    reader = client_of(factories.user_with(Role.ARCHIVIST, name="reader", scope=scope))
    assert reader.get(f"{INBOX}{item.id}/").json()["actions"] == []
    assert reader.post(f"{INBOX}{item.id}/retry/").status_code == 403
    assert stranger.post(f"{INBOX}{item.id}/retry/").status_code == 404


def test_the_original_of_a_refused_item_can_be_had(api: APIClient, stranger: APIClient) -> None:
    item = factories.refused(content=b"\x00broken", filename="kaputt.html")
    answer: Any = api.get(f"{INBOX}{item.id}/original/")
    assert b"".join(answer.streaming_content) == b"\x00broken"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="kaputt.html"'
    assert stranger.get(f"{INBOX}{item.id}/original/").status_code == 404


def test_what_came_in_before_is_pointed_out_at_once_but_only_to_readers(
    scope: Any, api: APIClient, client_of: ClientOf
) -> None:
    first = factories.document(title="Das erste Mal", of=factories.item(BYTES))
    made = hand_in(api).json()
    assert made["state"] == "waiting"
    duplicate = made["duplicate_of"]
    assert (duplicate["id"], duplicate["title"]) == (str(first.id), "Das erste Mal")
    assert api.get(duplicate["link"]).status_code == 200
    scanning = client_of(factories.user_with(Role.SCANNING, name="scan", scope=scope))
    assert [one["duplicate_of"] for one in scanning.get(INBOX).json()["results"]] == [None, None]
    assert "Das erste Mal" not in scanning.get(INBOX).content.decode()
