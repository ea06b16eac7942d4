"""One broken world a file."""
