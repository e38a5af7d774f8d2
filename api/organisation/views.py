"""`/bodies/`, `/memberships/` and `/people/`: who belongs where, and what each was granted."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from api.http.base import ApiView, M, read_parameters
from api.http.etags import IF_MATCH, expected_of
from api.http.pagination import ByLogin, ByName
from api.http.parsers import JSONParser
from api.organisation.shapes import (
    BodyAnswer,
    BodyChangeSerializer,
    BodyEventSerializer,
    BodyFilter,
    BodySerializer,
    KnownTermSerializer,
    MembershipAnswer,
    MembershipChangeSerializer,
    MembershipSerializer,
    NewBodySerializer,
    NewMembershipSerializer,
    PersonAnswer,
    PersonFilter,
    PersonNameSerializer,
    PersonSerializer,
    RightsReasonSerializer,
    ScopeSerializer,
    body_answers,
    membership_answers,
)
from dms.access.models import Body, BodyKind, Membership, User
from dms.access.permissions import Permission
from dms.access.rule import require
from dms.accounts.bodies import (
    body_create,
    body_retire,
    body_revive,
    member_add,
    member_change,
    member_remove,
    memberships_running,
)
from dms.accounts.body_history import body_history
from dms.accounts.body_tree import body_change
from dms.accounts.organisation import (
    bodies_visible_to,
    known_terms,
    memberships_of,
    memberships_visible_to,
    people_named,
    people_visible_to,
    reasons_of,
    scopes_to_keep_bodies_in,
    with_people,
)


class BodyFinder(ApiView):
    """Of views about one unit, group or position."""

    serializer_class: type[Serializer] = BodySerializer
    parser_classes = [JSONParser]

    def body(self, body_id: int | None) -> Body:
        """Raises NotFound."""
        return self.find(with_people(bodies_visible_to(self.actor)), pk=body_id)

    def parent(self, body_id: int | None) -> Body | None:
        """None for null. Raises ValidationError."""
        if body_id is None:
            return None
        sentence = _("Diese Organisationseinheit gibt es nicht.")
        return chosen(bodies_visible_to(self.actor), "parent", sentence, body_id)

    def shown(self, body: Body, code: int = status.HTTP_200_OK) -> Response:
        fresh = self.body(body.pk)
        [answer] = body_answers(self.actor, [fresh])
        return self.answer(answer, code, of=fresh)


class BodiesView(ListModelMixin, BodyFinder):
    pagination_class = ByName

    def get_queryset(self) -> QuerySet[Body]:
        asked = read_parameters(BodyFilter, self.request)
        bodies = with_people(bodies_visible_to(self.actor))
        if "q" in asked:
            bodies = bodies.filter(name__icontains=asked["q"])
        return bodies.filter(**{name: asked[name] for name in ("kind", "state", "parent") if name in asked})

    def paginate_queryset(self, queryset: Any) -> list[BodyAnswer]:  # type: ignore[override]
        return body_answers(self.actor, super().paginate_queryset(queryset) or [])

    @extend_schema(operation_id="bodies_list", parameters=[BodyFilter])
    def get(self, request: Request) -> Response:
        """The units, groups and positions that you may see, by name.

        Who gives rights in a place sees what is kept there or above it.
        """
        return self.list(request)

    @extend_schema(operation_id="bodies_create", request=NewBodySerializer, responses={201: BodySerializer})
    def post(self, request: Request) -> Response:
        """A new unit, group or position. What stands below a unit is kept where that unit is."""
        asked = self.asked(NewBodySerializer)
        scope = asked["scope"] and chosen(
            scopes_to_keep_bodies_in(self.actor), "scope", _("Diesen Ort gibt es nicht."), asked["scope"]
        )
        body = body_create(
            self.actor, asked["name"], BodyKind(asked["kind"]), scope, parent=self.parent(asked["parent"]),
            reason=asked["reason"],
        )  # fmt: skip
        return self.shown(body, status.HTTP_201_CREATED)


class BodyPlacesView(ApiView):
    serializer_class = ScopeSerializer
    pagination_class = None

    @extend_schema(operation_id="bodies_places", responses=ScopeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Where you may begin a tree of units, or a group: who gives rights there decides who belongs."""
        return self.answer(scopes_to_keep_bodies_in(self.actor), many=True)


