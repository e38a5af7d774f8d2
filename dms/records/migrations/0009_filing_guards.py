"""What the database itself refuses: a document with other rights than its dossier, or in a case of another dossier."""

from django.db import migrations

CREATE = """
CREATE FUNCTION registratur_document_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_there records_document%ROWTYPE;
BEGIN
    SELECT * INTO now_there FROM records_document WHERE id = NEW.id;
    IF now_there.dossier_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM records_dossier d WHERE d.id = now_there.dossier_id AND d.scope_id = now_there.scope_id
    ) THEN
        RAISE EXCEPTION 'document %: its rights are not those of its dossier', now_there.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF now_there.case_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM records_case c WHERE c.id = now_there.case_id AND c.dossier_id = now_there.dossier_id
    ) THEN
        RAISE EXCEPTION 'document %: its case belongs to another dossier', now_there.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER registratur_document_place AFTER INSERT OR UPDATE ON records_document
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registratur_document_place();
"""
DROP = """
DROP TRIGGER registratur_document_place ON records_document;
DROP FUNCTION registratur_document_place();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0008_filing"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
