"""What the database itself refuses: a number that changes after use outside or is given twice, a case with other rights."""

from django.db import migrations

CREATE = """
CREATE FUNCTION registratur_reference_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'reference number %: once given it stays known', OLD.text USING ERRCODE = 'check_violation';
    ELSIF (NEW.text, NEW.dossier_id, NEW.counter, NEW.number) IS DISTINCT FROM (OLD.text, OLD.dossier_id, OLD.counter, OLD.number)
          OR NEW.case_id IS DISTINCT FROM OLD.case_id OR OLD.replaced_at IS NOT NULL THEN
        RAISE EXCEPTION 'reference number %: it stays whose it was', OLD.text USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registratur_reference_stays BEFORE UPDATE OR DELETE ON records_referencenumber
    FOR EACH ROW EXECUTE FUNCTION registratur_reference_stays();

CREATE FUNCTION registratur_dossier_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.used_outside_at IS NOT NULL AND (NEW.reference_number <> OLD.reference_number
                                            OR NEW.used_outside_at IS DISTINCT FROM OLD.used_outside_at) THEN
        RAISE EXCEPTION 'dossier %: its number was used outside and stays', OLD.reference_number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registratur_dossier_number BEFORE UPDATE ON records_dossier
    FOR EACH ROW EXECUTE FUNCTION registratur_dossier_number();

CREATE FUNCTION registratur_number_is_given() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text;
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
        SELECT reference_number INTO wanted FROM records_case WHERE id = NEW.id;
        IF NOT EXISTS (SELECT FROM records_referencenumber r WHERE r.text = wanted AND r.case_id = NEW.id
                       AND r.dossier_id = NEW.dossier_id AND r.replaced_at IS NULL) THEN
            RAISE EXCEPTION 'case %: this number was not given to it', wanted USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT FROM records_case c JOIN records_dossier d ON d.id = c.dossier_id
                   WHERE c.id = NEW.id AND c.scope_id <> d.scope_id) THEN
            RAISE EXCEPTION 'case %: it has other rights than its dossier', wanted USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER registratur_dossier_is_numbered AFTER INSERT OR UPDATE ON records_dossier
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registratur_number_is_given();
CREATE CONSTRAINT TRIGGER registratur_case_is_numbered AFTER INSERT OR UPDATE ON records_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registratur_number_is_given();
"""
DROP = """
DROP TRIGGER registratur_case_is_numbered ON records_case;
DROP TRIGGER registratur_dossier_is_numbered ON records_dossier;
DROP TRIGGER registratur_dossier_number ON records_dossier;
DROP TRIGGER registratur_reference_stays ON records_referencenumber;
DROP FUNCTION registratur_number_is_given();
DROP FUNCTION registratur_dossier_number();
DROP FUNCTION registratur_reference_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0006_dossiers"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
