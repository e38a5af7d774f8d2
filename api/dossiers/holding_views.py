"""`/holdings/`, `/volumes/`, `/loans/`: what is there on paper and where, and who has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.documents.shapes import NumberedSerializer
from api.dossiers.views import find_dossier
from api.finding import find_opened
from api.http.base import ApiView, TypedTextField, read_parameters
from api.http.changes import ChangeSerializer
from api.http.etags import IF_MATCH, etag_of, expected_of
from api.http.pagination import ByReference
from api.http.parsers import JSONParser
from api.http.problems import not_found
from api.plan.shapes import ReasonSerializer
from dms.access.actors import Actor
from dms.records.dossiers.describing import LONGEST_LOCATION, LONGEST_TITLE
from dms.records.dossiers.models import Case, FileState, Medium
from dms.records.dossiers.queries import DossierQuerySet
from dms.records.holdings.keeping import (
    VolumeFacts,
    put_into_volume,
    volume_actions,
    volume_close,
    volume_describe,
    volume_open,
    volume_reopen,
)
from dms.records.holdings.lending import LONGEST_BORROWER, may_lend, paper_lend, paper_return
from dms.records.holdings.listing import Holding, HoldingsAsked, holdings_asked, holdings_of, write_holdings
from dms.records.holdings.models import Loan, Volume, VolumeVerb
from dms.records.models import Document
from dms.records.opening import loans_seen, volumes_seen

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class VolumeAnswer:
    """`volume.dossier` has come along."""

    actor: Actor
    volume: Volume

    @property
    def actions(self) -> list[VolumeVerb]:
        return volume_actions(self.actor, self.volume)


@dataclass(frozen=True, slots=True)
class LoanAnswer:
    actor: Actor
    loan: Loan

    @property
    def actions(self) -> list[str]:
        return ["return"] if self.loan.returned_at is None and may_lend(self.actor, self.loan.dossier) else []


class VolumeSerializer(serializers.Serializer):
    """A part of a dossier (Band, Teilakte)."""

    id = serializers.UUIDField(source="volume.id", help_text="Identifies the volume for ever.")
    dossier = serializers.UUIDField(source="volume.dossier_id", help_text="The `id` of its dossier.")
    number = serializers.IntegerField(source="volume.number", help_text="Runs without a gap within the dossier.")
    title = serializers.CharField(source="volume.title", help_text="What lies in it; may be empty.")
    medium = serializers.ChoiceField(Medium.choices, source="volume.medium", help_text="Electronic, paper or both.")
    location = serializers.CharField(source="volume.location", help_text="Where its paper stands.")
    state = serializers.ChoiceField(FileState.choices, source="volume.state", help_text="`closed`: nothing comes in.")
    opened_at = serializers.DateTimeField(source="volume.opened_at", help_text="When it was opened.")
    closed_at = serializers.DateTimeField(source="volume.closed_at", allow_null=True, help_text="Null while open.")
    actions = serializers.ListField(
        child=serializers.ChoiceField([str(verb) for verb in VolumeVerb]), help_text="What you can do with it now."
    )


class LoanSerializer(serializers.Serializer):
    """Somebody has the paper of a dossier or of a volume, or had it."""

    id = serializers.UUIDField(source="loan.id", help_text="Identifies the loan.")
    volume = serializers.UUIDField(source="loan.volume_id", allow_null=True, help_text="Null: the dossier as a whole.")
    borrower = serializers.CharField(source="loan.borrower", help_text="Who has it, in words.")
    lent_at = serializers.DateTimeField(source="loan.lent_at", help_text="Since when.")
    due = serializers.DateField(source="loan.due", allow_null=True, help_text="When it is to be back; null: no day.")
    returned_at = serializers.DateTimeField(source="loan.returned_at", allow_null=True, help_text="Null: not yet.")
    actions = serializers.ListField(child=serializers.ChoiceField(["return"]), help_text="What you can do with it.")


class HoldingSerializer(serializers.Serializer):
    """A dossier in the list of holdings, with its volumes and what of it is lent at present."""

    dossier = NumberedSerializer(help_text="The dossier.")
    medium = serializers.ChoiceField(Medium.choices, source="dossier.medium", help_text="Electronic, paper or both.")
    location = serializers.CharField(source="dossier.location", help_text="Where its paper stands.")
    state = serializers.ChoiceField(FileState.choices, source="dossier.state", help_text="`open` or `closed`.")
    volumes = serializers.SerializerMethodField(help_text="Its volumes, by number.")
    loans = serializers.SerializerMethodField(help_text="What of it is lent at present.")

    @extend_schema_field(VolumeSerializer(many=True))
    def get_volumes(self, holding: Holding) -> Any:
        actor: Actor = self.context["view"].actor
        for volume in holding.volumes:
            volume.dossier = holding.dossier
        return VolumeSerializer([VolumeAnswer(actor, one) for one in holding.volumes], many=True).data

    @extend_schema_field(LoanSerializer(many=True))
    def get_loans(self, holding: Holding) -> Any:
        actor: Actor = self.context["view"].actor
        for loan in holding.loans:
            loan.dossier = holding.dossier
        return LoanSerializer([LoanAnswer(actor, one) for one in holding.loans], many=True).data


class HoldingsFilter(serializers.Serializer):
    """All of these must fit, to a dossier or to one of its volumes."""

    place = TypedTextField(required=False, max_length=200, help_text="A part of what the location is called.")
    medium = serializers.ChoiceField(Medium.choices, required=False, help_text="Only what is kept in this way.")
    state = serializers.ChoiceField(FileState.choices, required=False, help_text="Only open or only closed ones.")
    lent = serializers.BooleanField(required=False, default=False, help_text="`true`: only what is lent at present.")
    plan_entry = serializers.UUIDField(required=False, help_text="Below this entry, at any depth.")


class VolumeChangeSerializer(ChangeSerializer):
    """What is to be described otherwise."""

    shown = VolumeSerializer

    title = TypedTextField(max_length=LONGEST_TITLE, required=False, allow_blank=True, help_text="What lies in it.")
    medium = serializers.ChoiceField(Medium.choices, required=False, help_text="Electronic, paper or both.")
    location = TypedTextField(
        max_length=LONGEST_LOCATION, required=False, allow_blank=True, help_text="Where its paper stands."
    )


class NewVolumeSerializer(serializers.Serializer):
    """A further part; it gets the next number. All may be left out."""

    title = TypedTextField(max_length=LONGEST_TITLE, required=False, allow_blank=True, help_text="What lies in it.")
    medium = serializers.ChoiceField(Medium.choices, required=False, help_text="Electronic, paper or both.")
    location = TypedTextField(
        max_length=LONGEST_LOCATION, required=False, allow_blank=True, help_text="Where its paper stands."
    )


class NewLoanSerializer(serializers.Serializer):
    """Who gets what, and until when."""

    volume = serializers.UUIDField(required=False, allow_null=True, help_text="Null: the dossier as a whole.")
    borrower = TypedTextField(max_length=LONGEST_BORROWER, help_text="Person, unit or room.")
    due = serializers.DateField(required=False, allow_null=True, help_text="When it is to be back.")


class ContentsSerializer(serializers.Serializer):
    """Cases and documents of the volume's dossier."""

    cases = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=MOST_AT_ONCE, help_text="By `id`."
    )
    documents = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=MOST_AT_ONCE, help_text="By `id`."
    )
    take_out = serializers.BooleanField(
        required=False, default=False, help_text="`true`: they lie in no volume from now on."
    )


