"""How dossiers and cases look to programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from api.http.base import TypedTextField
from api.http.changes import ChangeSerializer
from api.kinds.shapes import (
    NOTHING_TOLD,
    SLUG,
    DossierKindNameSerializer,
    FieldsField,
    FieldsTold,
    FormerFieldSerializer,
    fields_told,
)
from api.plan.shapes import EntryNameSerializer
from dms.access.actors import Actor
from dms.access.levels import LEVEL_NAMES, NAMES, Level
from dms.access.permissions import Permission
from dms.access.rule import can
from dms.records.dossiers.cases import case_actions
from dms.records.dossiers.describing import LONGEST_DESCRIPTION, LONGEST_LOCATION, LONGEST_TITLE
from dms.records.dossiers.keeping import dossier_actions
from dms.records.dossiers.models import Case, CaseVerb, Dossier, DossierVerb, FileState, Medium, ReferenceNumber
from dms.records.plan.models import PlanEntry
from dms.records.protection.sensitivity import SensitiveClass, protections


@dataclass(frozen=True, slots=True)
class DossierAnswer:
    """`entry` only where the actor may see it; `former` are numbers that it bore before."""

    actor: Actor
    dossier: Dossier
    entry: PlanEntry | None
    former: Sequence[str]
    told: FieldsTold
    is_closed: bool = False
    """In a list and sensitive, or not to be read by this actor: it is named, and nothing is told of it."""

    @property
    def description(self) -> str:
        return "" if self.is_closed else self.dossier.description

    @property
    def actions(self) -> list[DossierVerb]:
        return dossier_actions(self.actor, self.dossier)


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    actor: Actor
    case: Case

    @property
    def description(self) -> str:
        return self.case.description if can(self.actor, Permission.DOSSIER_READ, self.case) else ""

    @property
    def actions(self) -> list[CaseVerb]:
        return case_actions(self.actor, self.case)


def dossier_answers(actor: Actor, dossiers: Sequence[Dossier], *, listed: bool = False) -> list[DossierAnswer]:
    """In the order given, by a constant number of queries. A list is no reading: it names what is sensitive, and tells
    nothing of it."""
    ids = {dossier.plan_entry_id for dossier in dossiers}
    entries = PlanEntry.objects.filter(pk__in=ids).visible_to(actor).in_bulk()
    former: dict[Any, list[str]] = {}
    filled = [one for one in dossiers if one.field_version_id or one.former_values]
    hidden = set(protections([one.pk for one in dossiers])) if listed else set()
    hidden |= {one.pk for one in dossiers if not can(actor, Permission.DOSSIER_READ, one)}
    told = fields_told(one for one in filled if one.pk not in hidden)
    replaced = ReferenceNumber.objects.filter(dossier__in=dossiers, case=None, replaced_at__isnull=False)
    for number in replaced.order_by("replaced_at"):
        former.setdefault(number.dossier_id, []).append(number.text)
    return [
        DossierAnswer(
            actor, one, entries.get(one.plan_entry_id), former.get(one.pk, ()), told.get(one.pk, NOTHING_TOLD),
            is_closed=one.pk in hidden,
        )
        for one in dossiers
    ]  # fmt: skip


class DossierLinksSerializer(serializers.Serializer):
    self = serializers.URLField()
    cases = serializers.URLField()
    plan_entry = serializers.URLField(allow_null=True)


class DossierSerializer(serializers.Serializer):
    """What belongs together for one subject. Its reference number stays once it was used outside."""

    id = serializers.UUIDField(source="dossier.id")
    reference_number = serializers.CharField(source="dossier.reference_number")
    former_numbers = serializers.ListField(source="former", child=serializers.CharField())
    title = serializers.CharField(source="dossier.title")
    description = serializers.CharField()
    medium = serializers.ChoiceField(Medium.choices, source="dossier.medium")
    location = serializers.CharField(source="dossier.location", help_text="Where the paper stands.")
    kind = DossierKindNameSerializer(source="dossier.kind", allow_null=True)
    fields = FieldsField(source="told.values")  # type: ignore[assignment]
    fields_version = serializers.IntegerField(source="told.version", allow_null=True)
    former_fields = FormerFieldSerializer(source="told.former", many=True)
    state = serializers.ChoiceField(FileState.choices, source="dossier.state")
    level = serializers.SerializerMethodField(help_text="How secret it is; all that lies in it is at least as secret.")
    opened_at = serializers.DateTimeField(source="dossier.opened_at")
    closed_at = serializers.DateTimeField(source="dossier.closed_at", allow_null=True)
    used_outside_at = serializers.DateTimeField(source="dossier.used_outside_at", allow_null=True)
    plan_entry = EntryNameSerializer(source="entry", allow_null=True)
    actions = serializers.ListField(child=serializers.ChoiceField([str(verb) for verb in DossierVerb]))
    links = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(LEVEL_NAMES))
    def get_level(self, answer: DossierAnswer) -> str:
        return NAMES[Level(answer.dossier.level)]

    @extend_schema_field(DossierLinksSerializer)
    def get_links(self, answer: DossierAnswer) -> dict[str, str | None]:
        request, key = self.context["request"], [answer.dossier.pk]
        entry = answer.entry
        return {
            "self": reverse("api:dossier", args=key, request=request),
            "cases": reverse("api:dossier-cases", args=key, request=request),
            "plan_entry": reverse("api:plan-entry", args=[entry.pk], request=request) if entry else None,
        }


class CaseLinksSerializer(serializers.Serializer):
    self = serializers.URLField()
    dossier = serializers.URLField()


class CaseSerializer(serializers.Serializer):
    """One matter within a dossier."""

    id = serializers.UUIDField(source="case.id")
    reference_number = serializers.CharField(source="case.reference_number")
    title = serializers.CharField(source="case.title")
    description = serializers.CharField()
    state = serializers.ChoiceField(FileState.choices, source="case.state")
    opened_at = serializers.DateTimeField(source="case.opened_at")
    closed_at = serializers.DateTimeField(source="case.closed_at", allow_null=True)
    actions = serializers.ListField(child=serializers.ChoiceField([str(verb) for verb in CaseVerb]))
    links = serializers.SerializerMethodField()

    @extend_schema_field(CaseLinksSerializer)
    def get_links(self, answer: CaseAnswer) -> dict[str, str]:
        request = self.context["request"]
        return {
            "self": reverse("api:case", args=[answer.case.pk], request=request),
            "dossier": reverse("api:dossier", args=[answer.case.dossier_id], request=request),
        }


class DossierFilter(serializers.Serializer):
    """All of these must fit."""

    q = TypedTextField(
        required=False, max_length=200, help_text="Begin of a number, also a former one, or words of the title."
    )
    state = serializers.ListField(child=serializers.ChoiceField(FileState.choices), required=False)
    plan_entry = serializers.UUIDField(required=False, help_text="Below this entry, at any depth.")
    kind = serializers.ListField(child=serializers.RegexField(SLUG), required=False)
    sort = serializers.RegexField(
        r"^-?[a-z][a-z0-9_]{0,39}$", required=False,
        help_text="Key of a field of the one `kind`; with a minus before it from the end. Without a value: last.",
    )  # fmt: skip


class CaseChangeSerializer(ChangeSerializer):
    shown = CaseSerializer

    title = TypedTextField(max_length=LONGEST_TITLE, required=False)
    description = TypedTextField(max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True)


class NewCaseSerializer(CaseChangeSerializer):
    title = TypedTextField(max_length=LONGEST_TITLE)


class DossierChangeSerializer(ChangeSerializer):
    shown = DossierSerializer

    title = TypedTextField(max_length=LONGEST_TITLE, required=False)
    description = TypedTextField(max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True)
    medium = serializers.ChoiceField(Medium.choices, required=False)
    location = TypedTextField(max_length=LONGEST_LOCATION, required=False, allow_blank=True)
    kind = serializers.RegexField(SLUG, required=False, allow_null=True)
    fields = FieldsField(required=False)  # type: ignore[assignment]


class NewDossierSerializer(DossierChangeSerializer):
    title = TypedTextField(max_length=LONGEST_TITLE)
    plan_entry = serializers.UUIDField(help_text="The active entry below which it is opened.")
    level = serializers.ChoiceField(
        LEVEL_NAMES, required=False, help_text="How secret it is from the start; needs the right to raise levels."
    )
    sensitive = serializers.ChoiceField(
        SensitiveClass.choices, required=False, allow_null=True,
        help_text="The class by which its readings are noted from the start; a right of the registry.",
    )  # fmt: skip
    asks_purpose = serializers.BooleanField(
        required=False, default=False, help_text="Whether a purpose is asked for before reading; with `sensitive`."
    )
    reason = TypedTextField(
        max_length=500, required=False, allow_blank=True, default="",
        help_text="Why it is secret or sensitive; asked for with either, and stands in the history.",
    )  # fmt: skip


class RenumberSerializer(ChangeSerializer):
    shown = DossierSerializer

    plan_entry = serializers.UUIDField()
    reason = TypedTextField(max_length=500)


class MoveCaseSerializer(ChangeSerializer):
    """Into which dossier."""

    shown = CaseSerializer

    dossier = serializers.UUIDField(help_text="The `id` of an open dossier.")
    reason = TypedTextField(max_length=500, required=False, allow_blank=True, default="", help_text="Why.")


class OptionalReasonSerializer(serializers.Serializer):
    reason = TypedTextField(max_length=500, required=False, allow_blank=True, default="")
