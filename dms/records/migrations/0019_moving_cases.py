"""The guard of numbers looks at a case as it stands at the end of the transaction: it may have been moved within it."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION registratur_number_is_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text;
    place uuid;
BEGIN
    IF TG_TABLE_NAME = 'records_dossier' THEN
        SELECT reference_number INTO wanted FROM records_dossier WHERE id = NEW.id;
        IF NOT EXISTS (SELECT FROM records_referencenumber r WHERE r.text = wanted AND r.dossier_id = NEW.id
                       AND r.case_id IS NULL AND r.replaced_at IS NULL) THEN
            RAISE EXCEPTION 'dossier %: this number was not given to it', wanted USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT FROM records_case c JOIN records_dossier d ON d.id = c.dossier_id
                   WHERE d.id = NEW.id AND c.scope_id <> d.scope_id) THEN
            RAISE EXCEPTION 'dossier %: its cases have other rights', wanted USING ERRCODE = 'check_violation';
        END IF;
    ELSE
        SELECT reference_number, {place} INTO wanted, place FROM records_case WHERE id = NEW.id;
        IF NOT EXISTS (SELECT FROM records_referencenumber r WHERE r.text = wanted AND r.case_id = NEW.id
                       AND r.dossier_id = place AND r.replaced_at IS NULL) THEN
            RAISE EXCEPTION 'case %: this number was not given to it', wanted USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT FROM records_case c JOIN records_dossier d ON d.id = c.dossier_id
                   WHERE c.id = NEW.id AND c.scope_id <> d.scope_id) THEN
            RAISE EXCEPTION 'case %: it has other rights than its dossier', wanted USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0018_volumes"),
    ]

    operations = [
        migrations.RunSQL(FUNCTION.format(place="dossier_id"), FUNCTION.format(place="NEW.dossier_id")),
    ]
