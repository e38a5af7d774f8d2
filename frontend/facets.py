"""The choices beside a list of hits: each with its label, its count and the address that adds it or takes it away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dms.records.order import german_key
from frontend.asked import Asked
from frontend.plain_words import STATES
from search.ports import Facets


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class FacetGroup:
    name: str
    title: Promise
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.chosen]


def facet_groups(asked: Asked, facets: Facets, labels: Mapping[str, str]) -> list[FacetGroup]:
    """Also values that were chosen and have no hit any more, so that they can be taken away."""
    kinds = {**dict.fromkeys(asked.kinds, 0), **facets.kind}
    years = {**dict.fromkeys(asked.years, 0), **facets.year}
    states = {**dict.fromkeys(asked.states, 0), **facets.state}
    return [
        FacetGroup("kinds", _("Dokumentart"), tuple(_kinds(asked, kinds, labels))),
        FacetGroup("years", _("Jahr"), tuple(_years(asked, years))),
        FacetGroup("states", _("Stand"), tuple(_states(asked, states))),
    ]


def _kinds(asked: Asked, counts: Mapping[str, int], labels: Mapping[str, str]) -> Iterator[Choice]:
    for slug, count in sorted(counts.items(), key=lambda pair: (-pair[1], german_key(labels.get(pair[0], pair[0])))):
        yield _choice(asked, "kinds", slug, labels.get(slug, slug), count)


def _years(asked: Asked, counts: Mapping[int, int]) -> Iterator[Choice]:
    for year, count in sorted(counts.items(), reverse=True):
        yield _choice(asked, "years", year, str(year), count)


def _states(asked: Asked, counts: Mapping[str, int]) -> Iterator[Choice]:
    for state, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        yield _choice(asked, "states", state, str(STATES.get(state, state)), count)


def _choice(asked: Asked, facet: str, value: str | int, label: str, count: int) -> Choice:
    return Choice(label, count, value in getattr(asked, facet), asked.toggled(facet, value).address())
