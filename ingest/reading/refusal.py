"""Tells from the findings of the PDF/A validator why a file has no rendition: one cause, and its detail."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

MOST_NAMED = 3


class Refusal(StrEnum):
    """Codes of `ingest.no_rendition`; the gravest cause first, when there are several."""

    EMBEDDED_FILES = "embedded_files"
    FORM = "form"
    FONT_NOT_EMBEDDED = "font_not_embedded"
    FONT_DAMAGED = "font_damaged"
    LAYERS = "layers"
    COLOURS = "colours"
    PICTURE_CODING = "picture_coding"
    ACTIVE_CONTENT = "active_content"
    TEXT_WOULD_CHANGE = "text_would_change"
    NOT_ARCHIVABLE = "not_archivable"


class Finding(Protocol):
    """As `pikepdf.pdfa.Finding`: `rule` is veraPDF's id or `pikepdf:…`."""

    @property
    def rule(self) -> str: ...

    @property
    def message(self) -> str: ...


SIGNS: tuple[tuple[Refusal, tuple[str, ...]], ...] = (
    (Refusal.EMBEDDED_FILES, ("pikepdf:embedded-file", "pikepdf:schema-embeddedfiles", ":6.8-")),
    (Refusal.FORM, ("(/acroform)",)),
    (Refusal.FONT_NOT_EMBEDDED, (":6.2.11.4.1-1",)),
    (Refusal.FONT_DAMAGED, (":6.2.11.", "pikepdf:font-", "pikepdf:schema-font")),
    (Refusal.LAYERS, ("pikepdf:optional-content", "optional content", "/ocproperties", "/oc ")),
    (Refusal.PICTURE_CODING, ("/jpxdecode", "pikepdf:inline-image", ":6.2.8.3")),
    (
        Refusal.COLOURS,
        (":6.2.4.", ":6.2.10", ":6.2.3", "pikepdf:colour", "pikepdf:icc", "pikepdf:pattern", "pikepdf:shading"),
    ),
    (Refusal.ACTIVE_CONTENT, (":6.5.", ":6.3.1-", "/javascript", "/launch")),
)
"""Parts of a finding's rule or message, in lower case."""


def refusal_of(findings: Iterable[Finding], fonts: Iterable[str]) -> tuple[Refusal, str]:
    """The cause with its detail: names of fonts for FONT_NOT_EMBEDDED, a rule for NOT_ARCHIVABLE, else nothing.

    `fonts`: those without a program in the file.
    """
    told = [f"{finding.rule} {finding.message}".lower() for finding in findings]
    for cause, signs in SIGNS:
        if any(sign in one for one in told for sign in signs):
            return cause, _named(list(fonts)) if cause is Refusal.FONT_NOT_EMBEDDED else ""
    return Refusal.NOT_ARCHIVABLE, next((finding.rule for finding in findings), "")


def _named(fonts: list[str]) -> str:
    more = ", …" if len(fonts) > MOST_NAMED else ""
    return ", ".join(fonts[:MOST_NAMED]) + more
