"""What a person is told to type on an Edge server, or on Exchange 2007, runs there: their cmdlets know no -Server."""

from dataclasses import replace
from typing import Any

import pytest
from tests.services.world.judging import FRONT, INNER, good, judged
from tests.services.world.making import organisation, public

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.model.exchange import ClientAccessSettings, ExchangeServer, ReceiveConnector
from mailtrust.core.model.finding import Finding

pytestmark = pytest.mark.parametrize("facts", [{"edge": True}, {"version": "8.3.517.0"}], ids=["edge", "2007"])


def told(rule: str, server: ExchangeServer) -> str:
    """What the findings say to the administrator."""
    found = [one for one in judged(rule, organisation(server)) if isinstance(one, Finding)]
    said = "\n".join(str(one.explanation.admin) for one in found)
    # mailtrust's own command has its --server.
    assert " -Server" not in said
    return said


@pytest.mark.parametrize(
    "front",
    [
        {"status": "PendingRequest"}, {"has_private_key": False}, {"status": "Untrusted"}, {"status": "Revoked"},
        {"status": "RevocationCheckFailure"},
    ],
)  # fmt: skip
def test_certificates_that_cannot_serve(facts: dict[str, Any], front: dict[str, Any]) -> None:
    said = told("service-certificate-not-valid", good(certificates=(replace(FRONT, **front), INNER), **facts))
    assert "-ExchangeCertificate -" in said
    # -FileData came with 2010.
    assert ("-FileData" in said) == ("edge" in facts and "Import-" in said)


def test_a_former_certificate_that_may_go(facts: dict[str, Any]) -> None:
    former, renewed = (public("mail.example.com", services=("SMTP",), age=age) for age in (205, 5))
    said = told("service-certificate-not-valid", good(certificates=(former, renewed, INNER), **facts))
    assert f"Remove-ExchangeCertificate -Thumbprint {former.thumbprint}" in said


def test_the_internal_certificate(facts: dict[str, Any]) -> None:
    said = told("exchange-transport-certificate", good(internal_transport="9" * 40, **facts))
    assert f"Enable-ExchangeCertificate -Thumbprint {INNER.thumbprint}" in said


def test_names_of_connectors(facts: dict[str, Any]) -> None:
    stale = str(name_of(replace(FRONT, issuer="CN=Former CA")))
    connector = ReceiveConnector("In", "MAIL1", "mail.example.com", frozenset({"Tls"}), tls_certificate_name=stale)
    said = told("connector-name-stale", good(receive_connectors=(connector,), **facts))
    assert f"$c = Get-ExchangeCertificate -Thumbprint {FRONT.thumbprint}" in said


def test_wildcards(facts: dict[str, Any]) -> None:
    wild = public("*.example.com", services=("IMAP",))
    imap = ClientAccessSettings("IMAP", "*.example.com", ("mail.example.com:993:SSL",), running=True)
    said = told("service-wildcard", good(certificates=(wild, INNER), client_access=(imap,), **facts))
    # An Edge server has no IMAP.
    assert ("Set-ImapSettings -X509CertificateName mail.example.com" in said) == ("edge" not in facts)
