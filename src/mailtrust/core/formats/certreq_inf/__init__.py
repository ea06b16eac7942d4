"""certreq's INF files: grammar, what every key means on Windows and here, lints, and how they are written."""
