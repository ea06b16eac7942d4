"""One file per product that serves certificates."""
