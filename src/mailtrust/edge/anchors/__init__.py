"""Trust stores, one file per store."""
