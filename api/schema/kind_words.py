"""What `api.schema.words` says about kinds, their fields, and the values in these."""

from __future__ import annotations

Words = dict[str, str]

FORMS = (
    "Texts and choices are strings, numbers numbers (15 digits at most), days `2026-12-31`, amounts strings of euros "
    '(`"1234.56"`), yes and no `true` and `false`. Persons are `{"name": "…"}` where a name is all that is known, '
    'and `{"name": "…", "party": "…"}` with the `id` of somebody in the register of parties, called as there today. '
    "Sent with `party` the name can be left out; one that was merged is answered as the one that stands for it."
)
FILLED: Words = {
    "fields": f"What stands in the fields of its kind, by key. {FORMS}",
    "fields_version": "The version of fields under which these values stand; null where there are none.",
    "former_fields": "What stood in fields that its kind does not ask so any more, the oldest first.",
}
ENTERED: Words = {
    "fields": f"Only the fields that are to change, by key; null empties one. {FORMS} Afterwards all that is "
    "mandatory has to be there.",
}
PATH_PARAMETERS: Words = {"slug": "The `slug` of a kind, as its list gives it."}
_KIND: Words = {
    "slug": "Stable; what `kind` parameters take.",
    "label": "What people call it.",
    "description": "What belongs here; may be empty.",
    "state": "`active`, or `retired`: given to no further dossier.",
}
_FIELD: Words = {
    "key": "Stable: the name of the value. Small letters, digits and _; never given to another field.",
    "label": "What people read beside it.",
    "type": "What can stand there.",
    "help": "Told below the field; may be empty.",
    "mandatory": "Whether something has to stand there.",
    "pattern": "Of a text: a regular expression (RE2) that the whole text has to fit; empty: anything.",
    "pattern_message": "What people are told when it does not fit.",
    "default": "What stands in a new record, as people type it; empty: nothing.",
    "choices": "Of a choice: the values to choose from.",
    "retired": "Not asked any more; what stands in it stays readable.",
}

FIELDS: dict[str, Words] = {
    "DossierKind": _KIND,
    "DossierKindChangeRequest": {name: _KIND[name] for name in ("label", "description", "state")},
    "DossierKindName": {name: _KIND[name] for name in ("slug", "label")},
    "NewDossierKindRequest": {name: _KIND[name] for name in ("label", "description")}
    | {"slug": "Stable; small letters, digits and -. It stays."},
    "Field": _FIELD,
    "FieldRequest": _FIELD,
    "FieldDifferences": {"label": "Of the field.", "what": "What becomes of it."},
    "FieldVersion": {
        "number": "Counts from 1 within the kind; 0 while it never had fields.",
        "fields": "In the order in which they are asked, retired ones too.",
        "made_at": "Since when; null while there is none.",
        "made_by": "Who laid them down: `user:` and the name, or a part of the system.",
        "reason": "Why, as that person gave it; may be empty.",
    },
    "FieldsChangeRequest": {
        "fields": "All fields, in the order in which they are to be asked. A field that is there is retired, not left "
        "out.",
        "reason": "Why; it stands with the version.",
        "apply": "False: only tell what it would touch.",
    },
    "FormerField": {"key": "Of the field.", "label": "As people read it then.", "text": "What stood there, in words."},
    "Impact": {
        "applied": "Whether it was made a new version.",
        "number": "The number of the version that holds now.",
        "differences": "What becomes of each field that differs.",
        "records": "How many dossiers or documents have this kind.",
        "lacking": "In how many of them something mandatory is missing then.",
        "unfit": "How many values do not fit any more; they stay readable as former ones.",
    },
    "Unfit": {"label": "The field in which they stand.", "count": "How many."},
}
COMPONENTS: Words = {
    "FieldDifferences": "What becomes of a field.",
    "FieldsChangeRequest": "The fields as they are to be.",
    "FormerField": "A value that was set aside.",
    "Unfit": "Values that do not fit any more.",
}
