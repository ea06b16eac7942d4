"""NameRules: how each engine compares the name it was told with the names in the certificate, one file an engine."""
