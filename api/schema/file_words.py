"""What `api.schema.words` says about the file plan, dossiers and cases."""

from __future__ import annotations

from api.schema import kind_words

Words = dict[str, str]

PATH_PARAMETERS: Words = kind_words.PATH_PARAMETERS | {
    "username": "The login of a person.",
    "handle": "The `id` of a session, as the list gives it.",
    "body_id": "The `id` of a unit, group or position, as lists give it.",
    "person_id": "The `id` of a person, as lists give it.",
    "grant_id": "The `id` of a grant, as a place lists it.",
    "member_id": "The `id` of a membership, as a unit, group or position lists it.",
    "case_id": "The `id` of a case, as its dossier lists it.",
    "dossier_id": "The `id` of a dossier, as lists give it.",
    "party_id": "The `id` of a party, as lists give it.",
    "participation_id": "The `id` of a participation, as a dossier or case lists it.",
    "volume_id": "The `id` of a volume, as its dossier lists it.",
    "loan_id": "The `id` of a loan, as its dossier lists it.",
    "relation_id": "The `id` of a relation, as either end lists it.",
    "entry_id": "The `id` of an entry of the file plan, as lists and the tree give it.",
}
QUERY_PARAMETERS: dict[str, Words] = {
    "dossiers_list": {
        "state": "Only dossiers in one of these states.",
        "kind": "Only dossiers of one of these kinds, by slug.",
    },
    "plan_entries_list": {"state": "Only entries in one of these states."},
}
_LIST: Words = {
    "next": "The address of the next page; null on the last.",
    "previous": "The address of the page before; null on the first.",
    "results": "The entries of this page.",
}
_ENTRY_NAME: Words = {
    "id": "Identifies the entry for ever.",
    "number": "Its number (Kennzeichen), which never changes.",
    "title": "The task in words.",
}
_ENTRY: Words = {
    "title": "The task in words.",
    "description": "What belongs here, at length; may be empty.",
    "valid_from": "The first day on which the entry may be used; null: not stated.",
    "valid_to": "The last day; null: not stated.",
}
_RULE: Words = {
    "keeping": "The shape of the rule: a `period`, `at_once`, `permanent`, or until an `event` that `start` names. "
    "`unset`: the entry above decides.",
    "length": "How many of `unit`; null where there is no period.",
    "unit": "Days, months or years; empty where there is no period.",
    "note": "What else is to be known, in words.",
    "appraisal": "What the archive decides then: keep (`archive`), look at it (`assess`), or `destroy`.",
    "legal_basis": "The law that says so.",
    "confidence": "How sure it is that the law says so.",
    "reviewed_by": "Who checked the rule against the law; empty: nobody yet, and nothing may be destroyed by it.",
}
_CASE: Words = {"title": "The matter in words.", "description": "More about it; may be empty."}
_DOSSIER: Words = {
    "title": "The subject in words.",
    "description": "More about it; may be empty.",
    "medium": "Whether it is kept electronically, on paper, or in part on paper.",
}
_KIND_ASKED: Words = kind_words.ENTERED | {
    "kind": "Slug of its kind; null: none. Left out of a new one: the kind that the plan entry names.",
}
_NEW_DOSSIER: Words = (
    _DOSSIER | _KIND_ASKED | {"location": "Where the paper stands; only of what is paper at least in part."}
)
_KEPT: Words = {
    "state": "`open`: people work in it; `closed` (z. d. A.): nothing more comes in.",
    "opened_at": "When it was opened.",
    "closed_at": "When it was closed; null while it is open.",
    "actions": "What you can do with it now.",
    "links": "Where it and what belongs to it are found.",
}

