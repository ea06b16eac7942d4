"""Which certificate serves which service."""
