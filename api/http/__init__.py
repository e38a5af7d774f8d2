"""What every view of the API needs of HTTP: who asks and how far they reach, errors, tags, pages, parts of files."""
