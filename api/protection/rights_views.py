"""`…/rights/` of plan entries and dossiers, and `/grants/`: who may see what and why, given and taken with a reason.

Each view about a place serves entries and dossiers alike: its address says of which it is.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from api.dossiers.views import find_dossier
from api.http.base import ApiView, read_parameters
from api.http.etags import IF_MATCH, etag_of, expected_of
from api.http.parsers import JSONParser
from api.http.problems import not_found
from api.organisation.shapes import RightsReasonSerializer
from api.organisation.views import chosen, user_named
from api.plan.views import find_entry
from api.protection.rights_shapes import (
    ExplanationParameters,
    ExplanationSerializer,
    GrantChangeSerializer,
    GrantSerializer,
    HistoryAnswer,
    NewGrantSerializer,
    RightsAnswer,
    RightsHistorySerializer,
    RightsSerializer,
    TermAnswer,
    held_answers,
)
from dms.access.models import Body, User
from dms.access.permissions import Permission, Role
from dms.access.rule import NotAllowed, require
from dms.records.protection.explaining import explanation_of
from dms.records.protection.grant_history import steps_of_scope, terms_of_place, write_terms
from dms.records.protection.grants import Held, grant_change, grant_give, grant_held, grant_withdraw, grants_at
from dms.records.protection.rights import scope_open, scope_restrict
from dms.records.protection.scopes import Node, has_own_scope


class PlaceView(ApiView):
    """About the entry or dossier in the address; only for who gives rights there."""

    serializer_class: type[Serializer] = RightsSerializer
    pagination_class = None
    parser_classes = [JSONParser]

    def place(self) -> Node:
        """Nothing of its content is shown. Raises NotFound, NotAllowed."""
        key: dict[str, UUID] = self.kwargs
        node: Node
        if "dossier_id" in key:
            node = find_dossier(self.actor, key["dossier_id"], None)
        else:
            node = find_entry(self.actor, key["entry_id"])
        require(self.actor, Permission.GRANT, node)
        return node

    def rights(self, node: Node) -> Response:
        return self.answer(RightsAnswer(self.actor, node, held_answers(self.actor, grants_at(self.actor, node))))


class RightsView(PlaceView):
    def get(self, request: Request, **key: UUID) -> Response:
        """Who may see the place and what lies below it: all grants that hold here today or from a later day on."""
        return self.rights(self.place())

    @extend_schema(request=NewGrantSerializer, responses={201: GrantSerializer})
    def post(self, request: Request, **key: UUID) -> Response:
        """Gives a right here; the place gets rights of its own with the first one. Nobody gives themselves any."""
        node, asked = self.place(), self.asked(NewGrantSerializer)
        grant = grant_give(
            self.actor, node, _subject(asked), Role(asked["role"]), reason=asked["reason"],
            valid_from=asked["valid_from"], valid_to=asked["valid_to"],
        )  # fmt: skip
        return _granted(self, _held(self, grant.pk), status.HTTP_201_CREATED)


class RightsRestrictView(PlaceView):
    @extend_schema(request=RightsReasonSerializer, responses={200: RightsSerializer, 204: None})
    def post(self, request: Request, **key: UUID) -> Response:
        """From now on only what is granted here itself holds here. 204: you have thereby shut yourself out."""
        node = self.place()
        scope_restrict(self.actor, node, reason=self.asked(RightsReasonSerializer)["reason"])
        return _done(self, node)


class RightsOpenView(PlaceView):
    @extend_schema(request=RightsReasonSerializer, responses={200: RightsSerializer, 204: None})
    def post(self, request: Request, **key: UUID) -> Response:
        """What is granted above holds here again."""
        node = self.place()
        scope_open(self.actor, node, reason=self.asked(RightsReasonSerializer)["reason"])
        return _done(self, node)


class RightsExplanationView(PlaceView):
    serializer_class = ExplanationSerializer

    @extend_schema(parameters=[ExplanationParameters])
    def get(self, request: Request, **key: UUID) -> Response:
        """Why somebody may see the place, in words, also by which units, groups and positions; or what is missing."""
        node, user = self.place(), read_parameters(ExplanationParameters, request)["user"]
        told = explanation_of(self.actor, node, user)
        answer = {"may_see": bool(told.reasons), "reasons": told.reasons, "refusal": told.refusal}
        return self.answer({"user": user, **answer})


class RightsHistoryView(PlaceView):
    serializer_class = RightsHistorySerializer

    def get(self, request: Request, **key: UUID) -> Response:
        """Who could see the place when, by rights given here and above; told by the events alone."""
        node = self.place()
        own = node.scope_id if has_own_scope(node) else 0
        terms = [TermAnswer(term, own) for term in terms_of_place(self.actor, node)]
        return self.answer(HistoryAnswer(steps_of_scope(node.scope) if own else [], terms))


class RightsHistoryExportView(PlaceView):
    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, **key: UUID) -> HttpResponse:
        """The same as a table (CSV)."""
        written = write_terms(terms_of_place(self.actor, self.place()))
        disposition = content_disposition_header(as_attachment=True, filename="rechte.csv") or ""
        headers = {"Content-Disposition": disposition}
        return HttpResponse(written, content_type="text/csv; charset=utf-8", headers=headers)


class GrantView(ApiView):
    serializer_class = GrantSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="grants_retrieve")
    def get(self, request: Request, grant_id: int) -> Response:
        """A right, for who gives rights where it was given. The `ETag` can be sent as `If-Match` with a change."""
        return _granted(self, _held(self, grant_id))

    @extend_schema(operation_id="grants_change", request=GrantChangeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, grant_id: int) -> Response:
        """Another end, or none; another first day as well while the right does not hold yet."""
        grant, asked = _held(self, grant_id).grant, self.asked(GrantChangeSerializer)
        asked.setdefault("valid_to", grant.valid_to)
        grant_change(self.actor, grant, **asked, expected=expected_of(request, grant))
        return _granted(self, _held(self, grant_id))


class GrantWithdrawView(ApiView):
    serializer_class = GrantSerializer
    parser_classes = [JSONParser]

    @extend_schema(
        operation_id="grants_withdraw", request=RightsReasonSerializer, responses={204: None}, parameters=[IF_MATCH]
    )
    def post(self, request: Request, grant_id: int) -> Response:
        """Takes the right back, from the next request on; the history of the place keeps it."""
        grant, reason = _held(self, grant_id).grant, self.asked(RightsReasonSerializer)["reason"]
        grant_withdraw(self.actor, grant, reason=reason, expected=expected_of(request, grant))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _subject(asked: dict[str, Any]) -> User | Body:
    """Raises ValidationError."""
    if "user" in asked:
        return user_named(asked["user"])
    sentence = _("Diese Einheit, Gruppe oder diesen Dienstposten gibt es nicht.")
    return chosen(Body.objects.all(), "body", sentence, asked["body"])


def _held(view: ApiView, grant_id: int) -> Held:
    """Raises NotFound."""
    held = grant_held(view.actor, grant_id)
    if held is None:
        raise not_found()
    return held


def _granted(view: ApiView, held: Held, code: int = status.HTTP_200_OK) -> Response:
    [answer] = held_answers(view.actor, [held])
    shown = GrantSerializer(answer, context=view.get_serializer_context()).data
    return Response(shown, status=code, headers=etag_of(held.grant))


def _done(view: PlaceView, node: Node) -> Response:
    """Whoever shut themselves out is answered nothing more."""
    try:
        return view.rights(view.place())
    except (NotAllowed, NotFound):
        return Response(status=status.HTTP_204_NO_CONTENT)
