"""Will hold retention rules, legal holds, appraisal, disposal and transfer. Nothing is disposed of yet."""
