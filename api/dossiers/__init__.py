"""`/dossiers/` and `/cases/`, what is filed there, related to them, and kept on paper."""
