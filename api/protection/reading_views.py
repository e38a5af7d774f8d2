"""`…/sensitive/` and `…/readers/`: what is marked so that reading it is noted, and who has read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.dossiers.views import find_dossier
from api.http.base import ApiView, TypedTextField, read_parameters
from api.http.parsers import JSONParser
from api.http.problems import Problem
from api.http.purposes import purposes_of
from api.plan.views import find_entry
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.records.models import Dossier
from dms.records.protection.marking import sensitive_mark, sensitive_unmark
from dms.records.protection.readers import Readers, who_read, write_readers
from dms.records.protection.reading import ANY_FILE
from dms.records.protection.scopes import Node
from dms.records.protection.sensitivity import SensitiveClass, protections


class MarkChangeSerializer(serializers.Serializer):
    """A mark with the reason for it."""

    sensitive = serializers.ChoiceField(
        SensitiveClass.choices, allow_null=True, help_text="The class; null: none but what holds above."
    )
    asks_purpose = serializers.BooleanField(default=False, help_text="Whether a purpose is asked for before reading.")
    reason = TypedTextField(max_length=500, help_text="Why; it stands in the history.")


class MarkSerializer(serializers.Serializer):
    """What is marked here, and what holds here."""

    sensitive = serializers.ChoiceField(
        SensitiveClass.choices, allow_null=True, help_text="The class that is marked here itself."
    )
    asks_purpose = serializers.BooleanField(help_text="Whether it is marked here that a purpose is asked for.")
    in_force = serializers.ChoiceField(
        SensitiveClass.choices, allow_null=True, help_text="Of a dossier: the class by which its readings are noted."
    )


class ReadersParameters(serializers.Serializer):
    since = serializers.DateTimeField(help_text="The first moment; without a zone in local time.")
    until = serializers.DateTimeField(help_text="The last moment, inclusive.")


class ReadToldSerializer(serializers.Serializer):
    """Somebody read, was refused, or asked who did."""

    at = serializers.DateTimeField(help_text="When.")
    actor = serializers.CharField(help_text="Who: `user:…` or `operator:…`.")
    what = serializers.CharField(help_text="What, for people; a document's title only where you may read it.")
    target = serializers.CharField(help_text="What, by its kind and `id`.")
    how = serializers.CharField(help_text="In which way, for people.")
    why = serializers.CharField(help_text="The purpose of the reading, or the reason of the question.")


class ReadersSerializer(serializers.Serializer):
    """Who has seen a dossier."""

    in_force = serializers.ChoiceField(
        SensitiveClass.choices, source="protection.sensitive", allow_null=True, default=None,
        help_text="The class by which readings are noted today; null: they are not.",
    )  # fmt: skip
    reads = ReadToldSerializer(many=True, help_text="The readings, the oldest first.")
    refusals = ReadToldSerializer(many=True, help_text="Attempts that were refused.")
    questions = ReadToldSerializer(many=True, help_text="Who has asked this since then, and this question itself.")


class DossierSensitiveView(ApiView):
    serializer_class = MarkSerializer
    parser_classes = [JSONParser]
    pagination_class = None

    @extend_schema(operation_id="dossiers_sensitive")
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """Whether each reading of the dossier is noted, and why."""
        return _marked(self, find_dossier(self.actor, dossier_id, None))

    @extend_schema(operation_id="dossiers_set_sensitive", request=MarkChangeSerializer)
    def put(self, request: Request, dossier_id: UUID) -> Response:
        """Marks the dossier, or takes its own mark back. A right of the registry."""
        return _mark(self, find_dossier(self.actor, dossier_id, None))


class EntrySensitiveView(ApiView):
    serializer_class = MarkSerializer
    parser_classes = [JSONParser]
    pagination_class = None

    @extend_schema(operation_id="plan_entries_sensitive")
    def get(self, request: Request, entry_id: UUID) -> Response:
        """Whether each reading of what lies below the entry is noted, as far as it says so itself."""
        return _marked(self, find_entry(self.actor, entry_id))

    @extend_schema(operation_id="plan_entries_set_sensitive", request=MarkChangeSerializer)
    def put(self, request: Request, entry_id: UUID) -> Response:
        """Marks the entry and so all dossiers below it, or takes its own mark back. A right of the registry."""
        return _mark(self, find_entry(self.actor, entry_id))


class DossierReadersView(ApiView):
    serializer_class = ReadersSerializer
    pagination_class = None

    @extend_schema(operation_id="dossiers_readers", parameters=[ReadersParameters])
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """Who has seen the dossier between two moments. The question is kept, with `Registratur-Purpose` as its reason.

        Only for data protection and audit (the role `revision`).
        """
        return Response(self.get_serializer(_asked(self, request, dossier_id)).data)


class DossierReadersExportView(ApiView):
    pagination_class = None

    @extend_schema(
        operation_id="dossiers_readers_export",
        parameters=[ReadersParameters],
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, dossier_id: UUID) -> HttpResponse:
        """The same as a table (CSV)."""
        written = write_readers(_asked(self, request, dossier_id))
        disposition = content_disposition_header(as_attachment=True, filename="readers.csv") or ""
        return HttpResponse(
            written, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
        )


def _asked(view: ApiView, request: Request, dossier_id: UUID) -> Readers:
    dossier = find_dossier(view.actor, dossier_id, None)
    require(view.actor, Permission.READS_AUDIT, dossier)
    asked = read_parameters(ReadersParameters, request)
    reason = purposes_of(request)[ANY_FILE]
    if not reason.strip():
        sentence = _("Bitte den Grund der Frage im Header „Registratur-Purpose“ nennen; er wird festgehalten.")
        raise Problem(status.HTTP_428_PRECONDITION_REQUIRED, "purpose_needed", sentence)
    return who_read(view.actor, dossier, asked["since"], asked["until"], reason=reason)


def _mark(view: ApiView, node: Node) -> Response:
    asked = MarkChangeSerializer(data=view.request.data)
    asked.is_valid(raise_exception=True)
    values: dict[str, Any] = asked.validated_data
    if values["sensitive"]:
        chosen = SensitiveClass(values["sensitive"])
        node = sensitive_mark(
            view.actor, node, chosen, asks_purpose=values["asks_purpose"], reason=values["reason"]
        )  # fmt: skip
    else:
        node = sensitive_unmark(view.actor, node, reason=values["reason"])
    return _marked(view, node)


def _marked(view: ApiView, node: Node) -> Response:
    in_force = protections([node.pk]).get(node.pk) if isinstance(node, Dossier) else None
    told = {
        "sensitive": node.sensitive or None, "asks_purpose": node.asks_purpose,
        "in_force": str(in_force.sensitive) if in_force else None,
    }  # fmt: skip
    return Response(view.get_serializer(told).data)
