"""Messages and imports from other systems, turned into the same use cases."""
