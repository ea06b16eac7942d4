"""DNS and downloads."""
