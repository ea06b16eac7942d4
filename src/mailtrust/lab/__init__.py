"""A broken mail world on loopback."""
