"""Judging: paths, names, checks, and the named strategies that profiles pick."""
