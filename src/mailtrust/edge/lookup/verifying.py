"""TLS to a server that must be who it says it is, before a word is said to it."""

import ssl
from collections.abc import Iterable

from mailtrust.core.model.certificate import Certificate


def verifying_context(roots: Iterable[Certificate] = (), *, only: str | None = None) -> ssl.SSLContext:
    """Believes this system's roots and `roots`; on Windows those of the machine, the domain's CA among them.

    `only`: the roots in this file instead of this system's. Raises OSError for one that cannot be read.
    """
    context = ssl.create_default_context(cafile=only)
    # Newer Pythons demand of roots what those of many companies, and Windows itself, do not.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    for root in roots:
        context.load_verify_locations(cadata=root.der)
    return context
