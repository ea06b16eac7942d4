"""A private CA's folder on disk, and its answers over HTTP."""
