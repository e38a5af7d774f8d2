"""What the database itself refuses besides: a case or document that is less secret than its dossier."""

from django.db import migrations

CREATE = """
CREATE FUNCTION registratur_levels() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    dossier uuid;
BEGIN
    IF TG_TABLE_NAME = 'records_dossier' THEN
        dossier := NEW.id;
    ELSE
        dossier := NEW.dossier_id;
    END IF;
    IF EXISTS (SELECT FROM records_case c JOIN records_dossier d ON d.id = c.dossier_id
               WHERE d.id = dossier AND c.level <> d.level) THEN
        RAISE EXCEPTION 'dossier %: its cases are not as secret as it is', dossier USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM records_document e JOIN records_dossier d ON d.id = e.dossier_id
               WHERE d.id = dossier AND e.level <> greatest(d.level, e.own_level)) THEN
        RAISE EXCEPTION 'dossier %: a document in it has another level than it must', dossier
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER registratur_dossier_levels AFTER INSERT OR UPDATE OF level ON records_dossier
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registratur_levels();
CREATE CONSTRAINT TRIGGER registratur_case_levels AFTER INSERT OR UPDATE OF level, dossier_id ON records_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registratur_levels();
"""
DOCUMENTS = """
CREATE FUNCTION registratur_document_level() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM records_document e LEFT JOIN records_dossier d ON d.id = e.dossier_id
               WHERE e.id = NEW.id AND e.level <> greatest(coalesce(d.level, 0), e.own_level)) THEN
        RAISE EXCEPTION 'document %: it has another level than it must', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER registratur_document_level AFTER INSERT OR UPDATE ON records_document
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registratur_document_level();
"""
"""A trigger of their own: each looks at one row, however many lie in the dossier."""
DROP = """
DROP TRIGGER registratur_document_level ON records_document;
DROP TRIGGER registratur_case_levels ON records_case;
DROP TRIGGER registratur_dossier_levels ON records_dossier;
DROP FUNCTION registratur_document_level();
DROP FUNCTION registratur_levels();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0012_levels"),
    ]

    operations = [migrations.RunSQL(CREATE + DOCUMENTS, DROP)]
