"""Field filters and sorts among 20,000 dossiers: told by the plans, in rows looked at, never in time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import QuerySet
from django.utils import timezone

from dms.access.actors import Actor
from dms.access.permissions import Permission
from dms.records.dossiers.keeping import dossier_open
from dms.records.fields.asking import Asked, Told, narrowed, read_told, sorted_by
from dms.records.fields.changing import fields_change
from dms.records.fields.definitions import Field, FieldType
from dms.records.fields.filling import Entered
from dms.records.fields.keeping import kind_create
from dms.records.fields.models import DossierKind
from dms.records.models import Dossier, Party
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "owner"]), pytest.mark.slow]
ALL, OF_KIND, HAVE_OWNER = 20_000, 2_000, 20
"""Of all dossiers one in ten is of the kind that is asked; the owner that is asked for has twenty of these."""
PAGE = 50
FIELDS = (
    Field("site", "Baugrundstück", FieldType.TEXT),
    Field("size", "Größe", FieldType.NUMBER),
    Field("received", "Eingang", FieldType.DATE),
    Field("cost", "Baukosten", FieldType.AMOUNT),
    Field("stage", "Stand", FieldType.CHOICE, choices=("neu", "selten")),
    Field("owner", "Bauherrschaft", FieldType.PERSON),
)
_MANY = """
INSERT INTO records_dossier
SELECT (jsonb_populate_record(one, jsonb_build_object(
    'id', gen_random_uuid(), 'reference_number', 'many ' || n, 'title', 'Akte ' || n,
    'opened_at', one.opened_at - n * interval '1 minute',
    'kind_id', CASE WHEN n %% 10 = 0 THEN 'building' ELSE 'trade' END,
    'field_version_id', CASE WHEN n %% 10 = 0 THEN %(building)s ELSE %(trade)s END,
    'field_parties', CASE WHEN n %% 1000 = 0 THEN jsonb_build_array(%(owner)s) ELSE '[]' END,
    'field_values', jsonb_build_object(
        'site', 'Lindenweg ' || n, 'size', n, 'received', (date '2000-01-01' + n %% 9000)::text, 'cost', n * 100,
        'stage', CASE WHEN n %% 1000 = 0 THEN 'selten' ELSE 'neu' END,
        'owner', CASE WHEN n %% 1000 = 0 THEN jsonb_build_object('name', 'Müller, Erika', 'party', %(owner)s)
                      ELSE jsonb_build_object('name', 'Vogel ' || n) END)
))).* FROM records_dossier one, generate_series(1, %(number)s) n WHERE one.id = %(like)s
"""


def everywhere() -> Actor:
    return Actor("user:registry", everywhere=frozenset(Permission))


@pytest.fixture
def many() -> DossierKind:
    """By the owner, past the door: this is about plans and not about records."""
    factories.file_plan()
    actor, now = everywhere(), timezone.now()
    kinds = [kind_create(actor, slug, {"label": slug}) for slug in ("building", "trade")]
    building, trade = (fields_change(actor, kind, FIELDS, now=now) for kind in kinds)
    owner: Party = factories.party("Müller", "Erika")
    facts: Any = {"title": "Muster", "kind": kinds[0], "fields": Entered()}
    like = dossier_open(actor, factories.plan_entry(), facts, now=now)
    values: dict[str, Any] = {
        "building": str(building.pk), "trade": str(trade.pk), "owner": str(owner.pk), "number": ALL, "like": like.pk,
    }  # fmt: skip
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE records_dossier DISABLE TRIGGER USER")
        cursor.execute(_MANY, values)
        cursor.execute("ALTER TABLE records_dossier ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE records_dossier")  # as the server does by itself after so many rows
    return kinds[0]


def asked(kind: DossierKind, **said: str) -> list[Asked]:
    """`cost_from="…"` as a program says it."""
    ends = {name: name.rpartition("_") if name.endswith(("_from", "_to")) else (name, "", "") for name in said}
    return read_told(kind, [Told(ends[name][0], ends[name][2], text, name) for name, text in said.items()])


def looked_at(records: QuerySet[Any]) -> int:
    """Rows of dossiers that the database took into its hands, also those that it put away again."""
    sql, values = records.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)
        plan = cursor.fetchone()[0]
    return _rows((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])


def _rows(node: dict[str, Any]) -> int:
    own = 0
    if node.get("Relation Name") == Dossier._meta.db_table:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = (node["Actual Rows"] + removed) * node["Actual Loops"]
    return int(own) + sum(_rows(below) for below in node.get("Plans", ()))


def listed(kind: DossierKind, **said: str) -> QuerySet[Any]:
    actor = everywhere()
    return narrowed(actor, Dossier.objects.readable_by(actor), kind, asked(kind, **said))


def test_no_filter_and_no_sort_by_a_field_looks_at_the_values_of_other_kinds(many: DossierKind) -> None:
    """What is asked as it stands (a choice, somebody of the register) is found by its index; a part of a text, a range
    and an order look at the dossiers of the kind, once."""
    told = {
        "choice": looked_at(listed(many, stage="selten")),
        "party": looked_at(listed(many, owner=str(Party.objects.get().pk))),
        "text": looked_at(listed(many, site="weg 1777")),
        "number": looked_at(listed(many, size_from="100", size_to="200")),
        "date": looked_at(listed(many, received_from="2000-02-01", received_to="2000-02-10")),
        "amount": looked_at(listed(many, cost_from="100.00", cost_to="150.00")),
        "name": looked_at(listed(many, owner="Vogel 1777")),
    }
    for field in FIELDS:
        told[f"sorted by {field.key}"] = looked_at(sorted_by(listed(many), many, field.key, descending=False)[:PAGE])
    assert {name: rows for name, rows in told.items() if not 0 < rows <= OF_KIND + 1} == {}
    assert {name: told[name] for name in ("choice", "party") if told[name] > 2 * HAVE_OWNER} == {}, told
