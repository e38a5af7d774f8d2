"""A collation for lists that people read, and the lists that are always in this order."""

import django.contrib.postgres.operations
import django.db.models.functions.comparison
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0022_copies")]

    operations = [
        django.contrib.postgres.operations.CreateCollation("registratur_german", locale="de-u-kn-true", provider="icu"),
        migrations.AlterModelOptions(
            name="documentkind",
            options={"ordering": [django.db.models.functions.comparison.Collate("label", "registratur_german")]},
        ),
        migrations.AlterModelOptions(
            name="dossierkind",
            options={
                "ordering": [django.db.models.functions.comparison.Collate("label", "registratur_german"), "slug"]
            },
        ),
        migrations.AlterModelOptions(
            name="party",
            options={"ordering": [django.db.models.functions.comparison.Collate("name", "registratur_german"), "id"]},
        ),
    ]
