"""What rules about walks have in common."""
