"""How parties look to programs: the register, where somebody is reached, and who takes part in what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from api.http.base import TypedTextField
from api.http.changes import ChangeSerializer
from dms.access.actors import Actor
from dms.records.parties.describing import LONGEST_TITLE
from dms.records.parties.keeping import may_keep
from dms.records.parties.letters import letter_lines
from dms.records.parties.merging import may_merge
from dms.records.parties.models import (
    LONGEST_NAME,
    POSTAL,
    AddressKind,
    Participation,
    Party,
    PartyAddress,
    PartyKind,
    PartyRole,
)
from dms.records.parties.taking_part import files_listed, may_change_parties
from dms.records.parties.telling import TellingForm

REMOVABLE = ["remove"]
"""The actions of what joins two things."""
PARTY_ACTIONS = ("correct", "merge", "tell")


@dataclass(frozen=True, slots=True)
class PartyAnswer:
    actor: Actor
    party: Party

    @property
    def addresses(self) -> list[PartyAddress]:
        """Also those of entries that were merged into this one."""
        merged = [address for one in self.party.stands_for.all() for address in one.addresses.all()]
        return [*self.party.addresses.all(), *merged]

    @property
    def merged(self) -> Sequence[Party]:
        return list(self.party.stands_for.all())

    @property
    def actions(self) -> list[str]:
        kept = may_keep(self.actor, self.party)
        registered = may_merge(self.actor, self.party) and self.party.standing_id is None
        return [name for name, may in zip(PARTY_ACTIONS, (kept, registered, registered), strict=True) if may]


@dataclass(frozen=True, slots=True)
class ParticipationAnswer:
    """`row.dossier`, `.case`, `.role`, `.party` and its `standing` have come along. `role` is None in the list of a
    party's files, where the file is sensitive."""

    actor: Actor
    row: Participation
    role: PartyRole | None

    @property
    def actions(self) -> list[str]:
        return ["remove"] if may_change_parties(self.actor, self.row.dossier, self.row.case) else []


class PartyNameSerializer(serializers.Serializer):
    """A party in short."""

    id = serializers.UUIDField(help_text="Identifies the entry for ever.")
    kind = serializers.ChoiceField(PartyKind.choices, help_text="`person` or `organisation`.")
    name = serializers.CharField(help_text="As it stands in lists.")
    birth_date = serializers.DateField(allow_null=True, help_text="Null: not known, or no person.")


class PartyAddressSerializer(serializers.Serializer):
    """Where a party is reached: by post in the parts of DIN 5008, by mail or by phone."""

    id = serializers.UUIDField(required=False, help_text="Send it back to change this address; without: a new one.")
    kind = serializers.ChoiceField(AddressKind.choices, help_text="Four kinds of postal address, `mail` or `phone`.")
    addition = TypedTextField(
        max_length=200, required=False, allow_blank=True, help_text="c/o, department, part of the house."
    )
    street = TypedTextField(
        max_length=200, required=False, allow_blank=True, help_text="With the number; of a post box its number."
    )
    postcode = TypedTextField(max_length=20, required=False, allow_blank=True, help_text="In Germany five figures.")
    city = TypedTextField(
        max_length=200, required=False, allow_blank=True, help_text="A postal address has at least this."
    )
    country = TypedTextField(max_length=100, required=False, allow_blank=True, help_text="Empty: Germany.")
    value = TypedTextField(
        max_length=300, required=False, allow_blank=True, help_text="The mail address or the phone number."
    )
    valid_from = serializers.DateField(required=False, allow_null=True, help_text="First day; null: always.")
    valid_to = serializers.DateField(required=False, allow_null=True, help_text="Last day; null: until further notice.")


class ShownAddressSerializer(PartyAddressSerializer):
    """An address of a party, and how it stands in the window of a letter."""

    letter = serializers.SerializerMethodField(help_text="The lines of DIN 5008; empty for mail and phone.")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_letter(self, address: PartyAddress) -> list[str]:
        return letter_lines(address.party, address) if address.kind in POSTAL else []


class PartyLinksSerializer(serializers.Serializer):
    """Addresses of a party."""

    self = serializers.URLField(help_text="This entry.")
    files = serializers.URLField(help_text="In what it takes part, as far as you may see it.")


class PartySerializer(PartyNameSerializer):
    """Somebody whom the town deals with; each stands in the register once."""

    id = serializers.UUIDField(source="party.id", help_text="Identifies the entry for ever.")
    kind = serializers.ChoiceField(PartyKind.choices, source="party.kind", help_text="`person` or `organisation`.")
    name = serializers.CharField(source="party.name", help_text="As it stands in lists.")
    birth_date = serializers.DateField(source="party.birth_date", allow_null=True, help_text="Null: not known.")
    academic_title = serializers.CharField(source="party.academic_title", help_text="Such as `Dr.`.")
    given_names = serializers.CharField(source="party.given_names", help_text="Given names of a person.")
    family_name = serializers.CharField(source="party.family_name", help_text="Family name of a person.")
    birth_name = serializers.CharField(source="party.birth_name", help_text="Family name at birth, if another.")
    organisation = serializers.CharField(source="party.organisation", help_text="Name of an organisation.")
    addresses = ShownAddressSerializer(many=True, help_text="Where it is reached; those of merged entries as well.")
    merged = PartyNameSerializer(many=True, help_text="Entries that turned out to mean the same.")
    standing = serializers.UUIDField(
        source="party.standing_id", allow_null=True, help_text="The entry that stands for this one; null: itself."
    )
    actions = serializers.ListField(
        child=serializers.ChoiceField(PARTY_ACTIONS), help_text="What you can do with it now."
    )
    links = serializers.SerializerMethodField(help_text="Where it and what belongs to it are found.")

    @extend_schema_field(PartyLinksSerializer)
    def get_links(self, answer: PartyAnswer) -> dict[str, str]:
        request, key = self.context["request"], [answer.party.pk]
        return {
            "self": reverse("api:party", args=key, request=request),
            "files": reverse("api:party-files", args=key, request=request),
        }