FIELDS: dict[str, Words] = kind_words.FIELDS | {
    "AddedEntry": {"number": "Its number.", "title": "Its title."},
    "Case": _CASE
    | _KEPT
    | {"id": "Identifies the case for ever.", "reference_number": "Its number (Geschäftszeichen)."},
    "CaseChangeRequest": _CASE,
    "CaseLinks": {"self": "This case.", "dossier": "The dossier that it belongs to."},
    "ChangedEntry": {
        "number": "Its number.",
        "title": "Its title by the file.",
        "dossiers": "How many dossiers lie at it, as far as one may see them.",
        "differences": "Each field that differs.",
    },
    "Comparison": {
        "base": "The state of the plan that was compared with; send it along with `apply`.",
        "applied": "Whether it was taken over.",
        "added": "Entries that the plan does not have yet.",
        "changed": "Entries that are to say something else, to stand elsewhere, or to be retired.",
        "unchanged": "How many entries of the file stand in the plan just so.",
    },
    "Dossier": _DOSSIER
    | _KEPT
    | kind_words.FILLED
    | {
        "kind": "Its kind, which says which fields it has; null: none.",
        "id": "Identifies the dossier for ever.",
        "reference_number": "Its number (Aktenzeichen).",
        "former_numbers": "Numbers that it bore before; it is found by them as well.",
        "used_outside_at": "Since when the number stands in letters that left the house, and so stays; null: not yet.",
        "plan_entry": "The task below which it stands.",
    },
    "DossierChangeRequest": _NEW_DOSSIER,
    "DossierLinks": {"self": "This dossier.", "cases": "Its cases.", "plan_entry": "The entry below which it stands."},
    "EntryChangeRequest": _ENTRY,
    "Filed": {
        "dossier": "The dossier.",
        "case": "Its case; null when it lies in the dossier itself.",
        "at": "When it was filed there.",
        "by": "Who filed it: `user:` and the name.",
    },
    "Numbered": {
        "id": "Identifies it for ever.",
        "reference_number": "Its number.",
        "title": "Its subject in words.",
    },
    "Place": {"dossier": "The dossier.", "case": "The case; null for the dossier itself."},
    "Suggestion": {"place": "Where it may belong."},
    "EntryLinks": {"self": "This entry.", "parent": "The entry above; null for a main group."},
    "EntryName": _ENTRY_NAME,
    "FieldDifference": {
        "field": "Name of the field.",
        "before": "What stands there, in words.",
        "after": "What is to stand there, in words.",
    },
    "FilePlan": {
        "id": "Identifies this edition of the plan.",
        "name": "What it is called.",
        "version": "Which edition it is.",
        "valid_from": "From when on it holds; null: not stated.",
        "valid_to": "Until when it holds; null: not stated.",
        "links": "Where its entries are found.",
    },
    "FilePlanLinks": {
        "entries": "All entries in pages.",
        "tree": "All entries at once, with their depth.",
        "export": "The plan as a file.",
    },
    "NewCaseRequest": _CASE,
    "NewDossierRequest": _NEW_DOSSIER,
    "NewEntryRequest": _ENTRY | {"number": "A number that was never given in this plan."},
    "OptionalReasonRequest": {"reason": "Why, if there is something to say; it stands in the history."},
    "PaginatedBodyList": _LIST,
    "PaginatedPersonNameList": _LIST,
    "PaginatedAccountList": _LIST,
    "PaginatedDossierList": _LIST,
    "PaginatedHoldingList": _LIST,
    "PaginatedPartyList": _LIST,
    "PaginatedPlanEntryList": _LIST,
    "PlanEntry": _ENTRY
    | _ENTRY_NAME
    | {
        "state": "`active`, or `retired`: nothing new comes to be below it.",
        "in_force": "The rule that holds here, its own or an inherited one.",
        "actions": "What you can do with it now.",
        "links": "Where it and the entry above are found.",
    },
    "RenumberRequest": {"plan_entry": "The `id` of the active entry that it belongs to.", "reason": "Why."},
    "Retention": _RULE,
    "RetentionRequest": _RULE,
    "RowProblem": {"number": "The number of the entry, as the file has it.", "sentence": "What is wrong, for people."},
    "RuleInForce": {
        "rule": "The rule; null: nothing is laid down, up to the main group.",
        "laid_down_by": "The entry whose rule it is; null as well where you may not see that entry.",
    },
    "TreeEntry": _ENTRY_NAME
    | {
        "state": "`active` or `retired`.",
        "parent": "The `id` of the next entry above that you may see; null for those on top.",
        "depth": "How many entries stand above it; 0 on top.",
    },
}
COMPONENTS: Words = kind_words.COMPONENTS | {
    "AddedEntry": "An entry by its number and title.",
    "BlankEnum": "Empty.",
    "CaseLinks": "Addresses of a case.",
    "ChangedEntry": "An entry that the file would change.",
    "DossierLinks": "Addresses of a dossier.",
    "EntryLinks": "Addresses of an entry.",
    "FieldDifference": "A field that the file would change.",
    "FilePlanLinks": "Addresses of what belongs to the plan.",
    "OptionalReasonRequest": "A reason that may be left out.",
    "PaginatedBodyList": "A page of a list; follow `next` to the end.",
    "PaginatedPersonNameList": "A page of a list; follow `next` to the end.",
    "PaginatedAccountList": "A page of a list; follow `next` to the end.",
    "PaginatedDossierList": "A page of a list; follow `next` to the end.",
    "PaginatedHoldingList": "A page of a list; follow `next` to the end.",
    "PaginatedPartyList": "A page of a list; follow `next` to the end.",
    "PaginatedPlanEntryList": "A page of a list; follow `next` to the end.",
    "PlanUploadRequest": "A file plan as multipart/form-data.",
    "ReasonRequest": "The reason for what is done.",
    "SubjectKindEnum": "A person, or what people belong to.",
    "RowProblem": "Why the file cannot be taken over as it is.",
}