class BodyView(BodyFinder):
    @extend_schema(operation_id="bodies_retrieve")
    def get(self, request: Request, body_id: int) -> Response:
        """The `ETag` can be sent as `If-Match` with a change."""
        return self.shown(self.body(body_id))

    @extend_schema(operation_id="bodies_change", request=BodyChangeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, body_id: int) -> Response:
        """Renames it, or moves it with all below it: all that is named, or nothing."""
        body, asked = self.body(body_id), self.asked(BodyChangeSerializer)
        parent = self.parent(asked["parent"]) if "parent" in asked else body.parent
        name, expected = asked.get("name", body.name), expected_of(request, body)
        return self.shown(body_change(self.actor, body, name, parent, reason=asked["reason"], expected=expected))


class BodyRetireView(BodyFinder):
    @extend_schema(operation_id="bodies_retire", request=RightsReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, body_id: int) -> Response:
        """Nobody may belong to it any more, and nothing in use stand below it; what it was granted reaches nobody."""
        body, reason = self.body(body_id), self.asked(RightsReasonSerializer)["reason"]
        return self.shown(body_retire(self.actor, body, reason=reason, expected=expected_of(request, body)))


class BodyReviveView(BodyFinder):
    @extend_schema(operation_id="bodies_revive", request=RightsReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, body_id: int) -> Response:
        """Takes it into use again: what it was granted holds for whoever is taken in."""
        body, reason = self.body(body_id), self.asked(RightsReasonSerializer)["reason"]
        return self.shown(body_revive(self.actor, body, reason=reason, expected=expected_of(request, body)))


class BodyMembersView(BodyFinder):
    serializer_class = MembershipSerializer
    pagination_class = None

    @extend_schema(operation_id="bodies_members_list", responses=MembershipSerializer(many=True))
    def get(self, request: Request, body_id: int) -> Response:
        """Who belongs to it today or will later, by login; deputies last."""
        rows = memberships_running(self.body(body_id)).select_related("user", "body")
        return self.answer(membership_answers(self.actor, rows), many=True)

    @extend_schema(
        operation_id="bodies_members_create", request=NewMembershipSerializer, responses={201: MembershipSerializer}
    )
    def post(self, request: Request, body_id: int) -> Response:
        """Takes somebody in, who then has its grants and those of the units above. Nobody takes themselves in."""
        body = self.body(body_id)
        require(self.actor, Permission.GRANT, body)  # before anybody learns which logins there are
        asked = self.asked(NewMembershipSerializer)
        asked["user"] = user_named(asked["user"])
        row = member_add(self.actor, body, **asked)
        return _membership(self, row, status.HTTP_201_CREATED)


class BodyGrantsView(BodyFinder):
    serializer_class = KnownTermSerializer
    pagination_class = None

    @extend_schema(operation_id="bodies_grants", responses=KnownTermSerializer(many=True))
    def get(self, request: Request, body_id: int) -> Response:
        """What it was ever granted, the newest first."""
        return self.answer(known_terms(self.actor, self.body(body_id)), many=True)


class BodyHistoryView(BodyFinder):
    serializer_class = BodyEventSerializer
    pagination_class = None

    @extend_schema(operation_id="bodies_history", responses=BodyEventSerializer(many=True))
    def get(self, request: Request, body_id: int) -> Response:
        """What happened to it, the first event first. For who gives rights where it is kept."""
        body = self.body(body_id)
        require(self.actor, Permission.GRANT, body)
        return self.answer(body_history(body), many=True)


