"""The journal and its projections in SQLite or PostgreSQL: the only code that knows SQL."""
