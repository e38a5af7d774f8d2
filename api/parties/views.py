"""`/parties/`: the register of people and organisations; who takes part in what; what is kept about somebody."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.dossiers.shapes import OptionalReasonSerializer
from api.dossiers.views import find_case, find_dossier
from api.finding import find_opened
from api.http.base import ApiView, read_parameters
from api.http.etags import IF_MATCH, etag_of, expected_of
from api.http.pagination import ByName
from api.http.parsers import JSONParser
from api.http.problems import Problem, not_found
from api.parties.shapes import (
    MergeSerializer,
    NewParticipationSerializer,
    NewPartySerializer,
    ParticipationAnswer,
    ParticipationSerializer,
    PartyAnswer,
    PartyChangeSerializer,
    PartyFilter,
    PartyRoleSerializer,
    PartySerializer,
    TellingSerializer,
    files_answers,
    participation_answers,
)
from dms.access.actors import Actor
from dms.records.dossiers.models import Case, Dossier
from dms.records.parties.describing import AddressFacts, PartyFacts
from dms.records.parties.keeping import party_correct, party_enter
from dms.records.parties.merging import party_merge, party_part
from dms.records.parties.models import Participation, Party, PartyRole
from dms.records.parties.queries import PartyQuerySet
from dms.records.parties.similar import Sought, likely_same, parties_of_sender
from dms.records.parties.taking_part import participations_in, party_leave, party_take_part
from dms.records.parties.telling import TellingForm, party_tell


class PartiesView(ListModelMixin, ApiView):
    serializer_class = PartySerializer
    pagination_class = ByName
    parser_classes = [JSONParser]

    def get_queryset(self) -> PartyQuerySet:
        chosen = read_parameters(PartyFilter, self.request)
        parties: PartyQuerySet = Party.objects.visible_to(self.actor).standing_alone()
        if "q" in chosen:
            parties = parties.matching(chosen["q"])
        if "kind" in chosen:
            parties = parties.filter(kind=chosen["kind"])
        if "sender" in chosen:
            parties = parties.filter(pk__in=[one.pk for one in parties_of_sender(self.actor, chosen["sender"])])
        return with_addresses(parties)

    def paginate_queryset(self, queryset: Any) -> list[PartyAnswer]:  # type: ignore[override]
        return [PartyAnswer(self.actor, party) for party in super().paginate_queryset(queryset) or []]

    @extend_schema(operation_id="parties_list", parameters=[PartyFilter])
    def get(self, request: Request) -> Response:
        """The parties that you may see, by name."""
        return self.list(request)

    @extend_schema(operation_id="parties_create", request=NewPartySerializer, responses={201: PartySerializer})
    def post(self, request: Request) -> Response:
        """Enters somebody. Whoever is likely the same is named by a 409, unless `despite` is true."""
        new = NewPartySerializer(data=request.data)
        new.is_valid(raise_exception=True)
        given = dict(new.validated_data)
        home = find_dossier(self.actor, given.pop("dossier"), None) if "dossier" in given else None
        despite, _reason = given.pop("despite"), given.pop("reason", "")
        if not despite:
            _refuse_likely(self.actor, cast(PartyFacts, given))
        return _answer(self, party_enter(self.actor, _facts(given), now=timezone.now(), home=home), 201)


class PartyView(ApiView):
    serializer_class = PartySerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="parties_retrieve")
    def get(self, request: Request, party_id: UUID) -> Response:
        """The `ETag` can be sent as `If-Match` with a change."""
        return _answer(self, find_party(self.actor, party_id))

    @extend_schema(operation_id="parties_change", request=PartyChangeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, party_id: UUID) -> Response:
        """Puts the entry right: all that is named, or nothing. What stood there stays in its history."""
        party = find_party(self.actor, party_id)
        change = PartyChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        given = dict(change.validated_data)
        reason, expected = given.pop("reason", ""), expected_of(request, party)
        return _answer(self, party_correct(self.actor, party, _facts(given), reason=reason, expected=expected))


class PartyFilesView(ApiView):
    serializer_class = ParticipationSerializer
    pagination_class = None

    @extend_schema(operation_id="parties_files", responses=ParticipationSerializer(many=True))
    def get(self, request: Request, party_id: UUID) -> Response:
        """In what the party takes part, as far as you may see it; the newest first."""
        party = find_party(self.actor, party_id)
        return Response(self.get_serializer(files_answers(self.actor, party), many=True).data)


class PartyMergeView(ApiView):
    serializer_class = PartySerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="parties_merge", request=MergeSerializer)
    def post(self, request: Request, party_id: UUID) -> Response:
        """This entry stands from now on for another one too, which means the same. It can be taken back whole."""
        kept = find_party(self.actor, party_id)
        asked = MergeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        gone = find_party(self.actor, asked.validated_data["merged"])
        return _answer(self, party_merge(self.actor, gone, kept, reason=asked.validated_data["reason"]))


class PartyPartView(ApiView):
    serializer_class = PartySerializer

    @extend_schema(operation_id="parties_part", request=OptionalReasonSerializer)
    def post(self, request: Request, party_id: UUID) -> Response:
        """Takes back that this entry was merged into another: it has all again that it had."""
        asked = OptionalReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        party = find_party(self.actor, party_id)
        return _answer(self, party_part(self.actor, party, reason=asked.validated_data["reason"]))


class PartyInformationView(ApiView):
    parser_classes = [JSONParser]
    pagination_class = None

    @extend_schema(
        operation_id="parties_information",
        request=TellingSerializer,
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "text/csv"): OpenApiTypes.BINARY},
    )
    def post(self, request: Request, party_id: UUID) -> HttpResponse:
        """All that is kept about the party, for its right of access (Art. 15 GDPR). That it was made is an event."""
        party = find_party(self.actor, party_id)
        asked = TellingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        form = TellingForm(asked.validated_data["form"])
        told = party_tell(self.actor, party, form, now=timezone.now(), reason=asked.validated_data["reason"])
        disposition = content_disposition_header(as_attachment=True, filename=f"auskunft.{form}") or ""
        return HttpResponse(told, content_type=form.media_type, headers={"Content-Disposition": disposition})


class PartyRolesView(ApiView):
    serializer_class = PartyRoleSerializer
    pagination_class = None

    @extend_schema(operation_id="party_roles_list", responses=PartyRoleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """As what somebody can take part, in the order in which it is offered."""
        return Response(self.get_serializer(PartyRole.objects.all(), many=True).data)


class DossierPartiesView(ApiView):
    serializer_class = ParticipationSerializer
    pagination_class = None
    parser_classes = [JSONParser]

    @extend_schema(operation_id="dossiers_parties_list", responses=ParticipationSerializer(many=True))
    def get(self, request: Request, dossier_id: UUID) -> Response:
        """Who takes part in the dossier and in its cases."""
        dossier = find_dossier(self.actor, dossier_id)
        rows = [row for found in participations_in(self.actor, [dossier.pk]).values() for row in found]
        return Response(self.get_serializer(_of(self.actor, rows, dossier), many=True).data)

    @extend_schema(
        operation_id="dossiers_parties_create", request=NewParticipationSerializer,
        responses={201: ParticipationSerializer},
    )  # fmt: skip
    def post(self, request: Request, dossier_id: UUID) -> Response:
        """Somebody of the register takes part in the dossier itself."""
        return _take_part(self, request, find_dossier(self.actor, dossier_id))


class CasePartiesView(ApiView):
    serializer_class = ParticipationSerializer
    pagination_class = None
    parser_classes = [JSONParser]

    @extend_schema(operation_id="cases_parties_list", responses=ParticipationSerializer(many=True))
    def get(self, request: Request, case_id: UUID) -> Response:
        """Who takes part in the case."""
        case = find_case(self.actor, case_id)
        rows = participations_in(self.actor, [case.dossier_id]).get((case.dossier_id, case.pk), [])
        return Response(self.get_serializer(_of(self.actor, rows, case.dossier), many=True).data)

    @extend_schema(
        operation_id="cases_parties_create",
        request=NewParticipationSerializer,
        responses={201: ParticipationSerializer},
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Somebody of the register takes part in the case."""
        case = find_case(self.actor, case_id)
        return _take_part(self, request, case.dossier, case)


