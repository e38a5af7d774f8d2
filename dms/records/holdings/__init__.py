"""What is there on paper and where: the volumes of a dossier, who has one of them, and the list of all holdings."""
