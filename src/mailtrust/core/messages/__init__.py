"""Words: what clients and engines say, and our own in other languages."""
