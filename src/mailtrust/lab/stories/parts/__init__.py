"""The servers that stories are made of: Debian's own, on loopback."""
