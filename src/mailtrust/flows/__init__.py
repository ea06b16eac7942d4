"""One use case a file; the only place that joins core and edge."""
