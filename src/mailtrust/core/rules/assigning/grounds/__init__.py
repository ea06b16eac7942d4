"""What rules about assigned certificates have in common."""
