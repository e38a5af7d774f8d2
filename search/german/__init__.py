"""How German text becomes comparable lexemes: one analysis for indexing, asking and marking, so that what is found is
exactly what is boxed on the page."""
