"""How the file plan and its entries look to programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from api.http.base import TypedTextField
from api.http.changes import ChangeSerializer
from dms.access.actors import Actor
from dms.records.plan.changing import entry_actions
from dms.records.plan.forms import PlanForm
from dms.records.plan.importing import FieldDifference
from dms.records.plan.inheritance import Place, places_of
from dms.records.plan.models import EntryState, EntryVerb, PlanEntry
from dms.records.plan.numbers import LONGEST_NUMBER
from dms.records.plan.retention import LONGEST, Appraisal, Confidence, Keeping, Retention, Unit
from dms.records.plan.rows import LONGEST_DESCRIPTION, LONGEST_TITLE
from dms.records.plan.words import write_value


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    actor: Actor
    entry: PlanEntry
    place: Place

    @property
    def parent(self) -> PlanEntry | None:
        """Only when it may be seen."""
        above = self.place.above
        return above[-1] if above and above[-1].pk == self.entry.parent_id else None

    @property
    def actions(self) -> list[EntryVerb]:
        return entry_actions(self.actor, self.entry)


def entry_answers(actor: Actor, entries: Sequence[PlanEntry]) -> list[EntryAnswer]:
    """In the order given, by a constant number of queries."""
    places = places_of(actor, entries)
    return [EntryAnswer(actor, entry, places[entry.pk]) for entry in entries]


class EntryNameSerializer(serializers.Serializer):
    """An entry by its id, number and title."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()


class RetentionSerializer(ChangeSerializer):
    """How long and then what, by which law. Years count from the end of the calendar year of `start`."""

    keeping = serializers.ChoiceField(Keeping.choices)
    length = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LONGEST)
    unit = serializers.ChoiceField(Unit.choices, required=False, allow_blank=True)
    start = TypedTextField(required=False, allow_blank=True, max_length=300, help_text="What begins the period.")
    note = TypedTextField(required=False, allow_blank=True, max_length=500)
    appraisal = serializers.ChoiceField(Appraisal.choices, required=False, allow_blank=True)
    legal_basis = TypedTextField(required=False, allow_blank=True, max_length=300)
    confidence = serializers.ChoiceField(Confidence.choices, required=False, allow_blank=True)
    reviewed_by = TypedTextField(required=False, allow_blank=True, max_length=200)

    def validate(self, attrs: dict[str, Any]) -> Any:
        return Retention(**{**attrs, "keeping": Keeping(attrs["keeping"])})


RetentionSerializer.shown = RetentionSerializer


class RuleInForceSerializer(serializers.Serializer):
    """What holds here, and the entry that says so (null: nothing is laid down, or you may not see by whom)."""

    rule = RetentionSerializer(allow_null=True)
    laid_down_by = EntryNameSerializer(allow_null=True)


class EntryLinksSerializer(serializers.Serializer):
    self = serializers.URLField()
    parent = serializers.URLField(allow_null=True)  # type: ignore[assignment]


class PlanEntrySerializer(serializers.Serializer):
    """A task of the town. Its number never changes and is never given again."""

    id = serializers.UUIDField(source="entry.id")
    number = serializers.CharField(source="entry.number")
    title = serializers.CharField(source="entry.title")
    description = serializers.CharField(source="entry.description")
    state = serializers.ChoiceField(EntryState.choices, source="entry.state")
    valid_from = serializers.DateField(source="entry.valid_from", allow_null=True)
    valid_to = serializers.DateField(source="entry.valid_to", allow_null=True)
    above = EntryNameSerializer(source="place.above", many=True, help_text="From the main group down.")
    retention = serializers.SerializerMethodField(help_text="Its own rule; null: the entry above decides.")
    in_force = serializers.SerializerMethodField()
    actions = serializers.ListField(child=serializers.ChoiceField([str(verb) for verb in EntryVerb]))
    links = serializers.SerializerMethodField()

    @extend_schema_field(RetentionSerializer(allow_null=True))
    def get_retention(self, answer: EntryAnswer) -> Any:
        return _told(answer.entry.retention)

    @extend_schema_field(RuleInForceSerializer)
    def get_in_force(self, answer: EntryAnswer) -> dict[str, Any]:
        by = answer.place.rule_from
        return {"rule": _told(answer.place.rule), "laid_down_by": EntryNameSerializer(by).data if by else None}

    @extend_schema_field(EntryLinksSerializer)
    def get_links(self, answer: EntryAnswer) -> dict[str, str | None]:
        def link(entry: PlanEntry) -> str:
            return str(reverse("api:plan-entry", args=[entry.pk], request=self.context["request"]))

        return {"self": link(answer.entry), "parent": link(answer.parent) if answer.parent else None}


class TreeEntrySerializer(EntryNameSerializer):
    """An entry of the tree, in its order; `depth` counts the entries over it that you may see."""

    state = serializers.ChoiceField(EntryState.choices)
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    depth = serializers.IntegerField()
    dossiers = serializers.IntegerField(help_text="How many lie at it and below it, of those that you may see.")


