"""What somebody searches for, as it stands in the address: shareable, and the same for list, facets and hit walking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from django.http import QueryDict

from dms.access.rule import Sight
from search.ports import SearchQuery, Sort

PER_PAGE = 20
LAST_OFFSET = 10_000
"""Nobody leafs further; the next step is then to narrow the search."""


@dataclass(frozen=True, slots=True)
class Asked:
    text: str = ""
    kinds: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    states: frozenset[str] = frozenset()
    sort: Sort | None = None
    list_page: int = 1

    @classmethod
    def read(cls, parameters: QueryDict) -> Self:
        """Never raises: what makes no sense in an address is left out."""
        return cls(
            text=parameters.get("q", "").replace("\0", "").strip(),
            kinds=frozenset(parameters.getlist("kind")),
            years=frozenset(year for value in parameters.getlist("year") if (year := whole_number(value))),
            states=frozenset(parameters.getlist("state")),
            sort=next((sort for sort in Sort if sort == parameters.get("sort")), None),
            list_page=min(whole_number(parameters.get("p", "")) or 1, LAST_OFFSET // PER_PAGE),
        )

    @property
    def effective_sort(self) -> Sort:
        """Without words there is no relevance; then the newest stands first."""
        return self.sort or (Sort.RELEVANCE if self.text else Sort.NEWEST)

    @property
    def is_filtered(self) -> bool:
        return bool(self.kinds or self.years or self.states)

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.is_filtered

    def query(self, sight: Sight, *, offset: int | None = None, limit: int = PER_PAGE) -> SearchQuery:
        first = (self.list_page - 1) * PER_PAGE if offset is None else offset
        return SearchQuery(
            self.text,
            sight.scopes,
            self.kinds,
            self.years,
            self.states,
            self.effective_sort,
            offset=first,
            limit=limit,
            clearance=sight.clearance,
        )

    def pairs(self) -> Iterable[tuple[str, str]]:
        """The parameters of the address, in a fixed order, without the page of the list."""
        if self.text:
            yield "q", self.text
        yield from (("kind", kind) for kind in sorted(self.kinds))
        yield from (("year", str(year)) for year in sorted(self.years))
        yield from (("state", state) for state in sorted(self.states))
        if self.sort:
            yield "sort", str(self.sort)

    def address(self, **more: object) -> str:
        """`?q=…&kind=…` with further parameters; `?` alone when there is nothing to say."""
        parameters = QueryDict(mutable=True)
        for name, value in self.pairs():
            parameters.appendlist(name, value)
        for name, number in more.items():
            parameters.appendlist(name, str(number))
        return "?" + parameters.urlencode()

    def toggled(self, facet: str, value: str | int) -> Asked:
        """With the value of this facet (kinds, years, states) added, or taken away when it was chosen."""
        changed: dict[str, Any] = {facet: getattr(self, facet) ^ {value}}
        return replace(self, list_page=1, **changed)

    def unfiltered(self) -> Asked:
        return Asked(text=self.text, sort=self.sort)


def whole_number(value: str | None) -> int | None:
    """A number from 1 to 999999 as people type it, else None."""
    return int(value) if value and value.isascii() and value.isdigit() and 0 < len(value) < 7 and int(value) else None
