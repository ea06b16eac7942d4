"""Text to and from values, one file per format."""
