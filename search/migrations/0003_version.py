"""The numbers by which an index outside the database tells a newer state of a document from an older one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("search", "0002_storage")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE IF NOT EXISTS search_version AS bigint", "DROP SEQUENCE IF EXISTS search_version"
        )
    ]