class FilePlanLinksSerializer(serializers.Serializer):
    entries = serializers.URLField()
    tree = serializers.URLField()
    export = serializers.URLField()


class FilePlanSerializer(serializers.Serializer):
    """The order in which all records are kept."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    links = serializers.SerializerMethodField()

    @extend_schema_field(FilePlanLinksSerializer)
    def get_links(self, _plan: Any) -> dict[str, str]:
        names = {"entries": "api:plan-entries", "tree": "api:file-plan-tree", "export": "api:file-plan-export"}
        return {name: reverse(view, request=self.context["request"]) for name, view in names.items()}


class EntryFilter(serializers.Serializer):
    """All of these must fit."""

    q = TypedTextField(
        required=False, max_length=200, help_text="Begin of a number, or words of title and description."
    )
    parent = serializers.UUIDField(required=False, help_text="Directly below this entry.")  # type: ignore[assignment]
    state = serializers.ListField(child=serializers.ChoiceField(EntryState.choices), required=False)


class _EntryFields(ChangeSerializer):
    shown = PlanEntrySerializer

    title = TypedTextField(max_length=LONGEST_TITLE, required=False)
    description = TypedTextField(max_length=LONGEST_DESCRIPTION, required=False, allow_blank=True)
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_to = serializers.DateField(required=False, allow_null=True)
    retention = RetentionSerializer(required=False, allow_null=True, help_text="Null: the entry above decides.")


class EntryChangeSerializer(_EntryFields):
    """What the registry changes; at least one of these. The number stays."""


class NewEntrySerializer(_EntryFields):
    number = TypedTextField(max_length=LONGEST_NUMBER)
    title = TypedTextField(max_length=LONGEST_TITLE)
    parent = TypedTextField(  # type: ignore[assignment]
        max_length=LONGEST_NUMBER, required=False, allow_blank=True, help_text="Number; empty: a main group."
    )


class EntryMoveSerializer(ChangeSerializer):
    shown = PlanEntrySerializer

    parent = serializers.UUIDField(allow_null=True, help_text="Null: it becomes a main group.")  # type: ignore[assignment]


class ReasonSerializer(serializers.Serializer):
    reason = TypedTextField(max_length=500, help_text="Why; it stands in the history.")


class ExportParameters(serializers.Serializer):
    form = serializers.ChoiceField([str(form) for form in PlanForm], required=False, default=str(PlanForm.CSV))


class PlanUploadSerializer(serializers.Serializer):
    file = serializers.FileField(help_text="CSV, or xdomea 0301 (3.0.0, 3.1.0) or 0511 (3.1.0, 4.0.0).")
    apply = serializers.BooleanField(required=False, default=False, help_text="False: only tell what would change.")
    base = TypedTextField(
        required=False, allow_blank=True, max_length=64, help_text="`base` of the comparison that you saw (else 412)."
    )


class FieldDifferenceSerializer(serializers.Serializer):
    field = serializers.CharField()
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()

    def get_before(self, one: FieldDifference) -> str:
        return write_value(one.before)

    def get_after(self, one: FieldDifference) -> str:
        return write_value(one.after)


class AddedEntrySerializer(serializers.Serializer):
    number = serializers.CharField()
    title = serializers.CharField()


class ChangedEntrySerializer(serializers.Serializer):
    number = serializers.CharField(source="row.number")
    title = serializers.CharField(source="row.title")
    dossiers = serializers.IntegerField()
    differences = FieldDifferenceSerializer(many=True)


class RowProblemSerializer(serializers.Serializer):
    where = serializers.IntegerField(help_text="Line of the file.")
    number = serializers.CharField()
    sentence = serializers.CharField()


class ComparisonSerializer(serializers.Serializer):
    """What the file would change, or has changed."""

    base = serializers.CharField()
    applied = serializers.BooleanField()
    added = AddedEntrySerializer(many=True)
    changed = ChangedEntrySerializer(many=True)
    unchanged = serializers.IntegerField()
    absent = AddedEntrySerializer(many=True, help_text="Not named in the file; they stay as they are.")
    problems = RowProblemSerializer(many=True, help_text="With any of these nothing is taken over.")


def tree_of(entries: Sequence[PlanEntry], dossiers: Mapping[UUID, int]) -> list[dict[str, Any]]:
    """With so many dossiers at and below each. What stands below an entry that is hidden comes up to the next one above
    that is not."""
    there = {entry.pk for entry in entries}
    return [
        {
            **_in_tree(entry, [above for above in entry.ancestors if above in there]),
            "dossiers": dossiers.get(entry.pk, 0),
        }
        for entry in entries
    ]


def _in_tree(entry: PlanEntry, above: Sequence[UUID]) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "number": entry.number,
        "title": entry.title,
        "state": entry.state,
        "parent": above[-1] if above else None,
        "depth": len(above),
    }


def _told(rule: Retention) -> Any:
    return RetentionSerializer(rule).data if rule.is_set else None
