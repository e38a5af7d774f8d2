"""What is kept: kinds of documents, documents, their versions, stored objects and pages."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dms.access.levels import Level
from dms.access.models import Scope
from dms.audit.lifecycle import Lifecycle
from dms.audit.models import Recorded
from dms.pages import PageText
from dms.records.documents.queries import DocumentQuerySet
from dms.records.dossiers.models import Case, Dossier, ReferenceNumber
from dms.records.fields.models import DossierKind, FieldVersion
from dms.records.holdings.models import Loan, Volume
from dms.records.order import german
from dms.records.parties.models import Participation, Party, PartyAddress, PartyRole
from dms.records.plan.models import FilePlan, PlanEntry
from dms.records.protection.following.models import Following
from dms.records.relations.models import Relation


class DocumentKind(Recorded):
    """A kind of municipal mail (Dokumentart), such as an application or an invoice."""

    slug = models.SlugField(primary_key=True, max_length=40)
    label = models.CharField(max_length=100)
    description = models.CharField(max_length=300, blank=True)

    audited_fields = ("label", "description")

    class Meta:
        ordering = [german("label")]

    def __str__(self) -> str:
        return self.label


class DocumentState(models.TextChoices):
    RECEIVED = "received", _("eingegangen")
    CHECKED = "checked", _("geprüft")


class DocumentVerb(StrEnum):
    CHECK = "check"
    """A person confirms or corrects the kind."""
    FILE = "file"
    """It is put into a dossier or case, or from one into another."""
    CORRECT = "correct"
    """A person corrects title, sender or date; that says nothing about the kind."""
    UNCHECK = "uncheck"
    """A person takes it back that the kind was checked."""
    HAND_IN = "hand_in"
    """A new version of its content is handed in; it becomes one once it is read."""
    CHECK_OUT = "check_out"
    """One person alone may hand in versions, for a time."""
    GIVE_BACK = "give_back"
    BREAK_CHECK_OUT = "break_check_out"
    """Somebody with that right ends what another one checked out, with a reason."""


class KindSource(models.TextChoices):
    NONE = "none", _("unsicher")
    MODEL = "model", _("vorgeschlagen")
    PERSON = "person", _("bestätigt")


class TextState(models.TextChoices):
    READ = "read", _("Text gelesen")
    PARTLY = "partly", _("Text nur zum Teil gelesen")
    NONE = "none", _("kein Text")
    UNREADABLE = "unreadable", _("kann noch nicht gelesen werden")


class Document(Recorded):
    """One piece of mail. Until it is filed it lives in the inbox and its events in the chain of its item; then both
    are those of its dossier, and so are its rights."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scope = models.ForeignKey(Scope, models.PROTECT, related_name="documents")
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.OPEN, db_default=Level.OPEN)
    """The higher of its own and that of its dossier: what the rule compares."""
    own_level = models.PositiveSmallIntegerField(choices=Level, default=Level.OPEN, db_default=Level.OPEN)
    item_id = models.UUIDField(db_index=True)
    """The inbox item it came in by; also the key of its chain of events."""
    part = models.PositiveIntegerField()
    """Its number among the documents of the item: 0 is the file itself, attachments follow."""
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="attachments")
    dossier = models.ForeignKey(Dossier, models.PROTECT, null=True, related_name="documents")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="documents")
    volume = models.ForeignKey("records.Volume", models.PROTECT, null=True, related_name="documents")
    filed_at = models.DateTimeField(null=True)
    filed_by = models.CharField(max_length=200, blank=True)
    """`Actor.key`; empty while it is in the inbox."""
    state = models.CharField(max_length=20, choices=DocumentState, default=DocumentState.RECEIVED)
    title = models.CharField(max_length=300)
    sender = models.CharField(max_length=300, blank=True)
    letter_date = models.DateField(null=True)
    received_at = models.DateTimeField()
    filename = models.CharField(max_length=255)
    kind = models.ForeignKey(DocumentKind, models.PROTECT, null=True, related_name="documents")
    kind_source = models.CharField(max_length=20, choices=KindSource, default=KindSource.NONE)
    kind_confidence = models.FloatField(null=True)
    kind_guess = models.CharField(max_length=40, blank=True)
    """The model's best guess, also where it is too unsure to be taken."""
    kind_because = models.JSONField(default=list)
    """`[{"word": …, "weight": …}]`, the words that weighed most, the largest first."""
    field_version = models.ForeignKey(FieldVersion, models.PROTECT, null=True, related_name="+")
    """The fields that `field_values` are under (`dms.records.fields.filling`)."""
    field_values = models.JSONField(default=dict)
    former_values = models.JSONField(default=list)
    field_words = models.TextField(blank=True)
    """The values as people read them, to be searched; made from the two above."""
    field_parties = ArrayField(models.UUIDField(), default=list)
    """The parties to which its values lead, as entered; made from the values."""
    text_state = models.CharField(max_length=20, choices=TextState)
    problem = models.CharField(max_length=40, blank=True)
    """Code of the reason (`ingest.reasons`) why text is missing, empty when nothing is missing."""
    version_number = models.PositiveIntegerField(default=1)
    """Of the current version: the newest one, for a version comes to be only when it is whole."""
    checked_out_by = models.CharField(max_length=200, blank=True)
    """`Actor.key`. After `checked_out_until` it says nothing any more (`dms.records.documents.checking_out`)."""
    checked_out_at = models.DateTimeField(null=True)
    checked_out_until = models.DateTimeField(null=True)

    objects = DocumentQuerySet.as_manager()  # type: ignore[misc]
    lifecycle = Lifecycle(
        {
            (DocumentState.RECEIVED, DocumentVerb.CHECK): DocumentState.CHECKED,
            (DocumentState.CHECKED, DocumentVerb.CHECK): DocumentState.CHECKED,
            (DocumentState.RECEIVED, DocumentVerb.FILE): DocumentState.RECEIVED,
            (DocumentState.CHECKED, DocumentVerb.FILE): DocumentState.CHECKED,
            (DocumentState.RECEIVED, DocumentVerb.CORRECT): DocumentState.RECEIVED,
            (DocumentState.CHECKED, DocumentVerb.CORRECT): DocumentState.CHECKED,
            (DocumentState.CHECKED, DocumentVerb.UNCHECK): DocumentState.RECEIVED,
            (DocumentState.RECEIVED, DocumentVerb.HAND_IN): DocumentState.RECEIVED,
            (DocumentState.CHECKED, DocumentVerb.HAND_IN): DocumentState.CHECKED,
            (DocumentState.RECEIVED, DocumentVerb.CHECK_OUT): DocumentState.RECEIVED,
            (DocumentState.CHECKED, DocumentVerb.CHECK_OUT): DocumentState.CHECKED,
            (DocumentState.RECEIVED, DocumentVerb.GIVE_BACK): DocumentState.RECEIVED,
            (DocumentState.CHECKED, DocumentVerb.GIVE_BACK): DocumentState.CHECKED,
            (DocumentState.RECEIVED, DocumentVerb.BREAK_CHECK_OUT): DocumentState.RECEIVED,
            (DocumentState.CHECKED, DocumentVerb.BREAK_CHECK_OUT): DocumentState.CHECKED,
        }
    )
    outbox_topics = ("search",)
    audited_fields = (
        "scope_id", "level", "own_level", "item_id", "part", "parent_id", "dossier_id", "case_id", "volume_id",
        "filed_at", "filed_by", "state", "title", "sender", "letter_date", "received_at", "filename", "kind_id",
        "kind_source", "kind_confidence", "kind_guess", "field_version_id", "field_values",
        "former_values", "text_state", "problem", "version_number",
        "checked_out_by", "checked_out_at", "checked_out_until",
    )  # fmt: skip

    class Meta:
        ordering = ["-received_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["item_id", "part"], name="one_document_per_part"),
            models.CheckConstraint(condition=Q(state__in=DocumentState.values), name="document_state_is_known"),
            models.CheckConstraint(
                condition=Q(level__in=Level.values, level__gte=F("own_level")), name="document_level_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__isnull=True) | ~Q(kind_source=KindSource.NONE), name="kind_has_a_source"
            ),
            models.CheckConstraint(
                condition=Q(dossier__isnull=True, case__isnull=True, filed_at__isnull=True, filed_by="")
                | Q(~Q(filed_by=""), dossier__isnull=False, filed_at__isnull=False),
                name="filed_by_somebody_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(checked_out_by="", checked_out_at__isnull=True, checked_out_until__isnull=True)
                | Q(~Q(checked_out_by=""), checked_out_at__isnull=False, checked_out_until__isnull=False),
                name="checked_out_by_somebody_for_a_time",
            ),
            models.CheckConstraint(
                condition=Q(field_version__isnull=False) | Q(field_values={}), name="document_values_have_fields"
            ),
        ]
        indexes = [
            models.Index(fields=["scope", "-received_at", "id"], name="document_list"),
            models.Index(fields=["-received_at", "id"], name="document_latest"),
            models.Index(fields=["item_id"], condition=Q(dossier__isnull=True), name="document_unfiled"),
            models.Index(fields=["filed_by", "-filed_at"], condition=~Q(filed_by=""), name="document_filed_last"),
            models.Index(fields=["sender", "-filed_at"], condition=~Q(filed_by=""), name="document_filed_sender"),
            models.Index(fields=["scope"], condition=~Q(field_parties=[]), name="document_names_somebody"),
            GinIndex(fields=["field_parties"], name="document_field_parties"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def chain(self) -> str:
        return f"dossier:{self.dossier_id}" if self.dossier_id else self.item_chain

    @property
    def item_chain(self) -> str:
        """Tells how it came in, and all that happened before it was filed."""
        return f"item:{self.item_id}"

    @property
    def no_kind_fits(self) -> bool:
        """A person decided that none of the kinds fits. Without that decision no kind means: unsure."""
        return self.kind_id is None and self.kind_source == KindSource.PERSON


class DocumentVersion(Recorded):
    """One immutable state of a document's content. The first came with the document; the others say how they came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    page_count = models.PositiveIntegerField()
    signed = models.BooleanField(default=False)
    encrypted = models.BooleanField(default=False)
    tagged = models.BooleanField(default=False)
    malware = models.CharField(max_length=20)
    """A `dms.ports.ScanVerdict`."""
    no_rendition = models.CharField(max_length=40, blank=True)
    """Why there is no PDF/A beside the original, empty when there is one (`ingest.facts.RenderedPart`)."""
    rendition_detail = models.CharField(max_length=300, blank=True)
    """What that reason names; or, when there is one, the fonts that are not those of the original."""
    item_id = models.UUIDField(null=True)
    """The item that it was handed in by; of the first version none: it is that of the document."""
    filename = models.CharField(max_length=255, blank=True)
    handed_in_at = models.DateTimeField(null=True)
    handed_in_by = models.CharField(max_length=200, blank=True)
    """`Actor.key`."""
    comment = models.CharField(max_length=500, blank=True)
    """Why there is this version, as the person wrote it."""

    audited_fields: ClassVar[tuple[str, ...]] = (
        "document_id", "number", "media_type", "page_count", "signed", "encrypted", "tagged", "malware", "no_rendition",
        "item_id", "filename", "handed_in_at", "handed_in_by", "comment",
    )  # fmt: skip

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="version_number")]

    @property
    def came_by(self) -> uuid.UUID:
        """The item of the inbox in which it was read."""
        return self.item_id or self.document.item_id

    @property
    def came_at(self) -> datetime:
        return self.handed_in_at or self.document.received_at

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.filename or self.document.filename


class ObjectRole(models.TextChoices):
    ORIGINAL = "original", _("Original")
    RENDITION = "rendition", _("PDF/A")
    THUMBNAIL = "thumbnail", _("Vorschaubild")
    PAGE_IMAGE = "page_image", _("Seitenbild")
    READING = "reading", _("Gelesener Text")
    MANIFEST = "manifest", _("Begleitzettel")


class StoredObject(Recorded):
    """Bytes in the object store that belong to a version. A copy of a document has rows of its own for the same bytes
    (`dms.records.dossiers.copying`): whoever destroys a record removes only bytes that no other row names."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="stored_objects")
    role = models.CharField(max_length=20, choices=ObjectRole)
    key = models.CharField(max_length=300, db_index=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)

    audited_fields = ("version_id", "role", "key", "sha256", "size", "media_type")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="object_once_in_a_version")]
        indexes = [
            models.Index(fields=["version", "role"], name="object_by_role"),
            models.Index(fields=["sha256"], condition=Q(role=ObjectRole.ORIGINAL), name="original_by_digest"),
        ]