class HoldingsView(ListModelMixin, ApiView):
    serializer_class = HoldingSerializer
    pagination_class = ByReference

    def get_queryset(self) -> DossierQuerySet:
        return holdings_asked(self.actor, _asked(self.request))

    def paginate_queryset(self, queryset: Any) -> list[Holding]:  # type: ignore[override]
        return holdings_of(super().paginate_queryset(queryset) or [])

    @extend_schema(operation_id="holdings_list", parameters=[HoldingsFilter])
    def get(self, request: Request) -> Response:
        """The list of holdings (Aktenbestandsverzeichnis): what you may see, where it stands and who has it."""
        return self.list(request)


class HoldingsExportView(ApiView):
    pagination_class = None

    @extend_schema(
        operation_id="holdings_export",
        parameters=[HoldingsFilter],
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponse:
        """The same as a table, a row for each dossier and each volume."""
        headers = {"Content-Disposition": 'attachment; filename="holdings.csv"'}
        table = write_holdings(self.actor, _asked(request))
        return HttpResponse(table, content_type="text/csv; charset=utf-8", headers=headers)


class DossierVolumesView(ApiView):
    serializer_class = VolumeSerializer
    pagination_class = None
    parser_classes = [JSONParser]

    @extend_schema(operation_id="dossiers_volumes_list", responses=VolumeSerializer(many=True))
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """The volumes of a dossier, by number."""
        dossier = find_dossier(self.actor, dossier_id)
        volumes = Volume.objects.filter(dossier=dossier).select_related("dossier")
        return Response(self.get_serializer([VolumeAnswer(self.actor, one) for one in volumes], many=True).data)

    @extend_schema(
        operation_id="dossiers_volumes_create", request=NewVolumeSerializer, responses={201: VolumeSerializer}
    )
    def post(self, request: Request, dossier_id: UUID) -> Response:
        """Opens a volume; it gets the next number of the dossier."""
        dossier = find_dossier(self.actor, dossier_id)
        new = NewVolumeSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        made = volume_open(self.actor, dossier, cast(VolumeFacts, new.validated_data), now=timezone.now())
        return _answer(self, made, status.HTTP_201_CREATED)


class VolumeView(ApiView):
    serializer_class = VolumeSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="volumes_retrieve")
    def get(self, request: Request, volume_id: UUID) -> Response:
        """The `ETag` can be sent as `If-Match` with a change."""
        return _answer(self, find_volume(self.actor, volume_id))

    @extend_schema(operation_id="volumes_change", request=VolumeChangeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, volume_id: UUID) -> Response:
        """Describes the volume: all that is named, or nothing."""
        volume = find_volume(self.actor, volume_id)
        change = VolumeChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        facts = cast(VolumeFacts, change.validated_data)
        return _answer(self, volume_describe(self.actor, volume, facts, expected=expected_of(request, volume)))


