"""How a document looks to programs: short in lists, whole by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from api.http.base import KindsField
from api.http.changes import ChangeSerializer
from api.inbox.shapes import DUPLICATE_OF, DocumentNameSerializer, EarlierDocumentSerializer, reason_of
from api.kinds.shapes import FieldsField, FieldsTold, FormerFieldSerializer, fields_told
from dms.access.actors import Actor
from dms.access.levels import LEVEL_NAMES, NAMES, Level
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.ports import ScanVerdict
from dms.records.documents.checking_out import EVENTS as CHECK_OUT_EVENTS
from dms.records.documents.checking_out import check_out_actions, holder_of
from dms.records.documents.corrections import DocumentAction, document_actions
from dms.records.documents.duplicates import duplicates_of, receipt_of
from dms.records.documents.facts import LONGEST
from dms.records.documents.queries import DocumentQuerySet
from dms.records.documents.registering import attached_beside
from dms.records.documents.versions import may_hand_in
from dms.records.dossiers.copying import may_copy
from dms.records.dossiers.filing import may_file
from dms.records.models import (
    Document,
    DocumentKind,
    DocumentState,
    DocumentVersion,
    KindSource,
    ObjectRole,
    StoredObject,
    TextState,
)
from dms.records.protection.reading import shown_only_when_opened
from ingest.deriving import may_derive
from ingest.no_rendition import no_rendition_sentence

FILE = "file"
"""By `POST /filing/`, which takes several documents at once."""
COPY = "copy"
"""By `POST /filing/copy/`."""
SPLIT = "split"
"""By `POST …/split/`."""
MERGE = "merge"
"""With others of the same place, by `POST /documents/merge/`."""
HAND_IN = "hand_in"
"""By `POST` to `versions/`."""
CHECK_OUT_VERBS = [str(verb) for verb in CHECK_OUT_EVENTS]
WHOLE_OBJECTS = (ObjectRole.ORIGINAL, ObjectRole.RENDITION, ObjectRole.THUMBNAIL)
"""What belongs to the document as a whole; of page images there may be thousands."""


@dataclass(frozen=True, slots=True)
class DocumentAnswer:
    actor: Actor
    document: Document
    version: DocumentVersion | None
    objects: Mapping[str, StoredObject]
    kinds: Mapping[str, str]
    may_see_history: bool
    parent: Document | None = None
    attachments: Sequence[Document] = field(default=())
    duplicate_of: Document | None = None
    is_closed: bool = False
    """In a list, and sensitive: it is named, and nothing is told of it."""

    @property
    def sender(self) -> str:
        return "" if self.is_closed else self.document.sender

    @property
    def actions(self) -> list[str]:
        """Asked for single documents alone, so that lists need not look up these rights."""
        actions = [str(action) for action in document_actions(self.actor, self.document)]
        now = timezone.now()
        if may_file(self.actor, self.document):
            actions.append(FILE)
        if may_copy(self.actor, self.document):
            actions.append(COPY)
        if may_hand_in(self.actor, self.document, now):
            actions.append(HAND_IN)
        if self.version is not None and may_derive(self.actor, self.document, self.version, now):
            actions += [SPLIT, MERGE]
        return [*actions, *(str(verb) for verb in check_out_actions(self.actor, self.document, now))]

    @property
    def item(self) -> UUID:
        """By which its bytes came in; of a copy that of the original."""
        first = min(self.document.versions.all(), key=lambda one: one.number, default=None)
        return self.document.item_id if first is None or first.item_id is None else first.item_id

    @property
    def siblings(self) -> list[Document]:
        """Asked for single documents alone, as the actions are."""
        found = attached_beside(self.actor, self.document) if self.document.parent_id else ()
        return [one for one in found if one.pk != self.document.pk]

    @property
    def checked_out(self) -> Document | None:
        return self.document if holder_of(self.document, timezone.now()) else None

    @property
    def told(self) -> FieldsTold:
        """Asked for single documents alone, as the actions are."""
        return fields_told([self.document])[self.document.pk]

    @property
    def filed(self) -> Document | None:
        """Who may read a document sees the dossier it lies in: their rights are the same."""
        filed = self.document.dossier_id is not None
        return self.document if filed and can(self.actor, Permission.DOSSIER_VIEW, self.document) else None


def read_documents() -> DocumentQuerySet:
    """With everything that an answer needs, in a constant number of queries."""
    objects = Prefetch("stored_objects", StoredObject.objects.filter(role__in=WHOLE_OBJECTS), to_attr="whole_objects")
    versions = DocumentVersion.objects.order_by("number").prefetch_related(objects)
    documents: DocumentQuerySet = Document.objects.select_related("kind", "dossier", "case").prefetch_related(
        Prefetch("versions", versions)
    )
    return documents


def answers_for(actor: Actor, documents: Sequence[Document], *, listed: bool = False) -> list[DocumentAnswer]:
    """In the order given; parents and attachments only where the actor may read them as well. A list is no reading: it
    names what is sensitive, and tells nothing of it."""
    closed = shown_only_when_opened(documents) if listed else set()
    kinds = dict(DocumentKind.objects.values_list("slug", "label"))
    parents = Document.objects.visible_to(actor).in_bulk([d.parent_id for d in documents if d.parent_id])
    attached: dict[UUID | None, list[Document]] = defaultdict(list)
    for one in Document.objects.visible_to(actor).filter(parent_id__in=[d.pk for d in documents]).order_by("part"):
        attached[one.parent_id].append(one)
    answers = [_answer(actor, one, kinds, parents.get(one.parent_id), attached[one.pk]) for one in documents]
    receipts = {
        one.document.pk: receipt_of(one.document, original)
        for one in answers
        if (original := one.objects.get(ObjectRole.ORIGINAL))
    }
    duplicates = duplicates_of(actor, receipts)
    return [
        replace(one, duplicate_of=duplicates.get(one.document.pk), is_closed=one.document.pk in closed)
        for one in answers
    ]


def _answer(
    actor: Actor, document: Document, kinds: Mapping[str, str], parent: Document | None, attached: Sequence[Document]
) -> DocumentAnswer:
    version = max(document.versions.all(), key=lambda one: one.number, default=None)
    objects = {one.role: one for one in version.whole_objects} if version else {}  # type: ignore[attr-defined]
    return DocumentAnswer(
        actor,
        document,
        version,
        objects,
        kinds,
        may_see_history=can(actor, Permission.HISTORY_VIEW, document),
        parent=parent,
        attachments=attached,
    )


class KindSerializer(serializers.Serializer):
    """A kind of document. `slug` is stable, `label` is for people."""

    slug = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class BecauseSerializer(serializers.Serializer):
    word = serializers.CharField()
    weight = serializers.FloatField()


class SentenceSerializer(serializers.Serializer):
    """A stable code with the sentence for people."""

    code = serializers.CharField()
    sentence = serializers.CharField()


class DocumentProblemSerializer(SentenceSerializer):
    next_step = serializers.CharField()


class OriginalSerializer(serializers.Serializer):
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    media_type = serializers.CharField()


class DocumentLinksSerializer(serializers.Serializer):
    self = serializers.URLField()
    item = serializers.URLField()
    pages = serializers.URLField()
    original = serializers.URLField()
    rendition = serializers.URLField(allow_null=True)
    thumbnail = serializers.URLField(allow_null=True)
    versions = serializers.URLField()
    history = serializers.URLField(allow_null=True)


class NumberedSerializer(serializers.Serializer):
    """A dossier or a case by its id, number and title."""

    id = serializers.UUIDField()
    reference_number = serializers.CharField()
    title = serializers.CharField()


class FiledSerializer(serializers.Serializer):
    """Where the document lies."""

    dossier = NumberedSerializer()
    case = NumberedSerializer(allow_null=True)
    at = serializers.DateTimeField(source="filed_at")
    by = serializers.CharField(source="filed_by")


class CheckedOutSerializer(serializers.Serializer):
    """Who alone may hand in new versions now."""

    by = serializers.CharField(source="checked_out_by", help_text="`user:` and the name.")
    at = serializers.DateTimeField(source="checked_out_at", help_text="Since when.")
    until = serializers.DateTimeField(source="checked_out_until", help_text="It ends by itself.")


class DocumentListSerializer(serializers.Serializer):
    """A document as it stands in a list."""

    id = serializers.UUIDField(source="document.id")
    title = serializers.CharField(source="document.title")
    sender = serializers.CharField()
    letter_date = serializers.DateField(source="document.letter_date", allow_null=True)
    received_at = serializers.DateTimeField(source="document.received_at")
    filename = serializers.CharField(source="document.filename")
    kind = KindSerializer(source="document.kind", allow_null=True)
    kind_source = serializers.ChoiceField(
        KindSource.choices,
        source="document.kind_source",
        help_text="Who says so; without a kind, `person` says that none of the kinds fits, and `none` is unsure.",
    )
    kind_confidence = serializers.FloatField(source="document.kind_confidence", allow_null=True)
    state = serializers.ChoiceField(DocumentState.choices, source="document.state")
    text_state = serializers.ChoiceField(TextState.choices, source="document.text_state")
    level = serializers.SerializerMethodField(help_text="How secret it is; never less than the dossier it lies in.")
    page_count = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="document.version_number", help_text="Number of the current version.")
    checked_out = CheckedOutSerializer(allow_null=True, help_text="Null: nobody has it checked out.")
    filed = FiledSerializer(allow_null=True)
    item = serializers.UUIDField(help_text="By which it came into the inbox; of a copy that of the original.")
    parent = DocumentNameSerializer(allow_null=True)
    duplicate_of = EarlierDocumentSerializer(allow_null=True, help_text=DUPLICATE_OF)
    links = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(LEVEL_NAMES))
    def get_level(self, answer: DocumentAnswer) -> str:
        return NAMES[Level(answer.document.level)]

    def get_page_count(self, answer: DocumentAnswer) -> int:
        return answer.version.page_count if answer.version else 0

    @extend_schema_field(DocumentLinksSerializer)
    def get_links(self, answer: DocumentAnswer) -> dict[str, str | None]:
        document = answer.document

        def link(name: str, key: UUID = document.pk) -> str:
            return str(reverse(f"api:{name}", args=[key], request=self.context["request"]))

        return {
            "self": link("document"),
            "item": link("inbox-item", answer.item),
            "pages": link("document-pages"),
            "original": link("document-original"),
            "rendition": link("document-rendition") if ObjectRole.RENDITION in answer.objects else None,
            "thumbnail": link("document-thumbnail") if ObjectRole.THUMBNAIL in answer.objects else None,
            "versions": link("document-versions"),
            "history": link("document-history") if answer.may_see_history else None,
        }


class DocumentSerializer(DocumentListSerializer):
    """All that is known of a document."""

    kind_guess = serializers.SerializerMethodField(help_text="The model's best guess, also where it is too unsure.")
    kind_because = BecauseSerializer(source="document.kind_because", many=True)
    problem = serializers.SerializerMethodField(help_text="Why text is missing.")
    signed = serializers.BooleanField(source="version.signed", default=False)
    encrypted = serializers.BooleanField(source="version.encrypted", default=False)
    tagged = serializers.BooleanField(source="version.tagged", default=False)
    malware = serializers.ChoiceField(
        [str(verdict) for verdict in ScanVerdict], source="version.malware", default=str(ScanVerdict.NOT_SCANNED)
    )
    original = serializers.SerializerMethodField()
    no_rendition = serializers.SerializerMethodField(help_text="Why there is no PDF/A beside the original.")
    attachments = DocumentNameSerializer(many=True)
    siblings = DocumentNameSerializer(
        many=True, help_text="The other attachments of the same e-mail in their order, as far as you may read them."
    )
    fields = FieldsField(source="told.values")  # type: ignore[assignment]
    fields_version = serializers.IntegerField(source="told.version", allow_null=True)
    former_fields = FormerFieldSerializer(source="told.former", many=True)
    actions = serializers.ListField(
        child=serializers.ChoiceField(
            [*(str(action) for action in DocumentAction), FILE, COPY, SPLIT, MERGE, HAND_IN, *CHECK_OUT_VERBS]
        ),
        help_text="What you can change now.",
    )

    @extend_schema_field(KindSerializer(allow_null=True))
    def get_kind_guess(self, answer: DocumentAnswer) -> dict[str, str] | None:
        slug = answer.document.kind_guess
        return {"slug": slug, "label": answer.kinds.get(slug, slug)} if slug else None

    @extend_schema_field(DocumentProblemSerializer(allow_null=True))
    def get_problem(self, answer: DocumentAnswer) -> dict[str, str] | None:
        code = answer.document.problem
        reason = reason_of(code)
        if reason is None:
            return None
        return {"code": code, "sentence": str(reason.sentence), "next_step": str(reason.next_step)}

    @extend_schema_field(OriginalSerializer(allow_null=True))
    def get_original(self, answer: DocumentAnswer) -> dict[str, Any] | None:
        stored = answer.objects.get(ObjectRole.ORIGINAL)
        if stored is None:
            return None
        return {"sha256": stored.sha256, "size": stored.size, "media_type": stored.media_type}

    @extend_schema_field(SentenceSerializer(allow_null=True))
    def get_no_rendition(self, answer: DocumentAnswer) -> dict[str, str] | None:
        version = answer.version
        if version is None or not version.no_rendition:
            return None
        sentence = no_rendition_sentence(version.no_rendition, version.rendition_detail)
        return {"code": version.no_rendition, "sentence": str(sentence)}


class DocumentFilter(serializers.Serializer):
    """Several values of one parameter: any of them."""

    kind = KindsField(required=False)
    state = serializers.ListField(child=serializers.ChoiceField(DocumentState.choices), required=False)
    year = serializers.ListField(
        child=serializers.IntegerField(min_value=1900, max_value=2200),
        required=False,
        help_text="Year of receipt.",
    )
    text_state = serializers.ListField(child=serializers.ChoiceField(TextState.choices), required=False)
    dossier = serializers.UUIDField(required=False, help_text="Only what lies in this dossier, its cases included.")
    case = serializers.UUIDField(required=False, help_text="Only what lies in this case.")
    filed = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="`false`: only what lies in the inbox still."
    )


class DocumentChangeSerializer(ChangeSerializer):
    """What a person corrects; at least one of these."""

    shown = DocumentSerializer

    title = serializers.CharField(required=False, max_length=LONGEST)
    sender = serializers.CharField(required=False, max_length=LONGEST, allow_blank=True)
    letter_date = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="Null: it has none.",
        error_messages={"invalid": gettext_lazy("Ein Datum wird in der Form JJJJ-MM-TT erwartet.")},
    )
    kind = serializers.CharField(
        required=False,
        max_length=40,
        allow_null=True,
        help_text="Slug of the kind that a person chose; null: none of these.",
    )
    fields = FieldsField(required=False)  # type: ignore[assignment]