class PartyRoleSerializer(serializers.Serializer):
    """As what a party takes part."""

    slug = serializers.SlugField(help_text="Identifies the role for ever.")
    label = serializers.CharField(source="__str__", help_text="The same for people.")  # type: ignore[assignment]


class ParticipationSerializer(serializers.Serializer):
    """A party takes part in a dossier or in one of its cases."""

    id = serializers.UUIDField(source="row.id", help_text="Identifies the participation.")
    role = PartyRoleSerializer(
        allow_null=True,
        help_text="As what it takes part; null in a list of files, where the file is sensitive.",
    )
    party = PartyNameSerializer(source="row.stands", help_text="Who takes part.")
    dossier = serializers.UUIDField(source="row.dossier_id", help_text="The `id` of the dossier.")
    case = serializers.UUIDField(source="row.case_id", allow_null=True, help_text="Of the case; null: in the dossier.")
    since = serializers.DateTimeField(source="row.since", help_text="Since when that is known.")
    actions = serializers.ListField(child=serializers.ChoiceField(REMOVABLE), help_text="What you can do with it.")


class PartyFilter(serializers.Serializer):
    """All of these must fit."""

    q = TypedTextField(required=False, max_length=200, help_text="Parts of the name, or what sounds like them.")
    kind = serializers.ChoiceField(PartyKind.choices, required=False, help_text="Only people, or only organisations.")
    sender = TypedTextField(
        required=False, max_length=300, help_text="What a letter says about its sender: only those who may be meant."
    )


class PartyChangeSerializer(ChangeSerializer):
    """What is to be put right; what stood there stays in the history."""

    shown = PartySerializer

    academic_title = TypedTextField(
        max_length=LONGEST_TITLE, required=False, allow_blank=True, help_text="Such as `Dr.`."
    )
    given_names = TypedTextField(
        max_length=LONGEST_NAME, required=False, allow_blank=True, help_text="Given names of a person."
    )
    family_name = TypedTextField(
        max_length=LONGEST_NAME, required=False, allow_blank=True, help_text="Family name of a person."
    )
    birth_name = TypedTextField(
        max_length=LONGEST_NAME, required=False, allow_blank=True, help_text="Family name at birth, if another."
    )
    organisation = TypedTextField(
        max_length=LONGEST_NAME, required=False, allow_blank=True, help_text="Name of an organisation."
    )
    birth_date = serializers.DateField(required=False, allow_null=True, help_text="Of a person; null: not known.")
    addresses = PartyAddressSerializer(
        many=True, required=False, help_text="All of them; what is left out is taken out."
    )
    reason = TypedTextField(max_length=500, required=False, allow_blank=True, help_text="Why; stands in the history.")


class NewPartySerializer(PartyChangeSerializer):
    """Somebody new. Whoever is likely the same is answered instead, until `despite` says that it is another."""

    kind = serializers.ChoiceField(PartyKind.choices, help_text="`person` or `organisation`; it stays.")
    dossier = serializers.UUIDField(required=False, help_text="Where it is entered; its rights are those of it.")
    despite = serializers.BooleanField(
        required=False, default=False, help_text="Enter it although it may be there already."
    )


class MergeSerializer(ChangeSerializer):
    """Which entry means the same."""

    shown = PartySerializer

    merged = serializers.UUIDField(help_text="The entry for which the addressed one stands from now on.")
    reason = TypedTextField(max_length=500, required=False, allow_blank=True, default="", help_text="Why.")


class NewParticipationSerializer(serializers.Serializer):
    """Who takes part, and as what."""

    party = serializers.UUIDField(help_text="The `id` of a party.")
    role = serializers.SlugField(max_length=40, help_text="The `slug` of a role.")


class TellingSerializer(serializers.Serializer):
    """In what form all that is kept is wanted."""

    form = serializers.ChoiceField([str(form) for form in TellingForm], help_text="`json`, or a table as `csv`.")
    reason = TypedTextField(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text="For whom or why; stands in the history.",
    )


def participation_answers(actor: Actor, rows: Sequence[Participation]) -> list[ParticipationAnswer]:
    return [ParticipationAnswer(actor, row, row.role) for row in rows]


def files_answers(actor: Actor, party: Party) -> list[ParticipationAnswer]:
    return [ParticipationAnswer(actor, row, role) for row, role in files_listed(actor, party)]
