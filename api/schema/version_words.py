"""What `api.schema.words` says about versions of documents."""

from __future__ import annotations

Words = dict[str, str]

PATH_PARAMETERS: Words = {"version": "Number of the version; the first is 1."}
QUERY_PARAMETERS: dict[str, Words] = {
    "versions_pages": {
        "first": "The first page wanted; without it, page 1.",
        "last": "The last page wanted; without it, the last of the version.",
    },
}
FIELDS: dict[str, Words] = {
    "Version": {
        "number": "Counts from 1.",
        "handed_in_at": "When its file came in.",
        "filename": "The name of its file.",
        "media_type": "What its file is, told by the bytes.",
        "page_count": "How many pages it has; 0 where it has none to show.",
        "signed": "The file is signed electronically. Whether the signature is valid was not checked.",
        "encrypted": "The PDF is protected against changes.",
        "tagged": "The PDF is tagged for readers who cannot see.",
        "malware": "What the malware scanner said; `not_scanned` is never the same as `clean`.",
        "links": "Where everything about it is found.",
    },
    "VersionLinks": {
        "self": "This version.",
        "document": "Its document.",
        "pages": "The text of its pages, with word boxes.",
        "original": "The file as it came in.",
        "rendition": "The searchable PDF/A; null where there is none (`no_rendition` says why).",
        "thumbnail": "A small picture of the first page.",
    },
}
COMPONENTS: Words = {
    "VersionLinks": "Addresses of all that belongs to a version.",
    "VersionUploadRequest": "A new version as multipart/form-data.",
}
