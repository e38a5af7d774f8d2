"""The file plan (Aktenplan): the order in which all records are kept, and how long each kind of them is."""
