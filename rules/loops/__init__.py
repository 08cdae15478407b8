"""Loop files: read, proved by reading, overlaid by a site, and made into definitions."""
