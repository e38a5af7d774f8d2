"""`…/relations/`: what a dossier, case or document is joined with, from both ends."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from api.documents.views import find_document
from api.dossiers.views import find_case, find_dossier
from api.finding import find_opened
from api.http.base import ApiView
from api.http.parsers import JSONParser
from api.parties.shapes import REMOVABLE
from dms.records.relations.models import RelationKind
from dms.records.relations.relating import (
    Related,
    Thing,
    relation_make,
    relation_remove,
    relations_of,
    relations_seen,
    sort_of,
    visible_things,
)


class OtherEndSerializer(serializers.Serializer):
    """What stands at the other end."""

    id = serializers.UUIDField(help_text="Identifies it for ever.")
    title = serializers.CharField(help_text="What it is called.")
    reference_number = serializers.SerializerMethodField(help_text="Its number; empty for a document.")
    link = serializers.SerializerMethodField(help_text="Where it is found.")

    def get_reference_number(self, thing: Thing) -> str:
        return getattr(thing, "reference_number", "")

    @extend_schema_field(serializers.URLField())
    def get_link(self, thing: Thing) -> str:
        return str(reverse(f"api:{sort_of(thing)}", args=[thing.pk], request=self.context["request"]))


class RelationSerializer(serializers.Serializer):
    """A relation as it is read from where it was asked for."""

    id = serializers.UUIDField(source="relation.id", help_text="Identifies the relation.")
    kind = serializers.ChoiceField(RelationKind.choices, source="relation.kind", help_text="What joins the two.")
    outward = serializers.BooleanField(help_text="`true`: it was made from here; else from the other end.")
    text = serializers.CharField(source="label", help_text="How it is read from here, for people.")
    other = OtherEndSerializer(help_text="What it leads to.")
    made_at = serializers.DateTimeField(source="relation.made_at", help_text="When it was made.")
    actions = serializers.SerializerMethodField(help_text="What you can do with it.")

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(REMOVABLE)))
    def get_actions(self, related: Related) -> list[str]:
        return ["remove"] if related.may_remove else []


class NewRelationSerializer(serializers.Serializer):
    """To what, and how."""

    kind = serializers.ChoiceField(RelationKind.choices, help_text="As it is read from here.")
    other = serializers.UUIDField(help_text="The `id` of a thing of the same sort.")


class _RelationsView(ApiView):
    serializer_class = RelationSerializer
    pagination_class = None
    parser_classes = [JSONParser]

    def listed(self, thing: Thing) -> Response:
        return Response(self.get_serializer(relations_of(self.actor, thing), many=True).data)

    def made(self, request: Request, source: Thing) -> Response:
        asked = NewRelationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        target: Thing = find_opened(
            self.actor, visible_things(self.actor, sort_of(source)), asked.validated_data["other"]
        )
        kind = RelationKind(asked.validated_data["kind"])
        row = relation_make(self.actor, source, kind, target, now=timezone.now())
        [related] = [one for one in relations_of(self.actor, source) if one.relation.pk == row.pk]
        return Response(self.get_serializer(related).data, status=status.HTTP_201_CREATED)


class DossierRelationsView(_RelationsView):
    @extend_schema(operation_id="dossiers_relations_list", responses=RelationSerializer(many=True))
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """The dossiers that this one is joined with, as far as you may see them."""
        return self.listed(find_dossier(self.actor, dossier_id))

    @extend_schema(
        operation_id="dossiers_relations_create", request=NewRelationSerializer, responses={201: RelationSerializer}
    )
    def post(self, request: Request, dossier_id: UUID) -> Response:
        """Joins the dossier with another one that you may see. Both tell of it in their histories."""
        return self.made(request, find_dossier(self.actor, dossier_id))


class CaseRelationsView(_RelationsView):
    @extend_schema(operation_id="cases_relations_list", responses=RelationSerializer(many=True))
    def get(self, request: Request, case_id: UUID) -> Response:
        """The cases that this one is joined with, as far as you may see them."""
        return self.listed(find_case(self.actor, case_id))

    @extend_schema(
        operation_id="cases_relations_create", request=NewRelationSerializer, responses={201: RelationSerializer}
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Joins the case with another one that you may see. The dossiers of both tell of it."""
        return self.made(request, find_case(self.actor, case_id))


class DocumentRelationsView(_RelationsView):
    @extend_schema(operation_id="documents_relations_list", responses=RelationSerializer(many=True))
    def get(self, request: Request, document_id: UUID) -> Response:
        """The documents that this one is joined with, as far as you may see them."""
        return self.listed(find_document(self.actor, document_id))

    @extend_schema(
        operation_id="documents_relations_create", request=NewRelationSerializer, responses={201: RelationSerializer}
    )
    def post(self, request: Request, document_id: UUID) -> Response:
        """Joins the document with another one that you may see. Both tell of it in their histories."""
        return self.made(request, find_document(self.actor, document_id))


class RelationView(ApiView):
    serializer_class = RelationSerializer

    @extend_schema(operation_id="relations_remove", responses={204: None})
    def delete(self, request: Request, relation_id: UUID) -> Response:
        """Parts the two again; the histories of both keep that they were joined."""
        relation = find_opened(self.actor, relations_seen(self.actor), relation_id)
        relation_remove(self.actor, relation, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