class Page(Recorded):
    """One page as it was read: its text with word boxes, and its picture."""

    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="pages")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=20)
    """text_layer, ocr or none."""
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    """Pixels of the page image."""
    turn = models.PositiveSmallIntegerField(default=0)
    dpi = models.PositiveIntegerField(default=0)
    blank = models.BooleanField(default=False)
    confidence = models.FloatField(null=True)
    barcodes = models.JSONField(default=list)
    problem = models.CharField(max_length=40, blank=True)
    image = models.ForeignKey(StoredObject, models.PROTECT, null=True, related_name="+")
    text_sha256 = models.CharField(max_length=64)
    lines = models.JSONField(default=list)
    """`PageText.to_json()`."""

    audited_fields = ("version_id", "number", "source", "turn", "blank", "problem", "text_sha256")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="page_number")]

    @property
    def page_text(self) -> PageText:
        return PageText.from_json(self.lines)


class ClassifierModel(Recorded):
    """A trained text model. The one trained last is in use; its bytes are checked against the digest when loaded."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.CharField(max_length=64)
    key = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    trained_at = models.DateTimeField()
    examples = models.PositiveIntegerField()
    corrections = models.PositiveIntegerField()

    audited_fields = ("version", "key", "sha256", "trained_at", "examples", "corrections")

    class Meta:
        get_latest_by = "trained_at"


__all__ = [
    "Case", "ClassifierModel", "Document", "DocumentKind", "DocumentState", "DocumentVerb", "DocumentVersion",
    "Dossier", "DossierKind", "FieldVersion", "FilePlan", "Following", "KindSource", "Loan", "ObjectRole", "Page",
    "Participation", "Party", "PartyAddress", "PartyRole", "PlanEntry", "ReferenceNumber", "Relation", "StoredObject",
    "TextState", "Volume",
]  # fmt: skip
