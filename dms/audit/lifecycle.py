"""Lifecycles as tables: which verb leads from which state to which, and nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _


class NotPossible(Exception):
    """The thing is not in a state in which this can be done. The message is for people, `code` for programs."""

    code = "not_possible_in_this_state"


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`{(state, verb): next state}`. From the same table come the API's `actions` and the buttons."""

    table: Mapping[tuple[str, StrEnum], str]

    def next_state(self, state: str, verb: StrEnum) -> str:
        """Raises NotPossible."""
        try:
            return self.table[state, verb]
        except KeyError:
            raise NotPossible(_("Das ist im Zustand „{state}“ nicht möglich.").format(state=state)) from None

    def verbs(self, state: str) -> list[Any]:
        """What can be done in this state."""
        return [verb for (from_state, verb) in self.table if from_state == state]
