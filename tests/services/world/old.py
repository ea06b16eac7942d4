"""Exchange 2007, 2010 and 2013."""

from dataclasses import replace

from tests.services.world.making import (
    Exported,
    auth_certificate,
    changed,
    mailbox,
    organisation,
    own,
    public,
)

from mailtrust.core.model.exchange import AuthConfig, ClientAccessSettings, ExchangeServer, UmSettings


def of_2007() -> Exported:
    """One server, pasted from its shell: a wildcard certificate for IMAP and POP. Of dates pasted text says nothing."""
    wild = public("*.example.com", services=("IMAP", "POP", "IIS", "SMTP"), root_ca_type="", self_signed=False)
    named = public("mail.example.com", services=("IMAP", "POP", "IIS", "SMTP"), root_ca_type="", self_signed=False)
    settings = (
        ClientAccessSettings("IMAP", "mail07.corp.example", ("mail.example.com:993:SSL",)),
        ClientAccessSettings("POP", "mail07.corp.example", ("mail.example.com:995:SSL",)),
    )
    server = ExchangeServer("MAIL07", "mail07.corp.example", "8.3.342.4", (wild,), client_access=settings)
    before = organisation(server)
    told = tuple(replace(one, certificate_name="mail.example.com") for one in settings)
    return Exported(
        "of-2007",
        before,
        {
            "service-wildcard:MAIL07/IMAP": "warning",
            "service-wildcard:MAIL07/POP": "warning",
            "service-absent:MAIL07/IMAP": "warning",
            "service-absent:MAIL07/POP": "warning",
        },
        changed(before, MAIL07={"certificates": (named,), "client_access": told}),
        unknown=frozenset({"service-certificate-not-valid", "service-default-smtp-replaced", "connector-name-stale"}),
        form="format-list",
    )


def of_2010() -> Exported:
    """Unified Messaging starts without TLS; the certificate before the last still lies there."""
    new = public("mail.example.com", services=("IIS", "SMTP", "UM"), age=10)
    former = public("mail.example.com", services=("SMTP",), age=400, lasts=390, status="DateInvalid", ca="R10")
    inner = own("CAS10")
    server = mailbox(
        "CAS10", new, inner, former, version="14.3.513.0", um=(UmSettings("UM", "TCP"),), directories=None,
        client_access=(ClientAccessSettings("IMAP", "mail.example.com", (), running=False),),
    )  # fmt: skip
    server = replace(server, bindings=server.bindings[:1] if server.bindings else None)
    before = organisation(server)
    return Exported(
        "of-2010",
        before,
        {
            "service-um-startup-mode:CAS10/UM": "warning",
            f"service-certificate-not-valid:CAS10/{former.thumbprint}": "info",
        },
        changed(before, CAS10={"um": (UmSettings("UM", "TLS"),), "certificates": (new, inner)}),
    )


def of_2013() -> Exported:
    """Export-Clixml of a shell that can no longer verify what is signed: bare certificates, and OAuth's has ended."""
    ended, fresh = auth_certificate(age=1900), auth_certificate(age=1)
    front, inner = public("mail.example.com"), own("MAIL13")
    before = organisation(mailbox("MAIL13", front, inner, ended, version=""), auth=ended)
    after = organisation(mailbox("MAIL13", front, inner, fresh, version=""), auth=fresh)
    return Exported(
        "of-2013",
        before,
        {"exchange-auth-expiring:current": "critical"},
        replace(after, auth=AuthConfig(fresh.thumbprint, previous=ended.thumbprint)),
        unknown=frozenset({"service-certificate-not-valid", "service-wildcard", "exchange-backend-binding"}),
        form="clixml",
    )
