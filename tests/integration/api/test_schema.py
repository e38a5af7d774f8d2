"""The API describes itself, to programs and to people, and only to those who are logged in."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from api.schema import examples as schema_examples
from api.schema import words as schema_words

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


def test_a_stranger_is_told_what_everything_means(schema: Any) -> None:
    silent = []
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            silent += [] if operation.get("description") and operation.get("summary") else [f"{method} {path}"]
            silent += [f"{path} {p['name']}" for p in operation.get("parameters", ()) if not p.get("description")]
    for name, component in schema["components"]["schemas"].items():
        silent += [] if component.get("description") else [name]
        fields = component.get("properties", {}).items()
        silent += [f"{name}.{field}" for field, shape in fields if not shape.get("description")]
    silent += [name for name, scheme in schema["components"]["securitySchemes"].items() if not scheme["description"]]
    assert silent == []


def test_no_word_is_kept_for_what_is_gone_or_speaks_for_itself(schema: Any) -> None:
    components = schema["components"]["schemas"]
    for name, words in schema_words.FIELDS.items():
        shapes = components[name]["properties"]
        assert {field: shapes[field]["description"] for field in words} == words, name
    assert {name: components[name]["description"] for name in schema_words.COMPONENTS} == schema_words.COMPONENTS


@pytest.mark.parametrize(
    ("component", "example"),
    [
        ("Item", schema_examples.ITEM_WAITING),
        ("Item", schema_examples.ITEM_DONE),
        ("Item", schema_examples.ITEM_REFUSED),
        ("Document", schema_examples.DOCUMENT),
        ("DocumentChangeRequest", schema_examples.CHANGE),
        ("Pages", schema_examples.PAGES),
        ("SearchAnswer", schema_examples.FOUND),
    ],
)
def test_the_examples_are_answers_that_the_description_allows(schema: Any, component: str, example: Any) -> None:
    assert _strangeness(schema, {"$ref": f"#/components/schemas/{component}"}, example) == []


def _strangeness(schema: Any, shape: Any, value: Any, place: str = "") -> list[str]:
    """Fields too many or too few, and values of another type, at every depth."""
    if value is None:
        return [] if shape.get("nullable") else [f"{place}: null"]
    for inner in [shape] if "$ref" in shape else shape.get("allOf", []):
        name = inner["$ref"].rpartition("/")[2]
        return _strangeness(schema, schema["components"]["schemas"][name], value, place)
    if "properties" in shape:
        unknown = [f"{place}.{field}: unknown" for field in value if field not in shape["properties"]]
        missing = [f"{place}.{field}: missing" for field in shape.get("required", ()) if field not in value]
        known = [(field, value[field], inner) for field, inner in shape["properties"].items() if field in value]
        deeper = [one for field, part, inner in known for one in _strangeness(schema, inner, part, f"{place}.{field}")]
        return [*unknown, *missing, *deeper]
    if shape.get("type") == "object":  # of any keys, each with any value
        return [] if isinstance(value, dict) else [f"{place}: {value!r}"]
    if shape.get("type") == "array":
        return [one for part in value for one in _strangeness(schema, shape["items"], part, f"{place}[]")]
    types: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    fits = isinstance(value, types[shape["type"]]) and value in shape.get("enum", [value])
    return [] if fits else [f"{place}: {value!r}"]


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
