"""PathSearch: how each engine looks for a path, one file an engine."""
