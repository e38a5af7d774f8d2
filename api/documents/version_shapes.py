"""How the versions of a document look to programs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from api.documents.shapes import SentenceSerializer
from dms.ports import ScanVerdict
from dms.records.documents.versions import LONGEST_COMMENT, is_former
from dms.records.models import DocumentVersion, ObjectRole, StoredObject
from ingest.no_rendition import no_rendition_sentence


class VersionLinksSerializer(serializers.Serializer):
    self = serializers.URLField()
    document = serializers.URLField()
    pages = serializers.URLField()
    original = serializers.URLField()
    rendition = serializers.URLField(allow_null=True)
    thumbnail = serializers.URLField(allow_null=True)


class VersionSerializer(serializers.Serializer):
    """One version of a document. It never changes; the newest one is the current one."""

    number = serializers.IntegerField()
    current = serializers.SerializerMethodField(help_text="Pages, downloads and search use this one.")
    handed_in_at = serializers.DateTimeField(source="came_at")
    handed_in_by = serializers.CharField(help_text="`user:` and the name; empty for the one that came by mail.")
    comment = serializers.CharField(help_text="Why there is this version; may be empty.")
    filename = serializers.CharField(source="name")
    media_type = serializers.CharField()
    page_count = serializers.IntegerField()
    signed = serializers.BooleanField()
    encrypted = serializers.BooleanField()
    tagged = serializers.BooleanField()
    malware = serializers.ChoiceField([str(verdict) for verdict in ScanVerdict])
    sha256 = serializers.SerializerMethodField(help_text="Of the file as it came in.")
    size = serializers.SerializerMethodField(help_text="Bytes of that file.")
    no_rendition = serializers.SerializerMethodField(help_text="Why there is no PDF/A beside the original.")
    item = serializers.UUIDField(source="came_by", help_text="The item of the inbox in which it was read.")
    links = serializers.SerializerMethodField()

    def get_current(self, version: DocumentVersion) -> bool:
        return not is_former(version)

    def get_sha256(self, version: DocumentVersion) -> str:
        return next((one.sha256 for one in _objects(version) if one.role == ObjectRole.ORIGINAL), "")

    def get_size(self, version: DocumentVersion) -> int:
        return next((one.size for one in _objects(version) if one.role == ObjectRole.ORIGINAL), 0)

    @extend_schema_field(SentenceSerializer(allow_null=True))
    def get_no_rendition(self, version: DocumentVersion) -> dict[str, str] | None:
        if not version.no_rendition:
            return None
        sentence = no_rendition_sentence(version.no_rendition, version.rendition_detail)
        return {"code": version.no_rendition, "sentence": str(sentence)}

    @extend_schema_field(VersionLinksSerializer)
    def get_links(self, version: DocumentVersion) -> dict[str, str | None]:
        roles = {one.role for one in _objects(version)}

        def link(name: str) -> str:
            keys = [version.document_id, version.number]
            return str(reverse(f"api:{name}", args=keys, request=self.context["request"]))

        return {
            "self": link("document-version"),
            "document": str(reverse("api:document", args=[version.document_id], request=self.context["request"])),
            "pages": link("version-pages"),
            "original": link("version-original"),
            "rendition": link("version-rendition") if ObjectRole.RENDITION in roles else None,
            "thumbnail": link("version-thumbnail") if ObjectRole.THUMBNAIL in roles else None,
        }


class VersionUploadSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True, help_text="Any file; what cannot be read becomes no version.")
    comment = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_COMMENT, help_text="What is new, for people."
    )


def _objects(version: DocumentVersion) -> list[StoredObject]:
    """`whole_objects` came along (`api.documents.version_views.read_versions`)."""
    return version.whole_objects  # type: ignore[attr-defined,no-any-return]
