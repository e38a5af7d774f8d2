"""How the index tables are stored: statistics fine enough to weigh words by, and fast compression where it is built in."""

from django.db import migrations

STATISTICS = "ALTER TABLE search_entry ALTER COLUMN words SET STATISTICS 500"
COMPRESSION = """
DO $$ BEGIN
    ALTER TABLE search_entry ALTER COLUMN words SET COMPRESSION lz4;
    ALTER TABLE search_page ALTER COLUMN words SET COMPRESSION lz4;
    ALTER TABLE search_page ALTER COLUMN text SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    RAISE NOTICE 'this PostgreSQL is built without lz4; pglz stays';
END $$
"""
# the texts and vectors of a page go to the side table early, the headings and what facets count stay in the row
TOAST = "ALTER TABLE search_entry ALTER COLUMN words SET STORAGE EXTENDED, ALTER COLUMN heading SET STORAGE MAIN"


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [
        migrations.RunSQL(STATISTICS, migrations.RunSQL.noop),
        migrations.RunSQL(COMPRESSION, migrations.RunSQL.noop),
        migrations.RunSQL(TOAST, migrations.RunSQL.noop),
    ]
