"""`/dossiers/` and `/cases/`: opened, described, closed; what the actor can do with each stands in its `actions`."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.dossiers.by_fields import BY_FIELD, by_fields
from api.dossiers.shapes import (
    CaseAnswer,
    CaseChangeSerializer,
    CaseSerializer,
    DossierAnswer,
    DossierChangeSerializer,
    DossierFilter,
    DossierSerializer,
    MoveCaseSerializer,
    NewCaseSerializer,
    NewDossierSerializer,
    OptionalReasonSerializer,
    RenumberSerializer,
    dossier_answers,
)
from api.finding import find_opened
from api.http.base import ApiView, read_parameters
from api.http.etags import IF_MATCH, etag_of, expected_of
from api.http.pagination import NewestOpenedFirst
from api.http.parsers import JSONParser
from api.kinds.views import find_dossier_kind
from api.plan.shapes import ReasonSerializer
from api.plan.views import find_entry
from dms.access.actors import Actor
from dms.access.levels import NAMES, Level, level_named
from dms.records.dossiers.cases import case_close, case_describe, case_open, case_reopen
from dms.records.dossiers.describing import CaseFacts, DossierFacts
from dms.records.dossiers.keeping import (
    dossier_close,
    dossier_describe,
    dossier_renumber,
    dossier_reopen,
    dossier_use_number,
)
from dms.records.dossiers.models import Case, Dossier
from dms.records.dossiers.moving import case_move
from dms.records.dossiers.queries import DossierQuerySet
from dms.records.fields.filling import Entered
from dms.records.protection.from_the_start import Guard, dossier_open_guarded
from dms.records.protection.reading import Way
from dms.records.protection.sensitivity import SensitiveClass


class DossiersView(ListModelMixin, ApiView):
    serializer_class = DossierSerializer
    pagination_class = NewestOpenedFirst
    parser_classes = [JSONParser]

    def get_queryset(self) -> DossierQuerySet:
        chosen = read_parameters(DossierFilter, self.request)
        dossiers: DossierQuerySet = Dossier.objects.visible_to(self.actor).select_related("kind")
        if "q" in chosen:
            dossiers = dossiers.matching(chosen["q"], self.actor)
        if "plan_entry" in chosen:
            dossiers = dossiers.of_entry(chosen["plan_entry"])
        if "kind" in chosen:
            dossiers = dossiers.filter(kind__in=chosen["kind"])
        dossiers = by_fields(self.actor, dossiers, chosen, self.request)
        return dossiers.filter(state__in=chosen["state"]) if "state" in chosen else dossiers

    def paginate_queryset(self, queryset: Any) -> list[DossierAnswer]:  # type: ignore[override]
        return dossier_answers(self.actor, super().paginate_queryset(queryset) or [], listed=True)

    @extend_schema(operation_id="dossiers_list", parameters=[DossierFilter, *BY_FIELD])
    def get(self, request: Request) -> Response:
        """The dossiers that you may see, the newest first, or sorted by a field of their kind.

        With exactly one `kind` they can be narrowed by its fields (`GET /dossier-kinds/{slug}/fields/` names them):
        `field[stage]=new` for a choice, yes or no, or a part of a text; `field_from[cost]=100.00` and
        `field_to[cost]=250.00` for numbers, amounts and dates, both ends included. All of them must fit. Dossiers
        without a value there are not found.
        """
        return self.list(request)

    @extend_schema(operation_id="dossiers_create", request=NewDossierSerializer, responses={201: DossierSerializer})
    def post(self, request: Request) -> Response:
        """Opens a dossier; it gets the next reference number of its place. It can be secret or sensitive at once."""
        new = NewDossierSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        facts = dict(new.validated_data)
        entry = find_entry(self.actor, facts.pop("plan_entry"))
        guard = _guard(facts)
        dossier = dossier_open_guarded(self.actor, entry, _facts(facts), guard, now=timezone.now())
        return _answer(self, dossier, status.HTTP_201_CREATED)


class DossierView(ApiView):
    serializer_class = DossierSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="dossiers_retrieve")
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """The `ETag` can be sent as `If-Match` with a change."""
        return _answer(self, find_dossier(self.actor, dossier_id, Way.DATA))

    @extend_schema(operation_id="dossiers_change", request=DossierChangeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, dossier_id: UUID) -> Response:
        """Describes the dossier; after closing this is an amendment by the registry."""
        dossier = find_dossier(self.actor, dossier_id)
        change = DossierChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        facts = _facts(change.validated_data)
        return _answer(self, dossier_describe(self.actor, dossier, facts, expected=expected_of(request, dossier)))


class DossierCloseView(ApiView):
    serializer_class = DossierSerializer

    @extend_schema(operation_id="dossiers_close", request=OptionalReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, dossier_id: UUID) -> Response:
        """z. d. A. All its cases have to be closed."""
        dossier = find_dossier(self.actor, dossier_id)
        closed = dossier_close(
            self.actor, dossier, now=timezone.now(), reason=_reason(OptionalReasonSerializer, request),
            expected=expected_of(request, dossier),
        )  # fmt: skip
        return _answer(self, closed)


class DossierReopenView(ApiView):
    serializer_class = DossierSerializer

    @extend_schema(operation_id="dossiers_reopen", request=ReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, dossier_id: UUID) -> Response:
        """Takes a closed dossier up again; a right of its own."""
        dossier = find_dossier(self.actor, dossier_id)
        reopened = dossier_reopen(
            self.actor, dossier, now=timezone.now(), reason=_reason(ReasonSerializer, request),
            expected=expected_of(request, dossier),
        )  # fmt: skip
        return _answer(self, reopened)


class DossierNumberUsedView(ApiView):
    serializer_class = DossierSerializer

    @extend_schema(operation_id="dossiers_number_used", request=OptionalReasonSerializer)
    def post(self, request: Request, dossier_id: UUID) -> Response:
        """Says that the reference number stands in a letter that left the house; from then on it stays."""
        dossier = find_dossier(self.actor, dossier_id)
        reason = _reason(OptionalReasonSerializer, request)
        return _answer(self, dossier_use_number(self.actor, dossier, now=timezone.now(), reason=reason))


class DossierRenumberView(ApiView):
    serializer_class = DossierSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="dossiers_renumber", request=RenumberSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, dossier_id: UUID) -> Response:
        """Puts it below another entry, where it gets a number; the former one finds it for good."""
        dossier = find_dossier(self.actor, dossier_id)
        asked = RenumberSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        moved = dossier_renumber(
            self.actor, dossier, find_entry(self.actor, asked.validated_data["plan_entry"]), now=timezone.now(),
            reason=asked.validated_data["reason"], expected=expected_of(request, dossier),
        )  # fmt: skip
        return _answer(self, moved)


class DossierCasesView(ApiView):
    serializer_class = CaseSerializer
    pagination_class = None
    parser_classes = [JSONParser]

    @extend_schema(operation_id="dossiers_cases_list", responses=CaseSerializer(many=True))
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """In the order in which they were opened."""
        dossier = find_dossier(self.actor, dossier_id)
        cases = Case.objects.visible_to(self.actor).filter(dossier=dossier).select_related("dossier")
        return Response(self.get_serializer([CaseAnswer(self.actor, case) for case in cases], many=True).data)

    @extend_schema(operation_id="dossiers_cases_create", request=NewCaseSerializer, responses={201: CaseSerializer})
    def post(self, request: Request, dossier_id: UUID) -> Response:
        """Opens a case in the dossier."""
        dossier = find_dossier(self.actor, dossier_id)
        new = NewCaseSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        facts = cast(CaseFacts, new.validated_data)
        return _case_answer(self, case_open(self.actor, dossier, facts, now=timezone.now()), status.HTTP_201_CREATED)


class CaseView(ApiView):
    serializer_class = CaseSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="cases_retrieve")
    def get(self, request: Request, case_id: UUID) -> Response:
        """The `ETag` can be sent as `If-Match` with a change."""
        return _case_answer(self, find_case(self.actor, case_id))

    @extend_schema(operation_id="cases_change", request=CaseChangeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, case_id: UUID) -> Response:
        """Describes the case: all that is named, or nothing."""
        case = find_case(self.actor, case_id)
        change = CaseChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        facts = cast(CaseFacts, change.validated_data)
        return _case_answer(self, case_describe(self.actor, case, facts, expected=expected_of(request, case)))


class CaseCloseView(ApiView):
    serializer_class = CaseSerializer

    @extend_schema(operation_id="cases_close", request=OptionalReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, case_id: UUID) -> Response:
        """The matter is done."""
        case = find_case(self.actor, case_id)
        closed = case_close(
            self.actor, case, now=timezone.now(), reason=_reason(OptionalReasonSerializer, request),
            expected=expected_of(request, case),
        )  # fmt: skip
        return _case_answer(self, closed)


class CaseMoveView(ApiView):
    serializer_class = CaseSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="cases_move", request=MoveCaseSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, case_id: UUID) -> Response:
        """Moves the case with its documents and parties into another dossier; its former number finds it for good."""
        case = find_case(self.actor, case_id)
        asked = MoveCaseSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        target = find_dossier(self.actor, asked.validated_data["dossier"])
        moved = case_move(
            self.actor, case, target, now=timezone.now(), reason=asked.validated_data["reason"],
            expected=expected_of(request, case),
        )  # fmt: skip
        return _case_answer(self, moved)


class CaseReopenView(ApiView):
    serializer_class = CaseSerializer

    @extend_schema(operation_id="cases_reopen", request=ReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, case_id: UUID) -> Response:
        """Takes a closed case up again, while its dossier is open; a right of its own."""
        case = find_case(self.actor, case_id)
        reopened = case_reopen(
            self.actor, case, now=timezone.now(), reason=_reason(ReasonSerializer, request),
            expected=expected_of(request, case),
        )  # fmt: skip
        return _case_answer(self, reopened)


def find_dossier(actor: Actor, dossier_id: UUID, way: Way | None = Way.PART) -> Dossier:
    """As `find_opened`."""
    dossier: Dossier = find_opened(actor, Dossier.objects.visible_to(actor), dossier_id, way)
    return dossier


def find_case(actor: Actor, case_id: UUID) -> Case:
    """As `find_opened`."""
    case: Case = find_opened(actor, Case.objects.visible_to(actor).select_related("dossier"), case_id)
    return case


def _guard(facts: dict[str, Any]) -> Guard:
    """Taken out of what is said of a new dossier."""
    level, chosen = facts.pop("level", NAMES[Level.OPEN]), facts.pop("sensitive", None)
    return Guard(
        level_named(level), SensitiveClass(chosen) if chosen else None, facts.pop("asks_purpose"), facts.pop("reason")
    )


def _facts(said: dict[str, Any]) -> DossierFacts:
    facts = dict(said)
    if "kind" in facts:
        facts["kind"] = find_dossier_kind(facts["kind"])
    if "fields" in facts:
        facts["fields"] = Entered(facts["fields"])
    return cast(DossierFacts, facts)


def _reason(shape: Any, request: Request) -> str:
    asked = shape(data=request.data)
    asked.is_valid(raise_exception=True)
    return str(asked.validated_data["reason"])


def _answer(view: ApiView, dossier: Dossier, code: int = status.HTTP_200_OK) -> Response:
    fresh = Dossier.objects.get(pk=dossier.pk)
    [answer] = dossier_answers(view.actor, [fresh])
    return Response(view.get_serializer(answer).data, status=code, headers=etag_of(fresh))


def _case_answer(view: ApiView, case: Case, code: int = status.HTTP_200_OK) -> Response:
    fresh = Case.objects.select_related("dossier").get(pk=case.pk)
    return Response(view.get_serializer(CaseAnswer(view.actor, fresh)).data, status=code, headers=etag_of(fresh))
