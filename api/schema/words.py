"""Says in the OpenAPI document what each parameter and field means, where the code beside it does not say so itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.schema import file_words, kind_words, version_words

Words = dict[str, str]

_ELSEWHERE: dict[str, Words] = file_words.FIELDS | version_words.FIELDS
_PATHS_ELSEWHERE: Words = file_words.PATH_PARAMETERS | version_words.PATH_PARAMETERS
_QUERIES_ELSEWHERE: dict[str, Words] = file_words.QUERY_PARAMETERS | version_words.QUERY_PARAMETERS
_COMPONENTS_ELSEWHERE: Words = file_words.COMPONENTS | version_words.COMPONENTS
PATH_PARAMETERS: Words = _PATHS_ELSEWHERE | {
    "document_id": "The `id` of a document, as lists, items and search hits give it.",
    "item_id": "The `id` of an item of the inbox, as handing it in answered it.",
    "number": "Number of the page; the first is 1.",
}
QUERY_PARAMETERS: dict[str, Words] = _QUERIES_ELSEWHERE | {
    "documents_list": {
        "state": "Only documents in one of these states.",
        "text_state": "Only documents whose text was read so far: `read`, `partly`, `none`, `unreadable`.",
    },
    "documents_pages": {
        "first": "The first page wanted; without it, page 1.",
        "last": "The last page wanted; without it, the last of the document.",
    },
    "inbox_list": {
        "settled": "`true`: only what a person has ticked off; `false`: only what nobody has.",
        "source": "Only what came in by one of these ways.",
        "state": "Only items in one of these states.",
    },
    "search": {
        "page": "Which page of hits, from 1. Follow `next` rather than counting.",
        "page_size": "How many hits on a page.",
        "state": "Only documents in one of these states.",
        "year": "Only letters of these years: by the date on the letter, else by the day of receipt.",
    },
}

_DOCUMENT: Words = {
    "id": "Identifies the document for ever.",
    "title": "What it is called in lists: the subject as it was found, or as a person corrected it.",
    "sender": "Who wrote it, as found on the letter or corrected; empty when unknown, and in lists where sensitive.",
    "letter_date": "The date on the letter, null when there is none.",
    "received_at": "When the file came in.",
    "filename": "The name of the file as it came in.",
    "kind": "What kind of mail it is; null while that is unsure, and when a person decided that none fits.",
    "state": "`received`: nobody has confirmed its kind yet; `checked`: a person has.",
}
_DOCUMENT_IN_LIST: Words = _DOCUMENT | {
    "kind_confidence": "How sure the model was of its suggestion, from 0 to 1.",
    "text_state": "How much of its text was read: all, part, none, or the format cannot be read yet.",
    "filed": "Where it lies; null while it is in the inbox.",
    "page_count": "How many pages it has; 0 where it has none to show.",
    "parent": "The e-mail or file that this document was attached to.",
    "links": "Where everything about it is found.",
}
_CODED: Words = {"code": "Stable, for programs.", "sentence": "The same for people, in the language of the request."}
_NAMED: Words = {"id": "Identifies the document.", "title": "What it is called."}
_FACET_VALUE: Words = {"label": "The same for people.", "count": "How many documents found have it."}
_LIST: Words = {
    "next": "The address of the next page; null on the last.",
    "previous": "The address of the page before; null on the first.",
    "results": "The entries of this page.",
}

FIELDS: dict[str, Words] = _ELSEWHERE | {
    "Barcode": {"format": "`Code39`, `Code128` or `QRCode`.", "text": "What the code says."},
    "Because": {"word": "A word of the document.", "weight": "Its share in the decision; the largest stands first."},
    "Document": _DOCUMENT_IN_LIST
    | kind_words.FILLED
    | {
        "kind_because": "The words that decided the suggestion of the kind.",
        "signed": "The file is signed electronically. Whether the signature is valid was not checked.",
        "encrypted": "The PDF is protected against changes.",
        "tagged": "The PDF is tagged for readers who cannot see.",
        "malware": "What the malware scanner said; `not_scanned` is never the same as `clean`.",
        "original": "The file itself, bit for bit as it came in.",
        "attachments": "What was attached to it, each a document of its own.",
    },
    "DocumentChangeRequest": kind_words.ENTERED
    | {"title": "The new title.", "sender": "The new sender; empty: nobody knows."},
    "DocumentLinks": {
        "self": "This document.",
        "item": "The item of the inbox by which it came in.",
        "pages": "The text of its pages, with word boxes.",
        "original": "The file as it came in.",
        "rendition": "The searchable PDF/A; null where there is none (`no_rendition` says why).",
        "thumbnail": "A small picture of the first page.",
        "versions": "All versions of it, and where a new one is handed in.",
        "history": "What happened to it; null where you may not see that.",
    },
    "DocumentList": _DOCUMENT_IN_LIST,
    "DocumentName": _NAMED,
    "DocumentProblem": _CODED | {"next_step": "What a person can do about it."},
    "EarlierDocument": _NAMED | {"received_at": "When it came in.", "link": "Where it is found."},
    "Event": {
        "at": "When it happened.",
        "actor": "Who did it: `user:` and the name, or a part of the system.",
        "reason": "What the person gave as the reason; empty when nothing was asked.",
        "changes": "Which fields of the document it changed.",
    },
    "FacetValue": _FACET_VALUE,
    "Facets": {
        "kind": "By kind; an empty value is unsure, `-` is no fitting kind.",
        "year": "By year, the newest first.",
        "state": "By state.",
    },
    "FieldChange": {
        "field": "Name of the field.",
        "before": "What stood there.",
        "after": "What stands there now.",
    },
    "FoundDocument": _DOCUMENT | {"link": "Where all about it is found."},
    "Hit": {"document": "What was found."},
    "Item": {
        "id": "Identifies the item; given before the first byte is stored.",
        "filename": "The name of the file as it came in.",
        "source": "The way it came in.",
        "received_at": "When it was taken in. From that moment the file is safe.",
        "state": "`waiting` and `working` go on by themselves; `refused` and `stuck` wait for a person; `done`: its "
        "documents are registered.",
        "settlement": "Who ticked it off and why; null while nobody has.",
        "documents": "What it became: none until it is done, several for an e-mail with attachments. Only those that "
        "you may read.",
        "progress": "How far the reading of a long item is; null before and after.",
        "actions": "What you can do about it now: `POST` to the path of that name below the item.",
        "links": "Where it and its file are found.",
    },
    "ItemLinks": {"self": "This item.", "original": "The file as it came in."},
    "Kind": {"slug": "Stable; what `kind` parameters take.", "label": "For people, in the language of the town."},
    "Original": {"sha256": "Taken when the file came in; lower-case hex.", "media_type": "Told by the bytes."},
    "Page": {
        "number": "From 1.",
        "text": "All words of the page; lines end with a line feed.",
        "words": "Each word and where it stands, in reading order.",
        "height": "The same, downwards.",
        "source": "Where the text is from: the file's own text layer, or OCR; `none`: no text.",
        "confidence": "Mean confidence of OCR, 0 to 100; null where the text is the file's own.",
        "blank": "Nothing is on the page.",
        "barcodes": "The codes found on the page, each once.",
    },
    "Pages": {"results": "The pages asked for, in order."},
    "PaginatedDocumentListList": _LIST,
    "PaginatedItemList": _LIST,
    "Progress": {"pages_read": "Pages read so far.", "pages": "Pages in all."},
    "SearchAnswer": {
        "next": "The address of the next page of hits; null on the last.",
        "previous": "The address of the page before; null on the first.",
        "results": "The hits of this page, the best first unless `sort` says otherwise.",
        "facets": "How the documents found fall into kinds, years and states.",
    },
    "Sentence": _CODED,
    "Settlement": {"at": "When it was ticked off.", "note": "What became of it, in that person's words."},
    "SnippetPart": {"text": "A piece of the snippet.", "marked": "Whether this piece is what was searched."},
    "Word": {"text": "The word as it stands on the page."},
    "YearValue": _FACET_VALUE | {"value": "The year, as the parameter takes it."},
    "Problem": {
        "type": "Always `about:blank`: `code` tells errors apart.",
        "title": "The HTTP status in words.",
        "status": "The HTTP status.",
        "code": "Stable name of the error, for programs.",
        "detail": "What went wrong and what to do, for people.",
    },
}
COMPONENTS: Words = _COMPONENTS_ELSEWHERE | {
    "Barcode": "A barcode found on a page.",
    "Because": "A word that speaks for the suggested kind.",
    "ClearedLevel": "What somebody can be cleared for, from the least to the most secret.",
    "DocumentLinks": "Addresses of all that belongs to a document.",
    "Event": "One thing that happened to a document, from a chain of events that cannot be changed unnoticed.",
    "FacetValue": "A value by which the search can be narrowed.",
    "FieldChange": "A field that an event changed.",
    "FoundDocument": "A found document in short.",
    "ItemLinks": "Addresses of an item.",
    "NullEnum": "Nothing.",
    "Original": "The file of a document as it came in.",
    "Page": "One page of a document as it was read.",
    "Pages": "Pages of a document.",
    "PaginatedDocumentListList": "A page of a list; follow `next` to the end.",
    "PaginatedItemList": "A page of a list; follow `next` to the end.",
    "Progress": "Progress counted in pages.",
    "SearchAnswer": "What was found.",
    "SecrecyLevel": "How secret something is, from the least to the most.",
    "SettleRequest": "What a person did about an item.",
    "SnippetPart": "A piece of a snippet.",
    "UploadRequest": "One file as multipart/form-data.",
    "Word": "A word and its place on the page.",
    "YearValue": "A year by which the search can be narrowed.",
}
SCHEMES: Words = {
    "token": "`Authorization: Bearer TOKEN`. A person makes tokens on the page Konto, an operator by "
    "`./manage.py token USER`. A token acts as its owner, can be withdrawn, and ends by itself.",
    "session": "The session of a browser that is logged in; changes need the CSRF token as well.",
}


def add_words(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular; runs after all others, so that it sees the whole document."""
    for operations in result["paths"].values():
        for operation in operations.values():
            operation.setdefault("summary", _first_sentence(operation["description"]))
    for operation, parameter in _parameters(result):
        inside = QUERY_PARAMETERS.get(operation["operationId"], {}) if parameter["in"] == "query" else PATH_PARAMETERS
        _describe(parameter, inside.get(parameter["name"]))
    for name, component in result["components"]["schemas"].items():
        _describe(component, COMPONENTS.get(name))
        for field, shape in component.get("properties", {}).items():
            component["properties"][field] = _described(shape, FIELDS.get(name, {}).get(field))
    for name, scheme in result["components"]["securitySchemes"].items():
        _describe(scheme, SCHEMES.get(name))
    return result


def _first_sentence(description: str) -> str:
    """As a heading, in which Markdown is not read."""
    return description.partition("\n")[0].partition(". ")[0].rstrip(".").replace("`", "")


def _parameters(result: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for operations in result["paths"].values():
        for operation in operations.values():
            for parameter in operation.get("parameters", ()):
                yield operation, parameter


def _described(shape: dict[str, Any], words: str | None) -> dict[str, Any]:
    """Beside a reference nothing else may stand (OpenAPI 3.0), so it is wrapped."""
    if words and "$ref" in shape:
        return {"allOf": [shape], "description": words}
    _describe(shape, words)
    return shape


def _describe(thing: dict[str, Any], words: str | None) -> None:
    if words:
        thing.setdefault("description", words)
