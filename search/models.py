"""The tables of the PostgreSQL index. They hold nothing that is not in the records: they can be rebuilt at any time."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F


class Generation(models.Model):
    """One complete index; searches use the live one, a rebuild fills the next."""

    class Stage(models.TextChoices):
        BUILDING = "building"
        LIVE = "live"
        RETIRED = "retired"

    stage = models.CharField(max_length=10, choices=Stage.choices)
    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "search_generation"
        constraints = [
            models.UniqueConstraint(fields=["stage"], condition=models.Q(stage="live"), name="search_one_live"),
            models.UniqueConstraint(fields=["stage"], condition=models.Q(stage="building"), name="search_one_building"),
        ]


class Entry(models.Model):
    """A document. `words` are the lexemes of all its pages and headings, `heading` those of the headings alone: small
    enough to stay in the row, so that thousands of finds can be told apart without reading the large column.

    A row that is `removed` keeps a rebuild from bringing back what was removed while it ran.
    """

    generation = models.ForeignKey(Generation, on_delete=models.DO_NOTHING, db_constraint=False)
    """Not enforced: a writer may still be at a generation that has just been retired; the next rebuild clears that."""
    document_id = models.UUIDField()
    scope_id = models.BigIntegerField(null=True)
    level = models.SmallIntegerField(default=0, db_default=0)
    kind = models.TextField(default="")
    state = models.TextField(default="")
    year = models.SmallIntegerField(default=0)
    day = models.DateField(null=True)
    received_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=32, default="")
    removed = models.BooleanField(default=False)
    heading = SearchVectorField()
    words = SearchVectorField()

    class Meta:
        db_table = "search_entry"
        constraints = [models.UniqueConstraint(fields=["generation", "document_id"], name="search_entry_once")]
        indexes = [
            GinIndex(fields=["words"], name="search_entry_words"),
            models.Index(
                fields=["generation", "scope_id"], name="search_entry_scope",
                include=["level", "removed", "kind", "year", "state"],
            ),
            models.Index(
                F("generation"), F("day").desc(), F("received_at").desc(), F("id").desc(),
                name="search_entry_latest", include=["scope_id", "level", "removed"],
            ),
        ]  # fmt: skip
        # what a list of everything is counted and read by, without a look at the rows themselves


class Page(models.Model):
    """A page of a document. `words` is null where the entry has one page only: the entry's serve then."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE)
    number = models.IntegerField()
    text = models.TextField()
    words = SearchVectorField(null=True)

    class Meta:
        db_table = "search_page"
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="search_page_once")]
