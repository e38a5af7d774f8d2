"""How an item of the inbox looks to programs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from api.http.base import TypedTextField
from dms.access.actors import Actor
from dms.records.models import Document
from ingest.actions import BY_PEOPLE, item_actions
from ingest.delays import delays_of
from ingest.duplicates import item_duplicates
from ingest.models import InboxItem, ItemState, ItemVerb, Source
from ingest.progress import Progress, progress_of
from ingest.reasons import Delay, Reason
from ingest.settling import LONGEST_NOTE

LONGEST_KEY = 200
DUPLICATE_OF = "The first document with the very same bytes that came in before, among those that you may read."


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    item: InboxItem
    documents: Sequence[Document]
    progress: Progress | None
    actions: Sequence[ItemVerb]
    duplicate_of: Document | None
    delay: Delay | None


def answers_for(actor: Actor, items: Sequence[InboxItem]) -> list[ItemAnswer]:
    """In the order given, by a constant number of queries; only documents that the actor may read are named."""
    ids = [item.pk for item in items]
    progress = progress_of(ids)
    documents: dict[UUID, list[Document]] = defaultdict(list)
    for document in Document.objects.visible_to(actor).filter(item_id__in=ids).order_by("part"):
        documents[document.item_id].append(document)
    duplicates, delays = item_duplicates(actor, items), delays_of(items)
    return [
        ItemAnswer(
            item,
            documents[item.pk],
            progress.get(item.pk),
            item_actions(actor, item),
            duplicates.get(item.pk),
            delays.get(item.pk),
        )
        for item in items
    ]


class SettlementSerializer(serializers.Serializer):
    """Who ticked it off, when, and what became of it."""

    at = serializers.DateTimeField(source="settled_at")
    by = serializers.CharField(source="settled_by", help_text="`user:` and the name.")
    note = serializers.CharField(source="settled_note")


class DocumentNameSerializer(serializers.Serializer):
    """A document by its id and title."""

    id = serializers.UUIDField()
    title = serializers.CharField()


class EarlierDocumentSerializer(DocumentNameSerializer):
    """A document that came in before with the very same bytes."""

    received_at = serializers.DateTimeField()
    link = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField())
    def get_link(self, document: Document) -> str:
        return str(reverse("api:document", args=[document.pk], request=self.context["request"]))


class ProgressSerializer(serializers.Serializer):
    pages_read = serializers.IntegerField()
    pages = serializers.IntegerField()


class ItemLinksSerializer(serializers.Serializer):
    self = serializers.URLField()
    original = serializers.URLField()


class ItemSerializer(serializers.Serializer):
    """One file as it came in. Poll it until `state` is `done`, `refused` or `stuck`."""

    id = serializers.UUIDField(source="item.id")
    filename = serializers.CharField(source="item.filename")
    size = serializers.IntegerField(source="item.size", help_text="Bytes.")
    sha256 = serializers.CharField(source="item.sha256", help_text="Digest taken when the file came in.")
    source = serializers.ChoiceField(Source.choices, source="item.source")  # type: ignore[assignment]
    received_at = serializers.DateTimeField(source="item.received_at")
    age = serializers.SerializerMethodField(help_text="Seconds since it came in.")
    state = serializers.ChoiceField(ItemState.choices, source="item.state")
    step = serializers.CharField(source="item.step", help_text="The step that is next or running, or was the last.")
    reason = serializers.SerializerMethodField(help_text="Code why it was refused or is stuck.")
    reason_text = serializers.SerializerMethodField(help_text="The reason as a sentence.")
    next_step = serializers.SerializerMethodField(help_text="What a person can do about it.")
    settled = serializers.SerializerMethodField(help_text="Refused or stuck, and a person ticked it off.")
    settlement = serializers.SerializerMethodField()
    incomplete = serializers.BooleanField(
        source="item.incomplete", help_text="The end of the file was missing when it was taken in."
    )
    delay = serializers.SerializerMethodField(help_text="Code why it waits although a step is next.")
    delay_text = serializers.SerializerMethodField(help_text="The same as a sentence.")
    documents = DocumentNameSerializer(many=True)
    version_of = serializers.UUIDField(
        source="item.document_id",
        allow_null=True,
        help_text="Of a new version: the `id` of its document. Null for mail, which becomes documents of its own.",
    )
    duplicate_of = EarlierDocumentSerializer(allow_null=True, help_text=DUPLICATE_OF)
    progress = ProgressSerializer(allow_null=True)
    actions = serializers.ListField(child=serializers.ChoiceField([str(verb) for verb in BY_PEOPLE]))
    links = serializers.SerializerMethodField()

    def get_age(self, answer: ItemAnswer) -> int:
        return max(0, int((timezone.now() - answer.item.received_at).total_seconds()))

    def get_reason(self, answer: ItemAnswer) -> str | None:
        return answer.item.reason or None

    def get_reason_text(self, answer: ItemAnswer) -> str | None:
        reason = reason_of(answer.item.reason)
        return str(reason.sentence) if reason else None

    def get_next_step(self, answer: ItemAnswer) -> str | None:
        reason = reason_of(answer.item.reason)
        return str(reason.next_step) if reason else None

    def get_settled(self, answer: ItemAnswer) -> bool:
        return answer.item.settled_at is not None

    @extend_schema_field(SettlementSerializer(allow_null=True))
    def get_settlement(self, answer: ItemAnswer) -> dict[str, Any] | None:
        return dict(SettlementSerializer(answer.item).data) if answer.item.settled_at else None

    def get_delay(self, answer: ItemAnswer) -> str | None:
        return answer.delay.value if answer.delay else None

    def get_delay_text(self, answer: ItemAnswer) -> str | None:
        return str(answer.delay.sentence) if answer.delay else None

    @extend_schema_field(ItemLinksSerializer)
    def get_links(self, answer: ItemAnswer) -> dict[str, Any]:
        request, key = self.context["request"], [answer.item.pk]
        return {
            "self": reverse("api:inbox-item", args=key, request=request),
            "original": reverse("api:inbox-original", args=key, request=request),
        }


class InboxFilter(serializers.Serializer):
    state = serializers.ListField(child=serializers.ChoiceField(ItemState.choices), required=False)
    source = serializers.ListField(  # type: ignore[assignment]
        child=serializers.ChoiceField(Source.choices), required=False
    )
    settled = serializers.BooleanField(required=False, allow_null=True, default=None)


class OriginalParameters(serializers.Serializer):
    despite = serializers.ChoiceField(
        [Reason.MALWARE_FOUND.value],
        required=False,
        help_text="Hands the file out although malware was found in it. Who did so stands in the history.",
    )


class SettleSerializer(serializers.Serializer):
    note = TypedTextField(max_length=LONGEST_NOTE, help_text="What became of it: scanned again, answered …")


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True, help_text="Any file; what cannot be read is kept and says so.")


class IdempotencyKeySerializer(serializers.Serializer):
    """Printable ASCII, so that the key is the same for everyone who handles the header."""

    key = serializers.RegexField(r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$", max_length=LONGEST_KEY)


def reason_of(code: str) -> Reason | None:
    """A code that this version does not know is an unexpected reason rather than an error."""
    if not code:
        return None
    return next((reason for reason in Reason if reason.value == code), Reason.UNEXPECTED)
