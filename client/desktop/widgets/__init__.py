"""Small widgets, one to a file. They show values from the presenters and decide nothing."""
