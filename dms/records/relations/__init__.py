"""Relations (Verknüpfungen) between dossiers, between cases and between documents, seen from both ends."""
