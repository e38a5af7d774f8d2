"""`…/history/` and `…/past/` of documents and dossiers: what happened, and what stood there at a past moment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.views import find_document
from api.dossiers.views import find_dossier
from api.http.base import ApiView, read_parameters
from api.http.problems import not_found
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.audit.events import RULES, Event
from dms.audit.models import EventRow
from dms.records.documents.history import changes_of, events_about, reason_of
from dms.records.dossiers.history import dossier_history
from dms.records.dossiers.history_forms import HistoryForm, write_dossier_history
from dms.records.fields.telling import values_then
from dms.records.models import Document
from dms.records.past import DossierThen, document_then, dossier_then
from dms.records.protection.reading import Way
from dms.records.protection.sensitivity import SensitiveClass


class FieldChangeSerializer(serializers.Serializer):
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class FieldToldSerializer(serializers.Serializer):
    """A field that changed, with its values as people read them."""

    field = serializers.CharField(source="label", help_text="What it is called.")
    before = serializers.CharField(help_text="What stood there.")
    after = serializers.CharField(help_text="What stood there from then on.")


class EventSerializer(serializers.Serializer):
    number = serializers.IntegerField(help_text="Place in the chain of events, which holds others as well.")
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    event = serializers.CharField(help_text="Stable name.")
    text = serializers.CharField(help_text="What happened, for people.")
    reason = serializers.CharField()
    changes = FieldChangeSerializer(many=True)


class PastParameters(serializers.Serializer):
    at = serializers.DateTimeField(help_text="The moment; without a zone in local time. Events count in their order.")


class DocumentThenSerializer(serializers.Serializer):
    """A document as it stood at a past moment."""

    values = serializers.JSONField(help_text="The audited fields, by name, as they stood then.")


class ProtectionThenSerializer(serializers.Serializer):
    """Why each reading was kept, whichever mark said so."""

    sensitive = serializers.ChoiceField(SensitiveClass.choices, help_text="The class of the nearest mark.")
    asks_purpose = serializers.BooleanField(help_text="Whether a purpose was asked for before reading.")


class DossierThenSerializer(serializers.Serializer):
    """A dossier as it stood at a past moment, with what lay in it."""

    dossier = serializers.JSONField(help_text="The audited fields of the dossier, as they stood then.")
    cases = serializers.JSONField(help_text="Those of each case that was in it, by its `id`.")
    documents = serializers.JSONField(help_text="Those of each document that lay in it, by its `id`.")
    parties = serializers.JSONField(help_text="Those of each participation, by its `id`.")
    volumes = serializers.JSONField(help_text="Those of each volume, by its `id`.")
    loans = serializers.JSONField(help_text="Those of each loan until then, by its `id`.")
    names = serializers.JSONField(help_text="What the parties were called then, by the `id` of the party.")
    protection = ProtectionThenSerializer(allow_null=True, help_text="By its own mark or one above it; null: none.")
    field_texts = serializers.SerializerMethodField(help_text="What stood in the fields of its kind, by label.")

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_field_texts(self, then: DossierThen) -> dict[str, str]:
        return {one.label: one.after for one in values_then(then.dossier)}


class DossierEventSerializer(serializers.Serializer):
    """One thing that happened to a dossier, or to a case or document in it."""

    number = serializers.IntegerField(help_text="Place among the events of the dossier that you may see.")
    at = serializers.DateTimeField(help_text="When.")
    actor = serializers.CharField(help_text="Who: `user:…`, `system:…` or `operator:…`.")
    event = serializers.CharField(source="name", help_text="Stable name.")
    text = serializers.CharField(source="sentence", help_text="What happened, for people.")
    reason = serializers.CharField(help_text="Why, as the person gave it; else empty.")
    changes = FieldToldSerializer(many=True, help_text="What changed in the fields that people know.")


class HistoryParameters(serializers.Serializer):
    form = serializers.ChoiceField([str(form) for form in HistoryForm], help_text="Table or xdomea.")


class DocumentHistoryView(ApiView):
    serializer_class = EventSerializer
    pagination_class = None

    @extend_schema(operation_id="documents_history", responses=EventSerializer(many=True))
    def get(self, request: Request, document_id: UUID) -> Response:
        """What happened to a document, the oldest event first. Needs the right to see histories."""
        document = find_document(self.actor, document_id, Way.EXPORT)
        require(self.actor, Permission.HISTORY_VIEW, document)
        rows = events_about(document).order_by("id")
        return Response(self.get_serializer([_event(row, document) for row in rows], many=True).data)


class DocumentPastView(ApiView):
    serializer_class = DocumentThenSerializer
    pagination_class = None

    @extend_schema(operation_id="documents_past", parameters=[PastParameters])
    def get(self, request: Request, document_id: UUID) -> Response:
        """How a document stood at a past moment, told by its events. Needs the right to see histories."""
        document = find_document(self.actor, document_id, Way.EXPORT)
        require(self.actor, Permission.HISTORY_VIEW, document)
        values = document_then(document, read_parameters(PastParameters, request)["at"])
        if values is None:
            raise not_found()
        return Response(self.get_serializer({"values": values}).data)


class DossierHistoryView(ApiView):
    serializer_class = DossierEventSerializer
    pagination_class = None

    @extend_schema(operation_id="dossiers_history", responses=DossierEventSerializer(many=True))
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """What happened to a dossier and all in it, the oldest event first. Needs the right to see histories."""
        dossier = find_dossier(self.actor, dossier_id, Way.EXPORT)
        require(self.actor, Permission.HISTORY_VIEW, dossier)
        return Response(self.get_serializer(dossier_history(dossier, self.actor), many=True).data)


class DossierHistoryExportView(ApiView):
    pagination_class = None

    @extend_schema(
        operation_id="dossiers_history_export",
        parameters=[HistoryParameters],
        responses={(200, kind): OpenApiTypes.BINARY for kind in ("text/csv", "application/xml")},
    )
    def get(self, request: Request, dossier_id: UUID) -> HttpResponse:
        """The same as a table, or as HistorienProtokollInformation of xdomea 3.1.0."""
        dossier = find_dossier(self.actor, dossier_id, Way.EXPORT)
        require(self.actor, Permission.HISTORY_VIEW, dossier)
        form = HistoryForm(read_parameters(HistoryParameters, request)["form"])
        disposition = content_disposition_header(as_attachment=True, filename=f"verlauf{form.ending}") or ""
        headers = {"Content-Disposition": disposition}
        return HttpResponse(
            write_dossier_history(dossier, form, self.actor), content_type=form.media_type, headers=headers
        )


class DossierPastView(ApiView):
    serializer_class = DossierThenSerializer
    pagination_class = None

    @extend_schema(operation_id="dossiers_past", parameters=[PastParameters])
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """How a dossier stood at a past moment, told by its events. Needs the right to see histories."""
        dossier = find_dossier(self.actor, dossier_id, Way.EXPORT)
        require(self.actor, Permission.HISTORY_VIEW, dossier)
        then = dossier_then(dossier, read_parameters(PastParameters, request)["at"], self.actor)
        if then is None:
            raise not_found()
        return Response(self.get_serializer(then).data)


def _event(row: EventRow, document: Document) -> dict[str, Any]:
    known = row.name in set(Event)
    return {
        "number": row.number,
        "at": row.at,
        "actor": row.actor,
        "event": row.name,
        "text": str(RULES[Event(row.name)].text) if known else row.name,
        "reason": reason_of(row),
        "changes": changes_of(row, document),
    }
