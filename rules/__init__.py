"""What clinical practice and this hospital say: loops, checks, scores, alert rules as data."""
