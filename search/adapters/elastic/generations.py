"""Which indices there are: the live one and the one being built, each known by an alias, and how one takes the place
of the other.

Aliases carry the layout's number, so that newer code never searches what older code has made, nor the other way round.
Writes name aliases alone; so what writes to an index that is gone is refused instead of making a new one.
"""

from __future__ import annotations

import re
from typing import Any

from elasticsearch import Elasticsearch

from search.adapters.elastic import layout
from search.adapters.elastic.connection import LOOK_SECONDS
from search.ports import IndexMissing, RebuildRunning

_NOT_REMOVED = {"bool": {"must_not": {"term": {"removed": True}}}}


def building_alias(index: str) -> str:
    """Of its own for each index: what is meant for one never gets into another."""
    return f"{index}-building"


class Generations:
    """The indices whose names begin with `name`."""

    def __init__(self, server: Elasticsearch, name: str) -> None:
        self._server = server
        self._name = name
        self.live = f"{name}-{layout.NUMBER}"

    def written(self) -> list[str]:
        """The aliases that live writes go to, the live one first. Raises IndexMissing."""
        aliases = self._aliases()
        if not any(self.live in names for names in aliases.values()):
            raise IndexMissing(f"There is no index {self.live}.")
        return [self.live, *(building_alias(index) for index in aliases if building_alias(index) in aliases[index])]

    def check(self) -> None:
        """Raises IndexMissing."""
        if not self._server.options(request_timeout=LOOK_SECONDS, max_retries=0).indices.exists_alias(name=self.live):
            raise IndexMissing(f"There is no index {self.live}.")

    def begin(self) -> str:
        """Makes a new, empty index, after clearing what a killed rebuild has left. Gives its name."""
        aliases = self._aliases()
        for index, names in aliases.items():
            if not any(self._is_live(name) for name in names):
                self._delete(index)
        number = max((int(index.rpartition("-")[2]) for index in aliases), default=0) + 1
        index = f"{self._name}-{layout.NUMBER}-{number:06}"
        self._server.indices.create(
            index=index,
            mappings=layout.mapping().to_dict(),
            settings={"index": layout.settings()},
            aliases={building_alias(index): {}},
        )
        return index

    def swap(self, index: str) -> None:
        """In one step: every search sees either the old or the new index, whole. Raises RebuildRunning when this index
        has been cleared by a later rebuild."""
        if building_alias(index) not in self._aliases().get(index, ()):
            raise RebuildRunning
        self._server.indices.put_settings(index=index, settings={"index": {"refresh_interval": None}})
        self._server.indices.refresh(index=index)
        before = [other for other, names in self._aliases().items() if any(map(self._is_live, names))]
        actions: list[dict[str, Any]] = [
            {"remove": {"index": index, "alias": building_alias(index), "must_exist": True}},
            {"add": {"index": index, "alias": self.live, "filter": _NOT_REMOVED}},
            *({"remove_index": {"index": other}} for other in before),
        ]
        self._server.indices.update_aliases(actions=actions)

    def retire(self, index: str) -> None:
        """Deletes an index that was being built."""
        if building_alias(index) in self._aliases().get(index, ()):
            self._delete(index)

    def _aliases(self) -> dict[str, set[str]]:
        """Our indices with the aliases of each."""
        answer = self._server.options(ignore_status=404).indices.get_alias(index=f"{self._name}-*")
        ours = re.compile(re.escape(self._name) + r"-\d+-\d{6}")
        return {index: set(told["aliases"]) for index, told in answer.body.items() if ours.fullmatch(index)}

    def _is_live(self, alias: str) -> bool:
        """Of any layout: a town's older programs may still search theirs until the new one takes its place."""
        return re.fullmatch(re.escape(self._name) + r"-\d+", alias) is not None

    def _delete(self, index: str) -> None:
        self._server.options(ignore_status=404).indices.delete(index=index)