class ParticipationView(ApiView):
    serializer_class = ParticipationSerializer

    @extend_schema(operation_id="participations_retrieve")
    def get(self, request: Request, participation_id: UUID) -> Response:
        """Who takes part in what, and as what."""
        [answer] = participation_answers(self.actor, [find_participation(self.actor, participation_id)])
        return Response(self.get_serializer(answer).data)

    @extend_schema(operation_id="participations_remove", responses={204: None})
    def delete(self, request: Request, participation_id: UUID) -> Response:
        """It was wrong, or is over. The history of the dossier keeps it."""
        party_leave(self.actor, find_participation(self.actor, participation_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def with_addresses(parties: PartyQuerySet) -> PartyQuerySet:
    """For answers: addresses and merged entries come along in a constant number of queries."""
    return parties.select_related("home").prefetch_related("addresses__party", "stands_for__addresses__party")


def find_party(actor: Actor, party_id: UUID) -> Party:
    """Raises NotFound, also for what this actor may not see."""
    party = with_addresses(Party.objects.visible_to(actor)).select_related("standing").filter(pk=party_id).first()
    if party is None:
        raise not_found()
    return party  # type: ignore[no-any-return]


def find_participation(actor: Actor, participation_id: UUID) -> Participation:
    """As `find_opened`."""
    rows = Participation.objects.visible_to(actor).select_related("dossier", "case", "role", "party__standing")
    row: Participation = find_opened(actor, rows, participation_id)
    return row


def _take_part(view: ApiView, request: Request, dossier: Dossier, case: Case | None = None) -> Response:
    asked = NewParticipationSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    role = PartyRole.objects.filter(pk=asked.validated_data["role"]).first()
    if role is None:
        raise ValidationError({"role": [_("Diese Rolle gibt es nicht.")]})
    party = find_party(view.actor, asked.validated_data["party"])
    row = party_take_part(view.actor, party, role, dossier, case, now=timezone.now())
    [answer] = participation_answers(view.actor, [find_participation(view.actor, row.pk)])
    return Response(view.get_serializer(answer).data, status=status.HTTP_201_CREATED)


def _of(actor: Actor, rows: list[Participation], dossier: Dossier) -> list[ParticipationAnswer]:
    for row in rows:
        row.dossier = dossier
    return participation_answers(actor, rows)


def _refuse_likely(actor: Actor, facts: PartyFacts) -> None:
    """Raises Problem."""
    name = " ".join((facts.get("given_names", ""), facts.get("family_name", ""), facts.get("organisation", "")))
    postcodes = frozenset(filter(None, (one.get("postcode", "") for one in facts.get("addresses", []))))
    if likely := likely_same(actor, Sought(name, facts.get("birth_date"), postcodes)):
        sentence = _(
            "Das gibt es vielleicht schon: {names}. Ist es wirklich jemand anders, bitte `despite` mitschicken."
        )
        named = "; ".join(f"{one.party.name} ({one.party.pk})" for one in likely)
        raise Problem(status.HTTP_409_CONFLICT, "party_likely_known", sentence.format(names=named))


def _facts(given: dict[str, Any]) -> PartyFacts:
    if "addresses" in given:
        given["addresses"] = [cast(AddressFacts, dict(one)) for one in given["addresses"]]
    return cast(PartyFacts, given)


def _answer(view: ApiView, party: Party, code: int = status.HTTP_200_OK) -> Response:
    fresh = find_party(view.actor, party.pk)
    return Response(view.get_serializer(PartyAnswer(view.actor, fresh)).data, status=code, headers=etag_of(fresh))
