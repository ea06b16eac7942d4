"""What this machine's user has written down: where it stands, and its octets."""
