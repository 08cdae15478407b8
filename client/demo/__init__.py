"""The demo ward and its simulated staff, who act through the same use cases."""
