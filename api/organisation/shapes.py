"""How units, groups, positions and people look to programs, and what they were granted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from api.http.base import TypedTextField
from api.http.changes import ChangeSerializer
from dms.access.actors import Actor
from dms.access.models import Body, BodyKind, BodyState, Membership, Scope, User
from dms.access.permissions import Role
from dms.access.rule import may_name
from dms.accounts.bodies import LONGEST_NAME, BodyVerb, MemberVerb, body_actions, member_actions
from dms.records.protection.grants import LONGEST_REASON

LARGEST_ID = 2**63 - 1
REASON = "Why; it stands in the history."
LAST_DAY = "The last day, inclusive; null: no end."


@dataclass(frozen=True, slots=True)
class BodyAnswer:
    """`body.parent` and `.scope` have come along; `people` counts who belongs to it today."""

    actor: Actor
    body: Body
    people: int

    @property
    def scope(self) -> Scope | None:
        """Only when its name may be read."""
        return self.body.scope if may_name(self.actor, self.body.scope) else None

    @property
    def actions(self) -> list[BodyVerb]:
        return body_actions(self.actor, self.body)


@dataclass(frozen=True, slots=True)
class MembershipAnswer:
    """`row.user` and `.body` have come along."""

    actor: Actor
    row: Membership

    @property
    def actions(self) -> list[MemberVerb]:
        return member_actions(self.actor, self.row)


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    person: User
    memberships: list[MembershipAnswer]
    reasons: list[str]


class ScopeSerializer(serializers.Serializer):
    """A place with rights of its own: the town's records or inbox, an entry of the file plan, or a dossier."""

    id = serializers.IntegerField(help_text="Identifies it.")
    name = serializers.CharField(help_text="What it is called.")


class BodyNameSerializer(serializers.Serializer):
    """A unit, group or position in short."""

    id = serializers.IntegerField(help_text="Identifies it for ever.")
    kind = serializers.ChoiceField(BodyKind.choices, help_text="Unit, group or position (Dienstposten).")
    name = serializers.CharField(help_text="What it is called.")


class BodyLinksSerializer(serializers.Serializer):
    """Addresses of a unit, group or position."""

    self = serializers.URLField(help_text="Itself.")
    members = serializers.URLField(help_text="Who belongs to it.")
    grants = serializers.URLField(help_text="What it was ever granted.")
    history = serializers.URLField(help_text="What happened to it.")


class BodySerializer(serializers.Serializer):
    """An organisation unit in its tree, a group across all units, or a position within a unit.

    Who belongs to it has its grants, and those of the units above it.
    """

    id = serializers.IntegerField(source="body.id", help_text="Identifies it for ever.")
    kind = serializers.ChoiceField(
        BodyKind.choices, source="body.kind", help_text="Unit, group or position (Dienstposten); it stays."
    )
    name = serializers.CharField(source="body.name", help_text="No other has the same.")
    parent = BodyNameSerializer(
        source="body.parent", allow_null=True, help_text="The unit above; null: it stands at the top, or in no tree."
    )
    scope = ScopeSerializer(
        allow_null=True, help_text="Where it is kept: who gives rights there decides who belongs. Null: not for you."
    )
    state = serializers.ChoiceField(
        BodyState.choices, source="body.state", help_text="`retired`: nobody belongs to it any more."
    )
    people = serializers.IntegerField(help_text="How many people belong to it itself today.")
    actions = serializers.ListField(
        child=serializers.ChoiceField([str(verb) for verb in BodyVerb]), help_text="What you can do with it now."
    )
    links = serializers.SerializerMethodField(help_text="Where what belongs to it is found.")

    @extend_schema_field(BodyLinksSerializer)
    def get_links(self, answer: BodyAnswer) -> dict[str, str]:
        names = {"self": "body", "members": "body-members", "grants": "body-grants", "history": "body-history"}
        request = self.context["request"]
        return {key: str(reverse(f"api:{name}", [answer.body.pk], request=request)) for key, name in names.items()}


class BodyFilter(serializers.Serializer):
    """All of these must fit."""

    q = TypedTextField(required=False, max_length=200, help_text="A part of the name.")
    kind = serializers.ChoiceField(BodyKind.choices, required=False, help_text="Only these.")
    state = serializers.ChoiceField(BodyState.choices, required=False, help_text="Only those in this state.")
    parent = serializers.IntegerField(  # type: ignore[assignment]
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Only what stands right below this unit."
    )


class BodyChangeSerializer(ChangeSerializer):
    """What it is called and where it stands: all that is named, or nothing."""

    shown = BodySerializer

    name = TypedTextField(required=False, max_length=LONGEST_NAME, help_text="No other has the same.")
    parent = serializers.IntegerField(  # type: ignore[assignment]
        required=False, allow_null=True, min_value=1, max_value=LARGEST_ID,
        help_text="The `id` of the unit under which it stands, with all below it; null: at the top.",
    )  # fmt: skip
    reason = TypedTextField(max_length=LONGEST_REASON, help_text=REASON)


class NewBodySerializer(ChangeSerializer):
    """A unit, group or position."""

    shown = BodySerializer

    kind = serializers.ChoiceField(BodyKind.choices, help_text="It stays.")
    name = TypedTextField(max_length=LONGEST_NAME, help_text="No other has the same.")
    parent = serializers.IntegerField(  # type: ignore[assignment]
        required=False, allow_null=True, default=None, min_value=1, max_value=LARGEST_ID,
        help_text="The `id` of the unit above. A position has one, a group has none.",
    )  # fmt: skip
    scope = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=LARGEST_ID,
        help_text="Without a unit above: the place where it is kept, one of `bodies/places/`.",
    )  # fmt: skip
    reason = TypedTextField(max_length=LONGEST_REASON, help_text=REASON)