class MembershipFinder(ApiView):
    """Of views about one membership."""

    serializer_class = MembershipSerializer
    parser_classes = [JSONParser]

    def row(self, member_id: int) -> Membership:
        """Raises NotFound."""
        return self.find(memberships_visible_to(self.actor), pk=member_id)


class MembershipView(MembershipFinder):
    @extend_schema(operation_id="memberships_retrieve")
    def get(self, request: Request, member_id: int) -> Response:
        """The `ETag` can be sent as `If-Match` with a change."""
        return _membership(self, self.row(member_id))

    @extend_schema(operation_id="memberships_change", request=MembershipChangeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, member_id: int) -> Response:
        """Another last day, or none. Nobody changes how long they belong themselves."""
        row, asked = self.row(member_id), self.asked(MembershipChangeSerializer)
        return _membership(self, member_change(self.actor, row, **asked, expected=expected_of(request, row)))


class MembershipRemoveView(MembershipFinder):
    @extend_schema(
        operation_id="memberships_remove", request=RightsReasonSerializer, responses={204: None}, parameters=[IF_MATCH]
    )
    def post(self, request: Request, member_id: int) -> Response:
        """Takes the person out, from the next request on; the history of the unit or group keeps it."""
        row, reason = self.row(member_id), self.asked(RightsReasonSerializer)["reason"]
        member_remove(self.actor, row.body, row.user, reason=reason, expected=expected_of(request, row))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PeopleView(ListModelMixin, ApiView):
    serializer_class = PersonNameSerializer
    pagination_class = ByLogin

    def get_queryset(self) -> QuerySet[User]:
        asked = read_parameters(PersonFilter, self.request)
        people = people_visible_to(self.actor)
        if "q" in asked:
            people = people_named(people, asked["q"])
        return people if asked["is_active"] is None else people.filter(is_active=asked["is_active"])

    @extend_schema(operation_id="people_list", parameters=[PersonFilter])
    def get(self, request: Request) -> Response:
        """The people whom you may see, by login: who gives no rights anywhere sees themselves alone."""
        return self.list(request)


class PersonFinder(ApiView):
    serializer_class: type[Serializer] = PersonSerializer
    pagination_class = None

    def person(self, person_id: int) -> User:
        """Raises NotFound."""
        return self.find(people_visible_to(self.actor), pk=person_id)


class PersonView(PersonFinder):
    @extend_schema(operation_id="people_retrieve")
    def get(self, request: Request, person_id: int) -> Response:
        """Where the person belongs, and what they may do today and why."""
        person = self.person(person_id)
        memberships = membership_answers(self.actor, memberships_of(person).select_related("user", "body"))
        return self.answer(PersonAnswer(person, memberships, reasons_of(self.actor, person)), of=person)


class PersonGrantsView(PersonFinder):
    serializer_class = KnownTermSerializer

    @extend_schema(operation_id="people_grants", responses=KnownTermSerializer(many=True))
    def get(self, request: Request, person_id: int) -> Response:
        """What the person themselves was ever granted, the newest first; what comes by units is not among it."""
        return self.answer(known_terms(self.actor, self.person(person_id)), many=True)


def user_named(login: str) -> User:
    """Raises ValidationError."""
    sentence = _("Eine Person dieses Namens gibt es nicht.")
    return chosen(User.objects.all(), "user", sentence, login, "username")


def chosen(rows: QuerySet[M], field: str, sentence: str, value: object, key: str = "pk") -> M:
    """What a field of the body names. Raises ValidationError."""
    found = rows.filter(**{key: value}).first()
    if found is None:
        raise ValidationError({field: [sentence]})
    return found


def _membership(view: ApiView, row: Membership, code: int = status.HTTP_200_OK) -> Response:
    fresh = memberships_visible_to(view.actor).get(pk=row.pk)
    return view.answer(MembershipAnswer(view.actor, fresh), code, of=fresh)
