"""A certificate is removed: why Exchange does not let it go yet, and what comes first."""