class RightsReasonSerializer(serializers.Serializer):
    """Why something is done to rights or to the organisation."""

    reason = TypedTextField(max_length=LONGEST_REASON, help_text=REASON)


class MembershipSerializer(serializers.Serializer):
    """Somebody belongs to a unit or group, or holds a position, from the first day up to and including the last."""

    id = serializers.IntegerField(source="row.id", help_text="Identifies the membership.")
    user = serializers.CharField(source="row.user.username", help_text="The login of the person.")
    person = serializers.IntegerField(source="row.user_id", help_text="The `id` of the person.")
    body = BodyNameSerializer(source="row.body", help_text="To what.")
    valid_from = serializers.DateField(
        source="row.valid_from", allow_null=True, help_text="The first day; null: since before this was kept."
    )
    valid_to = serializers.DateField(source="row.valid_to", allow_null=True, help_text=LAST_DAY)
    is_deputy = serializers.BooleanField(source="row.is_deputy", help_text="Stands in for who holds the position.")
    origin = serializers.CharField(
        source="row.source",
        help_text="Where it comes from: `ldap` or `oidc`, by a group there; `file`; empty: somebody decided it here.",
    )
    actions = serializers.ListField(
        child=serializers.ChoiceField([str(verb) for verb in MemberVerb]), help_text="What you can do with it now."
    )


class NewMembershipSerializer(serializers.Serializer):
    """Who belongs to it, and how long."""

    user = TypedTextField(max_length=150, help_text="The login of the person; never your own.")
    valid_from = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The first day; null: today."
    )
    valid_to = serializers.DateField(required=False, allow_null=True, default=None, help_text=LAST_DAY)
    is_deputy = serializers.BooleanField(
        required=False, default=False, help_text="Of a position: stands in for its holder, and has a last day."
    )
    reason = TypedTextField(max_length=LONGEST_REASON, help_text=REASON)


class MembershipChangeSerializer(ChangeSerializer):
    """Another last day."""

    shown = MembershipSerializer

    valid_to = serializers.DateField(allow_null=True, help_text=LAST_DAY)
    reason = TypedTextField(max_length=LONGEST_REASON, help_text=REASON)


class PersonFilter(serializers.Serializer):
    """All of these must fit."""

    q = TypedTextField(required=False, max_length=200, help_text="A part of the login or of the name.")
    is_active = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Only who can log in, or only who cannot."
    )


class PersonNameSerializer(serializers.Serializer):
    """A person, or a program with an account of its own."""

    id = serializers.IntegerField(help_text="Identifies the person.")
    user = serializers.CharField(source="username", help_text="The login.")
    name = serializers.CharField(source="get_full_name", help_text="Given and family name; may be empty.")
    is_active = serializers.BooleanField(help_text="False: the account is disabled, and no right counts.")
    is_service = serializers.BooleanField(help_text="True: a program, which has tokens and no password.")


class PersonSerializer(PersonNameSerializer):
    """A person, where they belong, and what they may do today and why."""

    id = serializers.IntegerField(source="person.id", help_text="Identifies the person.")
    user = serializers.CharField(source="person.username", help_text="The login.")
    name = serializers.CharField(source="person.get_full_name", help_text="Given and family name; may be empty.")
    is_active = serializers.BooleanField(
        source="person.is_active", help_text="False: the account is disabled, and no right counts."
    )
    is_service = serializers.BooleanField(
        source="person.is_service", help_text="True: a program, which has tokens and no password."
    )
    memberships = MembershipSerializer(many=True, help_text="All that are kept, those that have ended too.")
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="What the person may do today and why: one sentence for each grant."
    )


class StepSerializer(serializers.Serializer):
    """Something was done with a grant."""

    at = serializers.DateTimeField(help_text="When.")
    actor = serializers.CharField(help_text="Who: `user:…`, `operator:…` or `system:…`.")
    reason = serializers.CharField(help_text="Why.")


class KnownTermSerializer(serializers.Serializer):
    """A grant from its beginning to its end, told by the events alone; as far as you may know of the place."""

    grant = serializers.IntegerField(source="term.grant_id", help_text="The `id` of the grant, gone or not.")
    role = serializers.ChoiceField(Role.choices, source="term.role", help_text="What was granted.")
    place = serializers.CharField(help_text="Where; empty where you may not know that.")
    valid_from = serializers.DateField(source="term.first", help_text="The first day.")
    valid_to = serializers.DateField(
        source="term.until", allow_null=True, help_text="The last day on which it held or will hold; null: no end."
    )
    holds = serializers.BooleanField(source="term.holds", help_text="Whether it holds today.")
    reason = serializers.CharField(help_text="Why it was given; empty where you may not know of the place.")


class BodyEventSerializer(serializers.Serializer):
    """One thing that happened to a unit, group or position."""

    at = serializers.DateTimeField(help_text="When.")
    actor = serializers.CharField(help_text="Who: `user:…`, `operator:…` or `system:…`.")
    event = serializers.CharField(source="name", help_text="Stable name.")
    text = serializers.CharField(source="sentence", help_text="What happened, for people.")
    reason = serializers.CharField(help_text="Why.")


def membership_answers(actor: Actor, rows: Iterable[Membership]) -> list[MembershipAnswer]:
    return [MembershipAnswer(actor, row) for row in rows]


def body_answers(actor: Actor, bodies: Iterable[Any]) -> list[BodyAnswer]:
    """Of `bodies_visible_to`, counted by `with_people`."""
    return [BodyAnswer(actor, body, body.people) for body in bodies]
