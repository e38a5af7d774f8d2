"""Takes the words out of an HTML page, paragraph by paragraph."""

from __future__ import annotations

import re
from html.parser import HTMLParser


def text_of_html(html: str) -> str:
    """The words of a page, a line for each paragraph; scripts, styles and comments are left out."""
    reader = _HtmlText()
    reader.feed(html)
    reader.close()
    return reader.text()


class _HtmlText(HTMLParser):
    HIDDEN = frozenset(("script", "style", "head", "template", "noscript"))
    PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "pre"))
    BLOCKS = PARAGRAPHS | frozenset(
        (
            *("address", "article", "body", "center", "div", "dl", "dt", "dd", "fieldset", "footer", "form", "header"),
            *("hr", "li", "main", "nav", "section", "tbody", "thead", "tr"),
        )
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.HIDDEN:
            self.hidden.append(tag)
        elif tag == "body":
            self.hidden.clear()  # a head that was never closed must not hide the mail
        elif tag == "br":
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag in self.BLOCKS:
            self.pieces.append("\n\n" if tag in self.PARAGRAPHS else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.HIDDEN and tag in self.hidden:
            del self.hidden[self.hidden.index(tag) :]
        elif tag in self.BLOCKS:
            self.pieces.append("\n\n" if tag in self.PARAGRAPHS else "\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(re.sub(r"[ \t\r\n\xa0]+", " ", data))

    def text(self) -> str:
        lines = (re.sub(r" {2,}", " ", line).strip() for line in "".join(self.pieces).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
