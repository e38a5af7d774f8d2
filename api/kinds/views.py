"""`/dossier-kinds/` and the fields of kinds: read by whoever sees the file plan, changed by the registry."""

from __future__ import annotations

from typing import Any, cast

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api.http.base import ApiView
from api.http.etags import IF_MATCH, etag_of, expected_of
from api.http.parsers import JSONParser
from api.http.problems import not_found
from api.kinds.shapes import (
    DossierKindChangeSerializer,
    DossierKindSerializer,
    FieldsChangeSerializer,
    FieldVersionSerializer,
    ImpactSerializer,
    NewDossierKindSerializer,
    NoVersion,
    difference_names,
    fields_of,
)
from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.access.rule import NotAllowed
from dms.records.fields.changing import Impact, base_of, fields_change, fields_compare
from dms.records.fields.keeping import (
    Kind,
    KindFacts,
    current_version,
    kind_change,
    kind_create,
    may_change_kinds,
    sees_kinds,
    versions_of,
)
from dms.records.fields.laying_down import InvalidField
from dms.records.fields.models import DossierKind
from dms.records.models import DocumentKind


class DossierKindsView(ApiView):
    serializer_class = DossierKindSerializer
    pagination_class = None
    parser_classes = [JSONParser]

    @extend_schema(operation_id="dossier_kinds_list", responses=DossierKindSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All kinds of dossiers, by their label; none for who sees no part of the file plan."""
        kinds = DossierKind.objects.all() if sees_kinds(self.actor) else DossierKind.objects.none()
        return Response(self.get_serializer(kinds, many=True).data)

    @extend_schema(
        operation_id="dossier_kinds_create", request=NewDossierKindSerializer, responses={201: DossierKindSerializer}
    )
    def post(self, request: Request) -> Response:
        """A new kind, without fields at first. A right of the registry."""
        if not may_change_kinds(self.actor):
            raise NotAllowed(self.actor, Permission.KINDS_CHANGE)
        new = NewDossierKindSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        facts = dict(new.validated_data)
        return _answer(
            self, kind_create(self.actor, facts.pop("slug"), cast(KindFacts, facts)), status.HTTP_201_CREATED
        )


class DossierKindView(ApiView):
    serializer_class = DossierKindSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="dossier_kinds_retrieve")
    def get(self, request: Request, slug: str) -> Response:
        """The `ETag` can be sent as `If-Match` with a change."""
        return _answer(self, _find(self.actor, DossierKind, slug))

    @extend_schema(operation_id="dossier_kinds_change", request=DossierKindChangeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, slug: str) -> Response:
        """Renames, describes, retires a kind or takes it up again. A right of the registry."""
        kind = cast(DossierKind, _find_to_change(self.actor, DossierKind, slug))
        change = DossierKindChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        facts = cast(KindFacts, change.validated_data)
        return _answer(self, kind_change(self.actor, kind, facts, expected=expected_of(request, kind)))


class _FieldsView(ApiView):
    serializer_class = FieldVersionSerializer
    parser_classes = [JSONParser]
    model: type[Kind]

    def _shown(self, slug: str) -> Response:
        kind = _find(self.actor, self.model, slug)
        version = current_version(kind)
        return Response(self.get_serializer(version or NoVersion()).data, headers=_etag(kind))

    def _changed(self, request: Request, slug: str) -> Response:
        kind = _find_to_change(self.actor, self.model, slug)
        sent = FieldsChangeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        asked, expected = sent.validated_data, request.headers.get("If-Match", "*").strip()
        base = None if expected == "*" else expected.removeprefix("W/").strip('"')
        try:
            wanted = fields_of(asked["fields"])
            impact = fields_compare(self.actor, kind, wanted)
            if asked["apply"]:
                fields_change(self.actor, kind, wanted, now=timezone.now(), base=base, reason=asked["reason"])
        except InvalidField as error:
            raise ValidationError({"fields": {str(error.number): {error.field: [str(error)]}}}) from error
        return Response(_impact(impact, kind, applied=asked["apply"]), headers=_etag(kind))


class DossierKindFieldsView(_FieldsView):
    model = DossierKind

    @extend_schema(operation_id="dossier_kinds_fields")
    def get(self, request: Request, slug: str) -> Response:
        """The fields that dossiers of the kind have now. The `ETag` can be sent as `If-Match` with a change."""
        return self._shown(slug)

    @extend_schema(
        operation_id="dossier_kinds_fields_change", request=FieldsChangeSerializer, responses=ImpactSerializer,
        parameters=[IF_MATCH],
    )  # fmt: skip
    def put(self, request: Request, slug: str) -> Response:
        """Tells what other fields would touch, and makes them a new version when `apply` says so."""
        return self._changed(request, slug)


class DocumentKindFieldsView(_FieldsView):
    model = DocumentKind

    @extend_schema(operation_id="document_kinds_fields")
    def get(self, request: Request, slug: str) -> Response:
        """The fields that documents of the kind have now. The `ETag` can be sent as `If-Match` with a change."""
        return self._shown(slug)

    @extend_schema(
        operation_id="document_kinds_fields_change", request=FieldsChangeSerializer, responses=ImpactSerializer,
        parameters=[IF_MATCH],
    )  # fmt: skip
    def put(self, request: Request, slug: str) -> Response:
        """Tells what other fields would touch, and makes them a new version when `apply` says so."""
        return self._changed(request, slug)


class _VersionsView(ApiView):
    serializer_class = FieldVersionSerializer
    pagination_class = None
    model: type[Kind]

    def _shown(self, slug: str) -> Response:
        versions = versions_of(_find(self.actor, self.model, slug))
        return Response(self.get_serializer(versions, many=True).data)


class DossierKindVersionsView(_VersionsView):
    model = DossierKind

    @extend_schema(operation_id="dossier_kinds_fields_versions", responses=FieldVersionSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Every version of the fields of a kind of dossiers, the newest first."""
        return self._shown(slug)


class DocumentKindVersionsView(_VersionsView):
    model = DocumentKind

    @extend_schema(operation_id="document_kinds_fields_versions", responses=FieldVersionSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """Every version of the fields of a kind of documents, the newest first."""
        return self._shown(slug)


def find_dossier_kind(slug: str | None) -> DossierKind | None:
    """None for null. Raises ValidationError."""
    if slug is None:
        return None
    kind: DossierKind | None = DossierKind.objects.filter(pk=slug).first()
    if kind is None:
        raise ValidationError({"kind": [_("Diese Aktenart gibt es nicht.")]})
    return kind


def _find(actor: Actor, model: type[Kind], slug: str) -> Kind:
    kind: Kind | None = models.QuerySet(model).filter(pk=slug).first() if sees_kinds(actor) else None
    if kind is None:
        raise not_found()
    return kind


def _find_to_change(actor: Actor, model: type[Kind], slug: str) -> Kind:
    """Raises NotFound for who may not see it, NotAllowed for who may not change it."""
    kind = _find(actor, model, slug)
    if not may_change_kinds(actor):
        raise NotAllowed(actor, Permission.KINDS_CHANGE)
    return kind


def _etag(kind: Kind) -> dict[str, str]:
    return {"ETag": f'"{base_of(kind)}"'}


def _impact(impact: Impact, kind: Kind, *, applied: bool) -> Any:
    told = {
        "applied": applied, "number": int(base_of(kind)), "differences": difference_names(impact.differences),
        "records": impact.records, "lacking": impact.lacking,
        "unfit": [{"label": label, "count": count} for label, count in impact.unfit.items()],
    }  # fmt: skip
    return ImpactSerializer(told).data


def _answer(view: ApiView, kind: Kind, code: int = status.HTTP_200_OK) -> Response:
    fresh = DossierKind.objects.get(pk=kind.pk)
    return Response(view.get_serializer(fresh).data, status=code, headers=etag_of(fresh))
