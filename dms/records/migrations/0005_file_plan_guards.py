"""What the database itself refuses about the plan: a tree that contradicts itself, and a number that ends or changes."""

from django.db import migrations

CREATE = """
CREATE FUNCTION registratur_plan_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_there records_planentry%ROWTYPE;
    above records_planentry%ROWTYPE;
BEGIN
    SELECT * INTO now_there FROM records_planentry WHERE id = NEW.id;
    IF now_there.parent_id IS NULL THEN
        IF cardinality(now_there.ancestors) > 0 THEN
            RAISE EXCEPTION 'plan entry %: a main group has no ancestors', now_there.number USING ERRCODE = 'check_violation';
        END IF;
    ELSE
        SELECT * INTO above FROM records_planentry WHERE id = now_there.parent_id;
        IF above.plan_id <> now_there.plan_id OR now_there.ancestors <> above.ancestors || above.id
           OR now_there.id = ANY(now_there.ancestors) THEN
            RAISE EXCEPTION 'plan entry %: its ancestors are not those of its parent', now_there.number
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF EXISTS (SELECT FROM records_planentry below WHERE below.parent_id = now_there.id
               AND below.ancestors <> now_there.ancestors || now_there.id) THEN
        RAISE EXCEPTION 'plan entry %: those below it have other ancestors', now_there.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER registratur_plan_tree AFTER INSERT OR UPDATE ON records_planentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registratur_plan_tree();

CREATE FUNCTION registratur_plan_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'plan entry %: a number ends by being retired, never by being deleted', OLD.number
            USING ERRCODE = 'check_violation';
    ELSIF NEW.number <> OLD.number OR NEW.plan_id <> OLD.plan_id THEN
        RAISE EXCEPTION 'plan entry %: a number never changes', OLD.number USING ERRCODE = 'check_violation';
    ELSIF OLD.state = 'retired' AND NEW.state <> 'retired' THEN
        RAISE EXCEPTION 'plan entry %: a retired number is never used again', OLD.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registratur_plan_number BEFORE UPDATE OR DELETE ON records_planentry
    FOR EACH ROW EXECUTE FUNCTION registratur_plan_number();
"""
DROP = """
DROP TRIGGER registratur_plan_number ON records_planentry;
DROP TRIGGER registratur_plan_tree ON records_planentry;
DROP FUNCTION registratur_plan_number();
DROP FUNCTION registratur_plan_tree();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_file_plan"),
    ]

    operations = [migrations.RunSQL(CREATE, DROP)]
