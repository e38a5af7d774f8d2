"""How good the answers are: which share of the questions found what they ought to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import mean, median

from tests.performance.search_quality.material import Question
from tests.performance.search_quality.tasks import Task

DEEP = 100
Ask = Callable[[str, int], tuple[int, list[int]]]
"""Typed text and a limit → number of all finds, and the first ones by number."""


@dataclass(frozen=True)
class Score:
    """S@1, S@10: something relevant stands first, among the first ten. R10c: relevant ones among the first ten as a
    share of what could stand there. R100: the share of all relevant ones within the first hundred. zero: no find."""

    name: str
    questions: int
    figures: dict[str, float]
    zero: float
    finds: float

    def line(self) -> str:
        told = " ".join(f"{name} {figure:.3f}" for name, figure in self.figures.items())
        return f"{self.name:10} n={self.questions:<4} {told}  zero {self.zero:.3f}  median finds {self.finds:.0f}"


def score(task: Task, ask: Ask) -> Score:
    deep = DEEP if "R100" in task.read_by else 10
    answers = [(question, *ask(question.typed, deep)) for question in task.questions]
    figures = {name: mean(_MEASURES[name](question, hits) for question, _, hits in answers) for name in task.read_by}
    return Score(
        task.name,
        len(answers),
        figures,
        zero=mean(not hits for _, _, hits in answers),
        finds=median(count for _, count, _ in answers),
    )


def _among(question: Question, hits: Iterable[int]) -> int:
    return len(question.relevant.intersection(hits))


_MEASURES: dict[str, Callable[[Question, list[int]], float]] = {
    "S@1": lambda question, hits: float(_among(question, hits[:1]) > 0),
    "S@10": lambda question, hits: float(_among(question, hits[:10]) > 0),
    "R10c": lambda question, hits: _among(question, hits[:10]) / min(10, len(question.relevant)),
    "R100": lambda question, hits: _among(question, hits[:DEEP]) / len(question.relevant),
}
