"""`…/level/` of dossiers and documents, and `/clearances/`: how secret a thing is, and who is cleared for that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.views import find_document
from api.dossiers.views import find_dossier
from api.http.base import ApiView, TypedTextField
from api.http.etags import IF_MATCH, expected_of
from api.http.parsers import JSONParser
from api.http.problems import not_found
from dms.access.levels import CLEARED_NAMES, LEVEL_NAMES, NAMES, Level, level_named
from dms.access.models import Clearance, User
from dms.accounts.clearances import (
    ClearanceVerb,
    clearance_actions,
    clearance_give,
    clearance_withdraw,
    may_give_clearances,
)
from dms.records.models import Document, Dossier
from dms.records.protection.levels import document_set_level, dossier_set_level, levels_offered

TERM_ACTIONS = [str(verb) for verb in ClearanceVerb]
"""Of clearances, and of grants as well."""


class LevelChangeSerializer(serializers.Serializer):
    """A level with the reason for it."""

    level = serializers.ChoiceField(LEVEL_NAMES, help_text="How secret it is from now on.")
    reason = TypedTextField(max_length=500, help_text="Why; it stands in the history.")


class LevelSerializer(serializers.Serializer):
    """How secret something is."""

    level = serializers.ChoiceField(LEVEL_NAMES, help_text="Who is cleared for less is not told that it exists.")
    label = serializers.CharField(help_text="The same for people.")  # type: ignore[assignment]
    can_become = serializers.ListField(
        child=serializers.ChoiceField(LEVEL_NAMES), help_text="What you can set it to now; higher levels are raising."
    )


class ClearanceChangeSerializer(LevelChangeSerializer):
    """Up to which level, with the reason, and until when."""

    level = serializers.ChoiceField(CLEARED_NAMES, help_text="The highest level that the person may know of.")
    valid_to = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The last day; null: no end."
    )


class ClearanceSerializer(serializers.Serializer):
    """A person's clearance; who has none is cleared for what is open."""

    user = serializers.CharField(source="user.username", help_text="The login of the person.")
    level = serializers.SerializerMethodField(help_text="The highest level that the person may know of.")
    valid_to = serializers.DateField(allow_null=True, help_text="The last day; null: no end.")
    reason = serializers.CharField(help_text="Why it was given.")
    given_by = serializers.CharField(help_text="Who gave it: `user:…` or `operator:…`.")
    actions = serializers.SerializerMethodField(help_text="What you can do with it now.")

    @extend_schema_field(serializers.ChoiceField(CLEARED_NAMES))
    def get_level(self, held: Clearance) -> str:
        return NAMES[Level(held.level)]

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(TERM_ACTIONS)))
    def get_actions(self, held: Clearance) -> list[str]:
        return [str(verb) for verb in clearance_actions(self.context["view"].actor, held)]


class WithdrawalSerializer(serializers.Serializer):
    """Why a clearance ends."""

    reason = TypedTextField(max_length=500, help_text="Why; it stands in the history.")


class DossierLevelView(ApiView):
    serializer_class = LevelSerializer
    parser_classes = [JSONParser]
    pagination_class = None

    @extend_schema(operation_id="dossiers_level")
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """How secret the dossier is; all that lies in it is at least as secret."""
        return _told(self, find_dossier(self.actor, dossier_id, None))

    @extend_schema(operation_id="dossiers_set_level", request=LevelChangeSerializer)
    def put(self, request: Request, dossier_id: UUID) -> Response:
        """Raises or lowers it, with all that lies in it; each is a right of its own."""
        dossier, asked = find_dossier(self.actor, dossier_id, None), _asked(LevelChangeSerializer, request)
        dossier_set_level(self.actor, dossier, level_named(asked["level"]), reason=asked["reason"])
        return _told(self, find_dossier(self.actor, dossier_id, None))


class DocumentLevelView(ApiView):
    serializer_class = LevelSerializer
    parser_classes = [JSONParser]
    pagination_class = None

    @extend_schema(operation_id="documents_level")
    def get(self, request: Request, document_id: UUID) -> Response:
        """How secret the document is: never less than the dossier in which it lies."""
        return _told(self, find_document(self.actor, document_id, None))

    @extend_schema(operation_id="documents_set_level", request=LevelChangeSerializer)
    def put(self, request: Request, document_id: UUID) -> Response:
        """Raises or lowers it, with its e-mail and attachments; each is a right of its own."""
        document, asked = find_document(self.actor, document_id, None), _asked(LevelChangeSerializer, request)
        document_set_level(self.actor, document, level_named(asked["level"]), reason=asked["reason"])
        return _told(self, find_document(self.actor, document_id, None))


class ClearancesView(ApiView):
    serializer_class = ClearanceSerializer
    pagination_class = None

    @extend_schema(operation_id="clearances_list", responses=ClearanceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Everybody who is cleared for more than what is open; empty for who is not responsible for secrecy."""
        held = Clearance.objects.select_related("user").order_by("user__username")
        held = held if may_give_clearances(self.actor) else held.none()
        return Response(self.get_serializer(held, many=True).data)


class ClearanceView(ApiView):
    serializer_class = ClearanceSerializer
    parser_classes = [JSONParser]
    pagination_class = None

    @extend_schema(operation_id="clearances_retrieve")
    def get(self, request: Request, username: str) -> Response:
        """The `ETag` can be sent as `If-Match` with a change. 404 too for who is cleared for nothing above open."""
        known = Clearance.objects.select_related("user")
        held = self.find(known if may_give_clearances(self.actor) else known.none(), user__username=username)
        return self.answer(held, of=held)

    @extend_schema(operation_id="clearances_give", request=ClearanceChangeSerializer, parameters=[IF_MATCH])
    def put(self, request: Request, username: str) -> Response:
        """Clears the person, instead of the clearance there was. Nobody clears themselves."""
        user, asked = _person(self, username), _asked(ClearanceChangeSerializer, request)
        held = clearance_give(
            self.actor, user, level_named(asked["level"]), reason=asked["reason"], valid_to=asked["valid_to"],
            expected=_expected(request, user),
        )  # fmt: skip
        return self.answer(held, of=held)

    @extend_schema(
        operation_id="clearances_withdraw", request=WithdrawalSerializer, responses={204: None}, parameters=[IF_MATCH]
    )
    def delete(self, request: Request, username: str) -> Response:
        """Takes the clearance back, from the next request on."""
        user, asked = _person(self, username), _asked(WithdrawalSerializer, request)
        clearance_withdraw(self.actor, user, reason=asked["reason"], expected=_expected(request, user))
        return Response(status=204)


def _expected(request: Request, user: User) -> str | None:
    """Where there is no clearance, whatever `If-Match` names but `*` is none of it."""
    held = Clearance.objects.filter(user=user).first()
    if held is not None:
        return expected_of(request, held)
    header = request.headers.get("If-Match", "*").strip()
    return None if header == "*" else header


def _told(view: ApiView, thing: Dossier | Document) -> Response:
    level, offered = Level(thing.level), levels_offered(view.actor, thing)
    told = {"level": NAMES[level], "label": str(level.label), "can_become": [NAMES[one] for one in offered]}
    return Response(view.get_serializer(told).data)


def _person(view: ApiView, username: str) -> User:
    """Only whoever gives clearances learns which logins there are."""
    if not may_give_clearances(view.actor):
        raise not_found()
    user = User.objects.filter(username=username).first()
    if user is None:
        raise ValidationError({"username": [_("Eine Person dieses Namens gibt es nicht.")]})
    return user


def _asked(shape: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    read: dict[str, Any] = asked.validated_data
    return read
