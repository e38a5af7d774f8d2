"""Which words may be the same word misread by the scanner or mistyped: one or two signs differ."""

from __future__ import annotations

SHORTEST = 5


def allowed_edits(form: str) -> int:
    """How many signs may differ in a word of this length; numbers are never similar (2017/0460 is not 2017/0461)."""
    if len(form) < SHORTEST or not form.isalpha():
        return 0
    return 1 if len(form) < 9 else 2


def is_similar(one: str, other: str) -> bool:
    """Within the allowed edits: a sign added, dropped, replaced, or two neighbours swapped."""
    edits = allowed_edits(one)
    return (
        bool(edits) and one != other and abs(len(one) - len(other)) <= edits and _distance(one, other, edits) <= edits
    )


def _distance(one: str, other: str, most: int) -> int:
    """Optimal string alignment distance; `most` + 1 when it is more."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, sign in enumerate(one, start=1):
        row = [i]
        for j, against in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (sign != against))
            if i > 1 and j > 1 and sign == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before, last = last, row
    return last[-1]
