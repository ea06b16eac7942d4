"""PathSearch: how each engine looks for a path, one file an engine."""

from mailtrust.core.validation.search.all_paths import enumerate_paths, search_all_paths
from mailtrust.core.validation.search.conscrypt import search_conscrypt
from mailtrust.core.validation.search.first_issuer import search_first_issuer
from mailtrust.core.validation.search.gnutls import search_gnutls
from mailtrust.core.validation.search.java import search_java
from mailtrust.core.validation.search.mozilla import search_mozilla

__all__ = [
    "enumerate_paths",
    "search_all_paths",
    "search_conscrypt",
    "search_first_issuer",
    "search_gnutls",
    "search_java",
    "search_mozilla",
]
