"""One file per client profile."""
