"""The API describes itself, to programs and to people, and only to those who are logged in."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

SCHEMA = "/api/v1/schema/"


def test_the_description_is_made_without_a_warning() -> None:
    out = StringIO()
    call_command("spectacular", fail_on_warn=True, validate=True, stdout=out)
    assert "openapi: 3" in out.getvalue()


@pytest.fixture
def schema(api: APIClient) -> Any:
    answer = api.get(SCHEMA, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return answer.json()


def test_every_operation_tells_how_it_fails(schema: Any) -> None:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            problem = operation["responses"]["401"]["content"]["application/problem+json"]
            assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}, (method, path)


def test_it_knows_both_ways_to_log_in(schema: Any) -> None:
    assert set(schema["components"]["securitySchemes"]) == {"token", "session"}


def test_a_program_can_have_it_as_yaml(api: APIClient) -> None:
    answer = api.get(SCHEMA)
    assert answer.content.startswith(b"openapi: 3")


def test_people_leaf_through_it_under_a_strict_policy(api: APIClient) -> None:
    page = api.get(f"{SCHEMA}docs/")
    policy = page["Content-Security-Policy"]
    assert page["Content-Type"].startswith("text/html")
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    html = page.content.decode()
    assert html.count("<script") == html.count("<script src="), "no script stands in the page itself"
    assert "//cdn" not in html


def test_its_start_script_comes_by_itself(api: APIClient) -> None:
    script = api.get(f"{SCHEMA}docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content
    assert b"/api/v1/schema/" in script.content
