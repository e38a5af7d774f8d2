"""`/file-plan/` and `/plan-entries/`: the order of the records, read by many and changed by the registry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.http.base import ApiView, read_parameters
from api.http.etags import IF_MATCH, etag_of, expected_of
from api.http.pagination import ByNumber
from api.http.parsers import JSONParser
from api.http.problems import not_found, too_large
from api.plan.shapes import (
    ComparisonSerializer,
    EntryAnswer,
    EntryChangeSerializer,
    EntryFilter,
    EntryMoveSerializer,
    ExportParameters,
    FilePlanSerializer,
    NewEntrySerializer,
    PlanEntrySerializer,
    PlanUploadSerializer,
    ReasonSerializer,
    TreeEntrySerializer,
    entry_answers,
    tree_of,
)
from dms.access.actors import Actor
from dms.records.dossiers.models import Dossier
from dms.records.plan.changing import entry_add, entry_change, entry_move, entry_retire
from dms.records.plan.csv_form import UnreadablePlan
from dms.records.plan.forms import LARGEST, PlanForm, read_plan, write_plan
from dms.records.plan.importing import Comparison, plan_compare, plan_import
from dms.records.plan.models import FilePlan, PlanEntry
from dms.records.plan.queries import PlanEntryQuerySet
from dms.records.plan.retention import Retention
from dms.records.plan.rows import PlanRow, RowProblem


class FilePlanView(ApiView):
    serializer_class = FilePlanSerializer
    pagination_class = None

    @extend_schema(operation_id="file_plan_retrieve")
    def get(self, request: Request) -> Response:
        """The plan that is in force."""
        return Response(self.get_serializer(find_plan(self.actor)).data)


class FilePlanTreeView(ApiView):
    serializer_class = TreeEntrySerializer
    pagination_class = None

    @extend_schema(operation_id="file_plan_tree", responses=TreeEntrySerializer(many=True))
    def get(self, request: Request) -> Response:
        """All entries that you may see, each after the one it stands below; empty when there are none."""
        dossiers = Dossier.objects.visible_to(self.actor).count_under_entries()
        entries = tree_of(list(PlanEntry.objects.visible_to(self.actor)), dossiers)
        return Response(self.get_serializer(entries, many=True).data)


class FilePlanExportView(ApiView):
    pagination_class = None

    @extend_schema(
        operation_id="file_plan_export",
        parameters=[ExportParameters],
        responses={(200, kind): OpenApiTypes.BINARY for kind in ("text/csv", "application/xml")},
    )
    def get(self, request: Request) -> HttpResponse:
        """The entries that you may see as a table or as an xdomea message."""
        form = PlanForm(read_parameters(ExportParameters, request)["form"])
        plan = find_plan(self.actor)
        written = write_plan(plan, form, at=timezone.now(), actor=self.actor)
        disposition = content_disposition_header(as_attachment=True, filename=f"aktenplan{form.ending}") or ""
        return HttpResponse(
            written, content_type=form.media_type, headers={"Content-Disposition": disposition}
        )  # fmt: skip


class FilePlanImportView(ApiView):
    serializer_class = ComparisonSerializer
    parser_classes = [MultiPartParser]
    largest_body = LARGEST + 64 * 1024

    @extend_schema(operation_id="file_plan_import", request=PlanUploadSerializer)
    def post(self, request: Request) -> Response:
        """Compares a file with the plan, and takes it over when `apply` says so: all of it, or nothing."""
        plan = find_plan(self.actor)
        upload = PlanUploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        asked = upload.validated_data
        rows, unreadable = _read(asked["file"])
        if asked["apply"] and not unreadable:
            found = plan_import(self.actor, plan, rows, base=asked.get("base") or None)
        else:
            found = plan_compare(self.actor, plan, rows)
        return Response(_compared(found, unreadable, applied=asked["apply"] and not unreadable, view=self))


class PlanEntriesView(ListModelMixin, ApiView):
    serializer_class = PlanEntrySerializer
    pagination_class = ByNumber
    parser_classes = [JSONParser]

    def get_queryset(self) -> PlanEntryQuerySet:
        chosen = read_parameters(EntryFilter, self.request)
        entries: PlanEntryQuerySet = PlanEntry.objects.visible_to(self.actor)
        if "q" in chosen:
            entries = entries.matching(chosen["q"])
        if "parent" in chosen:
            entries = entries.filter(parent_id=chosen["parent"])
        return entries.filter(state__in=chosen["state"]) if "state" in chosen else entries

    def paginate_queryset(self, queryset: Any) -> list[EntryAnswer]:  # type: ignore[override]
        return entry_answers(self.actor, super().paginate_queryset(queryset) or [])

    @extend_schema(operation_id="plan_entries_list", parameters=[EntryFilter])
    def get(self, request: Request) -> Response:
        """The entries that you may see, in their order."""
        return self.list(request)

    @extend_schema(operation_id="plan_entries_create", request=NewEntrySerializer, responses={201: PlanEntrySerializer})
    def post(self, request: Request) -> Response:
        """A new entry below another one, or a main group."""
        plan = find_plan(self.actor)
        new = NewEntrySerializer(data=request.data)
        new.is_valid(raise_exception=True)
        values = {**new.validated_data, "retention": new.validated_data.get("retention") or Retention()}
        entry = entry_add(self.actor, plan, PlanRow(**values))
        return _answer(self, entry, status.HTTP_201_CREATED)


class PlanEntryView(ApiView):
    serializer_class = PlanEntrySerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="plan_entries_retrieve")
    def get(self, request: Request, entry_id: UUID) -> Response:
        """The `ETag` can be sent as `If-Match` with a change."""
        return _answer(self, find_entry(self.actor, entry_id))

    @extend_schema(operation_id="plan_entries_change", request=EntryChangeSerializer, parameters=[IF_MATCH])
    def patch(self, request: Request, entry_id: UUID) -> Response:
        """Changes what the entry says: all that is named, or nothing."""
        entry = find_entry(self.actor, entry_id)
        change = EntryChangeSerializer(data=request.data)
        change.is_valid(raise_exception=True)
        changes: Any = dict(change.validated_data)
        if "retention" in changes:
            changes["retention"] = changes["retention"] or Retention()
        return _answer(self, entry_change(self.actor, entry, changes, expected=expected_of(request, entry)))


class PlanEntryMoveView(ApiView):
    serializer_class = PlanEntrySerializer
    parser_classes = [JSONParser]

    @extend_schema(operation_id="plan_entries_move", request=EntryMoveSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, entry_id: UUID) -> Response:
        """Puts the entry, with all below it, below another one."""
        entry = find_entry(self.actor, entry_id)
        asked = EntryMoveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        target = asked.validated_data["parent"]
        parent = find_entry(self.actor, target) if target else None
        return _answer(self, entry_move(self.actor, entry, parent, expected=expected_of(request, entry)))


class PlanEntryRetireView(ApiView):
    serializer_class = PlanEntrySerializer

    @extend_schema(operation_id="plan_entries_retire", request=ReasonSerializer, parameters=[IF_MATCH])
    def post(self, request: Request, entry_id: UUID) -> Response:
        """For good: the number is never used again."""
        entry = find_entry(self.actor, entry_id)
        asked = ReasonSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        return _answer(self, entry_retire(self.actor, entry, reason=reason, expected=expected_of(request, entry)))


def find_plan(actor: Actor) -> FilePlan:
    """The newest that the actor may see. Raises NotFound."""
    plan = FilePlan.objects.visible_to(actor).order_by("valid_from", "version").last()
    if plan is None:
        raise not_found()
    return plan  # type: ignore[no-any-return]


def find_entry(actor: Actor, entry_id: UUID) -> PlanEntry:
    """Raises NotFound, also for what this actor may not see."""
    entry = PlanEntry.objects.visible_to(actor).select_related("plan").filter(pk=entry_id).first()
    if entry is None:
        raise not_found()
    return entry  # type: ignore[no-any-return]


def _answer(view: ApiView, entry: PlanEntry, code: int = status.HTTP_200_OK) -> Response:
    fresh = PlanEntry.objects.get(pk=entry.pk)
    [answer] = entry_answers(view.actor, [fresh])
    return Response(view.get_serializer(answer).data, status=code, headers=etag_of(fresh))


def _read(file: Any) -> tuple[list[PlanRow], list[RowProblem]]:
    if file.size > LARGEST:
        raise too_large()
    try:
        return read_plan(file.read())
    except UnreadablePlan as error:
        raise ValidationError({"file": [str(error)]}) from error


def _compared(found: Comparison, unreadable: list[RowProblem], *, applied: bool, view: ApiView) -> Any:
    dossiers = Dossier.objects.visible_to(view.actor).count_by_entry(one.entry.pk for one in found.changed)
    told = {
        "base": found.base,
        "applied": applied,
        "added": found.added,
        "changed": [
            {"row": one.row, "dossiers": dossiers.get(one.entry.pk, 0), "differences": one.differences}
            for one in found.changed
        ],
        "unchanged": found.unchanged,
        "absent": found.absent,
        "problems": sorted([*unreadable, *found.problems], key=lambda one: one.where),
    }
    return view.get_serializer(told).data