class VolumeCloseView(ApiView):
    serializer_class = VolumeSerializer

    @extend_schema(operation_id="volumes_close", request=None, parameters=[IF_MATCH])
    def post(self, request: Request, volume_id: UUID) -> Response:
        """Nothing comes in or goes out any more."""
        volume = find_volume(self.actor, volume_id)
        expected = expected_of(request, volume)
        return _answer(self, volume_close(self.actor, volume, now=timezone.now(), expected=expected))


class VolumeReopenView(ApiView):
    serializer_class = VolumeSerializer

    @extend_schema(operation_id="volumes_reopen", request=ReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, volume_id: UUID) -> Response:
        """Takes a closed volume up again, while its dossier is open; a right of its own."""
        volume = find_volume(self.actor, volume_id)
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason, expected = asked.validated_data["reason"], expected_of(request, volume)
        return _answer(self, volume_reopen(self.actor, volume, reason=reason, expected=expected))


class VolumeContentsView(ApiView):
    serializer_class = VolumeSerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="volumes_fill", request=ContentsSerializer, responses=VolumeSerializer)
    def post(self, request: Request, volume_id: UUID) -> Response:
        """Puts cases and documents of the dossier into the volume, or takes them out: all, or none."""
        volume = find_volume(self.actor, volume_id)
        asked = ContentsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        things = [*_found(self.actor, Case, given["cases"]), *_found(self.actor, Document, given["documents"])]
        target = None if given["take_out"] else volume
        put_into_volume(self.actor, volume.dossier, target, things, now=timezone.now())
        return _answer(self, volume)


class DossierLoansView(ApiView):
    serializer_class = LoanSerializer
    pagination_class = None
    parser_classes = [JSONParser]

    @extend_schema(operation_id="dossiers_loans_list", responses=LoanSerializer(many=True))
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """Who had the paper of a dossier and its volumes, and who has it; the newest first."""
        loans = Loan.objects.filter(dossier=find_dossier(self.actor, dossier_id)).select_related("dossier")
        return Response(self.get_serializer([LoanAnswer(self.actor, one) for one in loans], many=True).data)

    @extend_schema(operation_id="dossiers_loans_create", request=NewLoanSerializer, responses={201: LoanSerializer})
    def post(self, request: Request, dossier_id: UUID) -> Response:
        """Lends the paper of the dossier, or of one of its volumes."""
        dossier = find_dossier(self.actor, dossier_id)
        asked = NewLoanSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        volume = find_volume(self.actor, given["volume"]) if given.get("volume") else None
        if volume is not None and volume.dossier_id != dossier.pk:
            raise not_found()
        loan = paper_lend(
            self.actor, dossier, volume, given["borrower"], now=timezone.now(), due=given.get("due")
        )  # fmt: skip
        return Response(self.get_serializer(LoanAnswer(self.actor, loan)).data, status=status.HTTP_201_CREATED)


class LoanReturnView(ApiView):
    serializer_class = LoanSerializer

    @extend_schema(operation_id="loans_return", request=None)
    def post(self, request: Request, loan_id: UUID) -> Response:
        """The paper is back in its place."""
        loan = find_opened(self.actor, loans_seen(self.actor), loan_id)
        returned = paper_return(self.actor, loan, now=timezone.now())
        return Response(self.get_serializer(LoanAnswer(self.actor, returned)).data)


def find_volume(actor: Actor, volume_id: UUID) -> Volume:
    """With its dossier; as `find_opened`."""
    return find_opened(actor, volumes_seen(actor), volume_id)


def _found(actor: Actor, model: type[Case | Document], keys: Sequence[UUID]) -> list[Any]:
    """Raises NotFound when one of them is not there, or may not be seen."""
    rows = list(model.objects.visible_to(actor).filter(pk__in=keys))
    if len(rows) != len(set(keys)):
        raise not_found()
    return rows


def _asked(request: Request) -> HoldingsAsked:
    chosen = read_parameters(HoldingsFilter, request)
    entry = chosen.pop("plan_entry", None)
    return HoldingsAsked(**chosen, entry=entry)


def _answer(view: ApiView, volume: Volume, code: int = status.HTTP_200_OK) -> Response:
    fresh = Volume.objects.select_related("dossier").get(pk=volume.pk)
    return Response(view.get_serializer(VolumeAnswer(view.actor, fresh)).data, status=code, headers=etag_of(fresh))
