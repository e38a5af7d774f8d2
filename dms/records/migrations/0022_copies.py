"""A copy of a document shares the stored objects with its original, and knows it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0021_latest_documents"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="relation",
            name="relation_kind_is_known",
        ),
        migrations.AlterField(
            model_name="relation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("see_also", "siehe auch"),
                    ("belongs_to", "gehört zu"),
                    ("replaces", "ersetzt"),
                    ("follows", "setzt fort (Vorgänger)"),
                    ("made_from", "entstanden aus"),
                    ("copy_of", "Kopie von"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="storedobject",
            name="key",
            field=models.CharField(db_index=True, max_length=300),
        ),
        migrations.AddConstraint(
            model_name="relation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["see_also", "belongs_to", "replaces", "follows", "made_from", "copy_of"])
                ),
                name="relation_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedobject",
            constraint=models.UniqueConstraint(fields=("version", "key"), name="object_once_in_a_version"),
        ),
    ]
