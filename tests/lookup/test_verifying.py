"""TLS to a server that must be who it says it is: by the same rules whoever is asked."""

import ssl
from collections.abc import Callable

import pytest

from mailtrust.edge.lookup.verifying import verifying_context
from mailtrust.edge.store import postgresql
from mailtrust.edge.transport import psrp_http

CONTEXTS: dict[str, Callable[[], ssl.SSLContext | None]] = {
    "a directory, a LoadMaster": verifying_context,
    "Exchange": lambda: psrp_http.context_for(None),
    "PostgreSQL": lambda: postgresql._tls({}, "db.example.com"),
}


@pytest.mark.parametrize("whom", CONTEXTS)
def test_a_companys_root_counts_as_its_own_programs_count_it(whom: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.13 demands of every certificate what Windows, and roots of twenty years, do not."""
    usual = ssl.create_default_context

    def strict(*how: object, **more: str | None) -> ssl.SSLContext:
        context = usual(*how, **more)  # type: ignore[arg-type]
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    context = CONTEXTS[whom]()
    assert context is not None
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
