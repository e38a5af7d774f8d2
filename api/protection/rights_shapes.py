"""How rights look to programs: what holds in a place, one grant, what held earlier, and why somebody may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from api.http.base import TypedTextField
from api.http.changes import ChangeSerializer
from api.organisation.shapes import LARGEST_ID, LAST_DAY, REASON, StepSerializer
from dms.access.actors import Actor
from dms.access.models import Body, BodyKind
from dms.access.permissions import Role
from dms.records.dossiers.models import Dossier
from dms.records.protection.following.working import FollowProgress, following_at
from dms.records.protection.grant_history import Term
from dms.records.protection.grants import GIVEN_IN_A_PLACE, LONGEST_REASON, GrantVerb, Held, grant_actions, own_bodies
from dms.records.protection.rights import PlaceVerb, is_restricted, place_actions
from dms.records.protection.scopes import Node, has_own_scope

SUBJECT_KINDS = [("person", gettext_lazy("Person")), *BodyKind.choices]


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    actor: Actor
    held: Held
    own: frozenset[int]
    """The bodies of the actor."""

    @property
    def place(self) -> str | None:
        return self.held.place or None

    @property
    def actions(self) -> list[GrantVerb]:
        return grant_actions(self.actor, self.held.grant, self.own)


@dataclass(frozen=True, slots=True)
class RightsAnswer:
    """`grants` hold in `node`."""

    actor: Actor
    node: Node
    grants: list[HeldAnswer]

    @property
    def has_own(self) -> bool:
        return has_own_scope(self.node)

    @property
    def restricted(self) -> bool:
        return is_restricted(self.node)

    @property
    def following(self) -> FollowProgress | None:
        return following_at(self.node)

    @property
    def actions(self) -> list[PlaceVerb]:
        return place_actions(self.actor, self.node)


@dataclass(frozen=True, slots=True)
class HistoryAnswer:
    steps: list[Any]
    terms: list[TermAnswer]


@dataclass(frozen=True, slots=True)
class TermAnswer:
    term: Term
    own: int
    """The scope of the place that was asked about; 0: it has none of its own."""

    @property
    def above(self) -> bool:
        return self.term.scope_id != self.own


class SubjectSerializer(serializers.Serializer):
    """Who has a right: a person, or all who belong to a unit or group or hold a position."""

    kind = serializers.SerializerMethodField(help_text="A person, or what people belong to.")
    id = serializers.IntegerField(help_text="The `id` of the person, or of the unit, group or position.")
    name = serializers.CharField(source="__str__", help_text="The login of the person, or what it is called.")

    @extend_schema_field(serializers.ChoiceField(SUBJECT_KINDS))
    def get_kind(self, subject: Any) -> str:
        return str(subject.kind) if isinstance(subject, Body) else "person"


class GrantSerializer(serializers.Serializer):
    """A right that somebody has, from the first day up to and including the last."""

    id = serializers.IntegerField(source="held.grant.id", help_text="Identifies the grant.")
    subject = SubjectSerializer(source="held.grant.subject", help_text="Who has it.")
    role = serializers.ChoiceField(Role.choices, source="held.grant.role", help_text="What they may do.")
    place = serializers.CharField(allow_null=True, help_text="Where it was given; null: you may not know that.")
    above = serializers.BooleanField(source="held.above", help_text="True: given further up, and holds here too.")
    cleared = serializers.BooleanField(
        source="held.cleared", help_text="False: the person is not cleared for the dossier, and does not see it."
    )
    valid_from = serializers.DateField(source="held.grant.valid_from", help_text="The first day.")
    valid_to = serializers.DateField(source="held.grant.valid_to", allow_null=True, help_text=LAST_DAY)
    reason = serializers.CharField(source="held.grant.reason", help_text="Why it was given or last changed.")
    given_by = serializers.CharField(
        source="held.grant.given_by", help_text="Who gave or last changed it: `user:…`, `operator:…`; empty: unknown."
    )
    actions = serializers.ListField(
        child=serializers.ChoiceField([str(verb) for verb in GrantVerb]), help_text="What you can do with it now."
    )


class RightsLinksSerializer(serializers.Serializer):
    """Addresses of the rights of a place."""

    self = serializers.URLField(help_text="The rights that hold here.")
    explanation = serializers.URLField(help_text="Why somebody may see it.")
    history = serializers.URLField(help_text="What held earlier.")


class FollowProgressSerializer(serializers.Serializer):
    """How many dossiers stand under the rights of their entry already."""

    done = serializers.IntegerField(help_text="So many do.")
    total = serializers.IntegerField(help_text="Of so many.")


class RightsSerializer(serializers.Serializer):
    """Who may see a plan entry or dossier and what lies below it, and by which rights."""

    has_own = serializers.BooleanField(help_text="It has rights of its own beside those from above.")
    restricted = serializers.BooleanField(help_text="Only what is granted here itself holds here.")
    following = FollowProgressSerializer(
        allow_null=True,
        help_text="Dossiers are still being taken over into the rights of its own: what is granted here holds for each "
        "as soon as it is, and the place can be restricted when all are. Null: all are.",
    )
    grants = GrantSerializer(many=True, help_text="Its own first, then those from above, the nearest first.")
    actions = serializers.ListField(
        child=serializers.ChoiceField([str(verb) for verb in PlaceVerb]), help_text="What you can do here now."
    )
    links = serializers.SerializerMethodField(help_text="Where what belongs to it is found.")

    @extend_schema_field(RightsLinksSerializer)
    def get_links(self, answer: RightsAnswer) -> dict[str, str]:
        kind = "dossier" if isinstance(answer.node, Dossier) else "plan-entry"
        names = {"self": "rights", "explanation": "rights-explanation", "history": "rights-history"}
        request = self.context["request"]
        return {
            key: str(reverse(f"api:{kind}-{name}", [answer.node.pk], request=request)) for key, name in names.items()
        }


class NewGrantSerializer(serializers.Serializer):
    """To whom what is given. Either `user` or `body` is named; never oneself."""

    user = TypedTextField(required=False, max_length=150, help_text="The login of a person.")
    body = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="The `id` of a unit, group or position."
    )
    role = serializers.ChoiceField(
        [(role.value, role.label) for role in GIVEN_IN_A_PLACE], help_text="What they may do."
    )
    valid_from = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The first day; null: today."
    )
    valid_to = serializers.DateField(required=False, allow_null=True, default=None, help_text=LAST_DAY)
    reason = TypedTextField(max_length=LONGEST_REASON, help_text=REASON)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("user" in attrs) == ("body" in attrs):
            sentence = _("Bitte entweder eine Person (`user`) oder eine Einheit, Gruppe, Stelle (`body`) nennen.")
            raise serializers.ValidationError({"user": [sentence]})
        return attrs


class GrantChangeSerializer(ChangeSerializer):
    """Another end; and another first day while the right does not hold yet."""

    shown = GrantSerializer

    valid_to = serializers.DateField(required=False, allow_null=True, help_text=LAST_DAY)
    valid_from = serializers.DateField(required=False, help_text="The first day, while it lies ahead.")
    reason = TypedTextField(max_length=LONGEST_REASON, help_text=REASON)


class ExplanationParameters(serializers.Serializer):
    user = TypedTextField(max_length=150, help_text="The login of the person.")


class ExplanationSerializer(serializers.Serializer):
    """Whether somebody may see it, and why."""

    user = serializers.CharField(help_text="The login that was asked about.")
    may_see = serializers.BooleanField(help_text="False also for a login that there is not.")
    reasons = serializers.ListField(
        child=serializers.CharField(),
        help_text="For each grant, the nearest first, what it is, who gave it when and why; for people.",
    )
    refusal = serializers.CharField(help_text="The one thing that is missing, for people; empty where they may see it.")


class TermSerializer(serializers.Serializer):
    """A grant from its beginning to its end, told by the events alone."""

    grant = serializers.IntegerField(source="term.grant_id", help_text="The `id` of the grant, gone or not.")
    subject = SubjectSerializer(source="term.subject", help_text="Who has or had it.")
    role = serializers.ChoiceField(Role.choices, source="term.role", help_text="What was granted.")
    place = serializers.CharField(source="term.scope.name", help_text="Where it was given.")
    above = serializers.BooleanField(help_text="True: given further up.")
    valid_from = serializers.DateField(source="term.first", help_text="The first day.")
    valid_to = serializers.DateField(
        source="term.until", allow_null=True, help_text="The last day on which it held or will hold; null: no end."
    )
    holds = serializers.BooleanField(source="term.holds", help_text="Whether it holds today.")
    given = StepSerializer(source="term.given", help_text="Who gave it, when and why.")
    changed = StepSerializer(source="term.changed", allow_null=True, help_text="The last change; null: none.")
    withdrawn = StepSerializer(source="term.withdrawn", allow_null=True, help_text="Null: not withdrawn.")


class PlaceStepSerializer(serializers.Serializer):
    """The place got rights of its own, was restricted to them, or opened again."""

    at = serializers.DateTimeField(source="step.at", help_text="When.")
    actor = serializers.CharField(source="step.actor", help_text="Who: `user:…`, `operator:…` or `system:…`.")
    text = serializers.CharField(source="what", help_text="What, for people.")
    reason = serializers.CharField(source="step.reason", help_text="Why.")


class RightsHistorySerializer(serializers.Serializer):
    """Who could see a place when, by rights given there and above."""

    steps = PlaceStepSerializer(many=True, help_text="When it got rights of its own, was restricted and opened.")
    terms = TermSerializer(many=True, help_text="All grants there ever were, the oldest first.")


def held_answers(actor: Actor, held: Iterable[Held]) -> list[HeldAnswer]:
    own = own_bodies(actor)
    return [HeldAnswer(actor, one, own) for one in held]
