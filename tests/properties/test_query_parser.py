"""What the search box understands, for any text at all."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dms.pages import Box, PageText, Word
from search.adapters.postgres.tsquery import compile_coarse, compile_term
from search.german.analysis import analyse
from search.highlight import find_boxes
from search.query import MAX_CLAUSES, parse

PIECES = [*"aäÄßeu öo-*\"„“()|&!<>:'\\/.1203@\n\t\x00\ud800", "NICHT ", "ODER ", "absender:", "Müller", "2018/0335"]
TYPED = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)


@given(TYPED | st.text(max_size=60))
def test_any_text_is_understood_somehow(text: str) -> None:
    query = parse(text)
    assert len(query.clauses) <= MAX_CLAUSES
    for clause in query.clauses:
        assert clause.alternatives
        assert compile_term(clause.term())
        assert compile_coarse(clause.term())


@given(TYPED)
def test_quotes_inside_a_lexeme_are_always_balanced(text: str) -> None:
    for clause in parse(text).clauses:
        assert compile_term(clause.term()).replace("\\\\", "").count("'") % 2 == 0


@given(st.lists(st.lists(WORDS, min_size=1, max_size=6), max_size=6))
def test_places_of_words_lie_in_the_text_in_order(lines: list[list[str]]) -> None:
    text = "\n".join(" ".join(line) for line in lines)
    spans = [span for token in analyse(text).tokens for span in token.spans]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


@given(st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=6), st.data())
def test_every_word_of_a_page_is_boxed_when_it_is_typed(lines: list[list[str]], data: st.DataObject) -> None:
    page = PageText(
        tuple(tuple(Word(word, Box(x, y, x + 1, y + 1)) for x, word in enumerate(line)) for y, line in enumerate(lines))
    )
    tokens = [token for token in analyse(page.text).tokens if len(token.spans) == 1]
    if not tokens:
        return
    token = data.draw(st.sampled_from(tokens))
    typed = page.text[token.start : token.end]
    placed = next(word for word in page.placed_words() if word.start <= token.start < word.end)
    if parse(typed).words == (token.forms,):
        assert any(placed.word.box in group for group in find_boxes(page, typed))
