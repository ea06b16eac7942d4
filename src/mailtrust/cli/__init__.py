"""The command; no decision of its own."""
