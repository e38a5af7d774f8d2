"""The API keeps what its own description promises, whatever is sent: schemathesis asks each operation at random."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CheckFunction
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dms.access.actors import system_setup
from dms.access.models import BodyKind, User
from dms.access.permissions import Role
from dms.accounts.bodies import body_create, member_add
from tests import factories

EXAMPLES = 8
NOT_ALL_THAT_FITS_IS_TAKEN = {
    "GET /api/v1/inbox/": "a cursor is what we gave out",
    "GET /api/v1/documents/": "a cursor is what we gave out",
    "PATCH /api/v1/documents/{document_id}/": "the kinds stand in the database",
    "POST /api/v1/inbox/{item_id}/settle/": "a note of spaces says nothing",
    "POST /api/v1/inbox/": "a part with an empty file name is no file",
    "GET /api/v1/plan-entries/": "a cursor is what we gave out",
    "POST /api/v1/plan-entries/": "a rule is whole or there is none, and the entry above is there",
    "PATCH /api/v1/plan-entries/{entry_id}/": "a rule is whole or there is none",
    "POST /api/v1/plan-entries/{entry_id}/move/": "the entry above is there",
    "POST /api/v1/plan-entries/{entry_id}/retire/": "a reason of spaces says nothing",
    "POST /api/v1/file-plan/import/": "not every file is a plan",
    "POST /api/v1/filing/": "the documents and the place are there, and only one place is named",
    "POST /api/v1/filing/copy/": "the documents and the place are there, and only one place is named",
    "POST /api/v1/filing/unmake/": "the documents are there, and were made a moment ago",
    "POST /api/v1/documents/{document_id}/split/": "the pages are there, each once",
    "POST /api/v1/documents/merge/": "the documents are there, each once, and lie in one place",
    "POST /api/v1/filing/undo/": "the documents are there, and were filed a moment ago",
    "GET /api/v1/dossiers/": "a cursor is what we gave out",
    "POST /api/v1/dossiers/": "the entry is there, and only paper has a place",
    "PATCH /api/v1/dossiers/{dossier_id}/": "only paper has a place, and a title of spaces is none",
    "POST /api/v1/dossiers/{dossier_id}/renumber/": "the entry is there, and a reason of spaces says nothing",
    "POST /api/v1/dossiers/{dossier_id}/reopen/": "a reason of spaces says nothing",
    "POST /api/v1/dossiers/{dossier_id}/close/": "an If-Match of another state is refused",
    "POST /api/v1/cases/{case_id}/close/": "an If-Match of another state is refused",
    "POST /api/v1/dossiers/{dossier_id}/cases/": "a title of spaces is none",
    "PATCH /api/v1/cases/{case_id}/": "a title of spaces is none",
    "POST /api/v1/cases/{case_id}/reopen/": "a reason of spaces says nothing",
    "GET /api/v1/parties/": "a cursor is what we gave out",
    "POST /api/v1/parties/": "a name of spaces is none, and the dossier is there",
    "PATCH /api/v1/parties/{party_id}/": "a name of spaces is none, and an address has a place",
    "POST /api/v1/parties/{party_id}/merge/": "the other one is there",
    "POST /api/v1/parties/{party_id}/part/": "it was merged",
    "POST /api/v1/dossiers/{dossier_id}/parties/": "the party and the role are there",
    "POST /api/v1/cases/{case_id}/parties/": "the party and the role are there",
    "POST /api/v1/dossiers/{dossier_id}/relations/": "the other one is there",
    "POST /api/v1/cases/{case_id}/relations/": "the other one is there",
    "POST /api/v1/documents/{document_id}/relations/": "the other one is there",
    "POST /api/v1/documents/{document_id}/versions/": "an If-Match of another state is refused",
    "POST /api/v1/documents/{document_id}/versions/{version}/restore/": "an If-Match of another state is refused",
    "POST /api/v1/documents/{document_id}/pages/change/": "the pages are there, each once",
    "POST /api/v1/documents/{document_id}/check-out/": "the end lies ahead, and not too far",
    "POST /api/v1/documents/{document_id}/give-back/": "an If-Match of another state is refused",
    "POST /api/v1/documents/{document_id}/break-check-out/": "a reason of spaces says nothing",
    "GET /api/v1/documents/{document_id}/comparison/": "either a version or a moment is named on each side",
    "GET /api/v1/holdings/": "a cursor is what we gave out",
    "POST /api/v1/dossiers/{dossier_id}/volumes/": "only paper has a place",
    "POST /api/v1/dossiers/{dossier_id}/loans/": "only paper is lent, and to somebody",
    "PATCH /api/v1/volumes/{volume_id}/": "only paper has a place",
    "POST /api/v1/volumes/{volume_id}/reopen/": "a reason of spaces says nothing",
    "POST /api/v1/volumes/{volume_id}/contents/": "what goes into it is there",
    "GET /api/v1/bodies/": "a cursor is what we gave out",
    "POST /api/v1/bodies/": "the unit above and the place are there, and a name of spaces is none",
    "PATCH /api/v1/bodies/{body_id}/": "the unit above is there, and a name of spaces is none",
    "POST /api/v1/bodies/{body_id}/retire/": "an If-Match of another state is refused",
    "POST /api/v1/bodies/{body_id}/revive/": "an If-Match of another state is refused",
    "POST /api/v1/memberships/{member_id}/remove/": "an If-Match of another state is refused",
    "POST /api/v1/bodies/{body_id}/members/": "the person is there, and the last day lies ahead",
    "PATCH /api/v1/memberships/{member_id}/": "the last day lies ahead",
    "GET /api/v1/people/": "a cursor is what we gave out",
    "GET /api/v1/accounts/": "a cursor is what we gave out",
    "POST /api/v1/accounts/": "no other has the login, which has no spaces, and a reason of spaces says nothing",
    **dict.fromkeys(
        (f"POST /api/v1/accounts/{{person_id}}/{verb}/" for verb in ("lock", "unlock", "end-sessions", "setup-link")),
        "a reason of spaces says nothing, and nobody locks themselves",
    ),
    **dict.fromkeys(
        (
            f"POST /api/v1/{place}/rights/{what}"
            for place in ("dossiers/{dossier_id}", "plan-entries/{entry_id}")
            for what in ("", "restrict/", "open/")
        ),
        "who gets the right is there, the last day lies ahead, and a reason of spaces says nothing",
    ),
    "PATCH /api/v1/grants/{grant_id}/": "the last day lies ahead, and a reason of spaces says nothing",
    "POST /api/v1/grants/{grant_id}/withdraw/": "a reason of spaces says nothing",
    "POST /api/v1/cases/{case_id}/move/": "the other dossier is there",
}
"""Where a request may fit the description and is refused all the same; all other checks hold there too."""

DESCRIPTION = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


def operations(app: object | None = None) -> dict[str, APIOperation]:
    """By method and path, to be asked of the application."""
    schema = schemathesis.openapi.from_dict(deepcopy(DESCRIPTION))
    schema.app = app
    found = (result.ok() for result in schema.get_all_operations())  # type: ignore[union-attr]
    return {operation.label: operation for operation in found}


@pytest.fixture
def clerk(db: None, store: Path) -> Iterator[User]:
    request_finished.disconnect(close_old_connections)  # as Django's own test client does: the test's transaction stays
    request_started.disconnect(close_old_connections)
    yield factories.user_with(Role.CLERK, Role.ARCHIVIST, Role.REGISTRY, Role.RIGHTS, Role.ACCOUNTS, name="clerk")
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.parametrize("label", operations())
def test_an_operation_keeps_its_promise(label: str, clerk: User) -> None:
    known = {
        "document_id": str(factories.document(["Antrag auf Wohngeld", ""], rendition=b"%PDF", attachments=["a"]).id),
        "item_id": str(factories.refused().id),
        "number": 1,
        "entry_id": _entry_id(),
        **_dossier_and_case(),
        **_organisation(),
    }
    operation = operations(get_wsgi_application())[label]
    excluded: list[CheckFunction] = [positive_data_acceptance] if label in NOT_ALL_THAT_FITS_IS_TAKEN else []
    login = {"Authorization": f"Bearer {factories.token_of(clerk)}"}

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case) -> None:
        for name, value in case.path_parameters.items():
            if name in known and _is_usable(value):
                case.path_parameters[name] = known[name]
        case.call_and_validate(headers=login, excluded_checks=excluded)

    ask()


def _entry_id() -> str:
    factories.file_plan()
    return str(factories.plan_entry().pk)


def _dossier_and_case() -> dict[str, str]:
    dossier = factories.dossier()
    party = factories.party(home=dossier)
    row = factories.takes_part(party, dossier)
    return {
        "dossier_id": str(dossier.pk), "case_id": str(factories.case(dossier).pk), "party_id": str(party.pk),
        "participation_id": str(row.pk), **_volume_and_loan(),
        "relation_id": str(factories.related(dossier, factories.dossier()).pk),
    }  # fmt: skip


def _volume_and_loan() -> dict[str, str]:
    loan = factories.loan()
    return {"volume_id": str(loan.volume_id), "loan_id": str(loan.pk)}


def _organisation() -> dict[str, int]:
    scope = factories.town()
    office = body_create(system_setup(), "Bauamt", BodyKind.UNIT, scope)
    row = member_add(system_setup(), office, factories.user_with(name="carl", scope=scope))
    factories.user_with(Role.CLERK, name="carl", scope=scope)
    grant = row.user.grants.get()
    return {"body_id": office.pk, "member_id": row.pk, "person_id": row.user_id, "grant_id": grant.pk}


def _is_usable(value: object) -> bool:
    """Well-formed values are exchanged for what there is, three times out of four; the others find nothing."""
    if isinstance(value, int):
        return value % 4 > 0
    try:
        return UUID(str(value)).int % 4 > 0
    except ValueError:
        return False
