"""View models without Qt: rows, titles, tones, and which actions are allowed."""
