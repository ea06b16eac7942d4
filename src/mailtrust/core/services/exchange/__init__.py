"""Exchange's own rules: which certificate serves what, what can be assigned, and what can be removed."""
