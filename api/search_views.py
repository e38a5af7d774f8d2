"""`/search/`: finds documents by what stands on their pages, always through the actor's own filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.utils.urls import replace_query_param

from api.documents.shapes import KindSerializer
from api.http.base import ApiView, KindsField, TypedTextField, read_parameters
from api.schema.examples import FOUND, answered
from dms.access.actors import Actor
from dms.access.rule import Sight, search_filter
from dms.records.documents.kinds import kind_labels
from dms.records.models import Document, DocumentState
from dms.records.protection.reading import shown_only_when_opened
from search.chosen import search_index
from search.ports import MAX_LIMIT, Facets, Hit, SearchHits, SearchQuery, Sort
from search.withheld import withheld

PAGE_SIZE = 25
LAST_HIT = 10_000
"""Nobody leafs further; the next step is then to narrow the search."""


@dataclass(frozen=True, slots=True)
class HitAnswer:
    """Of a document that `is_closed` neither text nor sender: it is sensitive, and a list is no reading."""

    document: Document
    hit: Hit
    is_closed: bool

    @property
    def sender(self) -> str:
        return "" if self.is_closed else self.document.sender

    @property
    def snippet(self) -> str:
        return "".join(run.text for run in self.hit.snippet)


class SearchRequestSerializer(serializers.Serializer):
    """Several values of `kind`, `year` or `state`: any of them."""

    q = TypedTextField(
        required=False,
        allow_blank=True,
        default="",
        max_length=2000,
        help_text='Words, “phrases”, begin*, -without, `absender:word` or `absender:"some words"` in the sender alone.',
    )
    kind = KindsField(required=False)
    year = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=9999), required=False)
    state = serializers.ListField(child=serializers.ChoiceField(DocumentState.choices), required=False)
    sort = serializers.ChoiceField(
        [str(sort) for sort in Sort], required=False, help_text="Without words the newest stand first."
    )
    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=LAST_HIT)
    page_size = serializers.IntegerField(required=False, default=PAGE_SIZE, min_value=1, max_value=MAX_LIMIT)


class SnippetPartSerializer(serializers.Serializer):
    text = serializers.CharField()
    marked = serializers.BooleanField()


class FoundDocumentSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="document.id")
    title = serializers.CharField(source="document.title")
    sender = serializers.CharField()
    kind = KindSerializer(source="document.kind", allow_null=True)
    letter_date = serializers.DateField(source="document.letter_date", allow_null=True)
    received_at = serializers.DateTimeField(source="document.received_at")
    state = serializers.ChoiceField(DocumentState.choices, source="document.state")
    filename = serializers.CharField(source="document.filename")
    link = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField())
    def get_link(self, answer: HitAnswer) -> str:
        return str(reverse("api:document", args=[answer.document.pk], request=self.context["request"]))


class HitSerializer(serializers.Serializer):
    """A found document with the page that shows it best."""

    document = FoundDocumentSerializer(source="*")
    page = serializers.IntegerField(
        source="hit.page",
        min_value=1,
        help_text="The page that shows it best, from 1; always 1 for what is shown only when it is opened.",
    )
    snippet = serializers.CharField(help_text="Plain text.")
    snippet_parts = SnippetPartSerializer(source="hit.snippet", many=True, help_text="The same text in parts.")
    score = serializers.FloatField(source="hit.score", help_text="Compares within one answer only.")
    similar = serializers.BooleanField(
        source="hit.similar", help_text="Found by a similar spelling alone: misread by the scanner, or mistyped."
    )


class FacetValueSerializer(serializers.Serializer):
    value = serializers.CharField(help_text="What the parameter takes.")
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class YearValueSerializer(FacetValueSerializer):
    value = serializers.IntegerField()  # type: ignore[assignment]


class FacetsSerializer(serializers.Serializer):
    """Each counts as if nothing were chosen in itself, so that another value can be added."""

    kind = FacetValueSerializer(many=True)
    year = YearValueSerializer(many=True)
    state = FacetValueSerializer(many=True)


class SearchAnswerSerializer(serializers.Serializer):
    count = serializers.IntegerField(help_text="All documents found, exactly.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    relaxed = serializers.BooleanField(help_text="Too few hold all words: those with some of them stand behind.")
    similar = serializers.IntegerField(min_value=0, help_text="So many of all were found by a similar spelling alone.")
    wordless = serializers.BooleanField(
        help_text='`q` holds nothing that can be looked for (a lone `"` or `*`), so nothing was searched for.'
    )
    results = HitSerializer(many=True)
    facets = FacetsSerializer()


class SearchView(ApiView):
    serializer_class = SearchAnswerSerializer
    pagination_class = None

    @extend_schema(
        operation_id="search",
        parameters=[SearchRequestSerializer],
        responses=SearchAnswerSerializer,
        examples=[answered("One hit", FOUND)],
    )
    def get(self, request: Request) -> Response:
        """Finds documents by what stands on their pages: hits, counts and facets over those that you may read.

        Inflected forms, compounds and umlauts are found as people expect; without `q` the newest documents stand first.
        """
        asked = read_parameters(SearchRequestSerializer, request)
        page, size = asked["page"], asked["page_size"]
        found = search_index().search(_query(asked, search_filter(self.actor)))
        reachable = min(found.count, LAST_HIT)
        answer = {
            "count": found.count,
            "next": _link(request, page + 1) if page * size < reachable else None,
            "previous": _link(request, page - 1) if page > 1 else None,
            "relaxed": found.relaxed,
            "similar": found.similar,
            "wordless": found.wordless,
            "results": _hits(self.actor, found),
            "facets": _facets(found.facets),
        }
        return Response(self.get_serializer(answer).data)


def _query(asked: Mapping[str, Any], sight: Sight) -> SearchQuery:
    best = Sort.RELEVANCE if asked["q"] else Sort.NEWEST
    return SearchQuery(
        text=asked["q"],
        scopes=sight.scopes,
        clearance=sight.clearance,
        kinds=frozenset(asked.get("kind", ())),
        years=frozenset(asked.get("year", ())),
        states=frozenset(asked.get("state", ())),
        sort=Sort(asked.get("sort", best)),
        offset=(asked["page"] - 1) * asked["page_size"],
        limit=asked["page_size"],
    )


def _hits(actor: Actor, found: SearchHits) -> list[HitAnswer]:
    """What the index still holds but is gone, or no longer this actor's, is left out."""
    ids = [hit.document_id for hit in found.hits]
    documents = Document.objects.visible_to(actor).select_related("kind").in_bulk(ids)
    closed = shown_only_when_opened(documents.values())
    return [
        HitAnswer(documents[key], hit, is_closed=key in closed)
        for hit in withheld(found.hits, closed)
        if (key := hit.document_id) in documents
    ]


def _facets(facets: Facets) -> dict[str, Sequence[dict[str, Any]]]:
    """Kinds and states by their count, years from the newest."""
    states = {state.value: str(state.label) for state in DocumentState}
    years = [{"value": y, "label": str(y), "count": n} for y, n in sorted(facets.year.items(), reverse=True)]
    return {"kind": _counted(facets.kind, kind_labels()), "year": years, "state": _counted(facets.state, states)}


def _counted(counts: Mapping[str, int], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    named = sorted((-number, labels.get(value, value), value) for value, number in counts.items())
    return [{"value": value, "label": label, "count": -number} for number, label, value in named]


def _link(request: Request, page: int) -> str:
    return str(replace_query_param(request.build_absolute_uri(), "page", page))
