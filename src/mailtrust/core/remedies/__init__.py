"""From findings to what must become true."""
