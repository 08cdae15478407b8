"""What the words mean and what is allowed: pure, standard library only, no clock, no I/O."""
