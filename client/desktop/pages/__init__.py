"""The pages of the window: they ask a presenter, show its values and hand on what is pressed."""
