"""Connections, and how servers are found: what is wrong around the certificate."""

from mailtrust.core.messages.causes.kind import Kind
from mailtrust.core.messages.message import Likelihood
from mailtrust.core.model.text import text

KINDS = (
    Kind(
        "addresses-disagree",
        text("servers behind one name that differ"),
        text(
            "One of several addresses or servers behind the name shows another certificate or chain: one member of a "
            "balanced group was forgotten, or the balancer itself."
        ),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "ports-disagree",
        text("services of one server that differ"),
        text(
            "Each service (web, IMAP, POP, SMTP) reads its own file or assignment, and one of them still shows another "
            "certificate or chain."
        ),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "sni-needed",
        text("a server that needs to be told the name"),
        text(
            "Without a server name in the hello (SNI) the server shows another certificate: old clients do not send "
            "one."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "tls-not-offered",
        text("no encryption on this port"),
        text("The server does not offer STARTTLS here, or speaks TLS at once where the client expects plain text."),
        Likelihood.RARE,
    ),
    Kind(
        "tls-version-old",
        text("TLS versions that do not meet"),
        text("Client and server have no TLS version or cipher in common; the certificate may be blameless."),
        Likelihood.RARE,
    ),
    Kind(
        "tls-handshake-failed",
        text("a handshake that breaks off"),
        text("The connection ends before any certificate was judged: versions, ciphers, or a service without a key."),
        Likelihood.RARE,
    ),
    Kind(
        "starttls-injection",
        text("bytes slipped in before TLS"),
        text("The server answers before encryption what must be answered after it; clients that notice hang up."),
        Likelihood.RARE,
    ),
    Kind(
        "network-blocked",
        text("a blocked connection"),
        text("A firewall, proxy or wrong address keeps the client from the server; no certificate was seen at all."),
        Likelihood.RARE,
    ),
    Kind(
        "autodiscover-foreign-certificate",
        text("another server that answers for Autodiscover"),
        text(
            "Outlook asks https://DOMAIN and https://autodiscover.DOMAIN before it asks elsewhere. There some other "
            "server, often the company's web site or its hoster, answers with a certificate for another name."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "autodiscover-not-found",
        text("an Autodiscover service that cannot be found"),
        text(
            "None of the places where the client looks (SCP, DOMAIN, autodiscover.DOMAIN, redirect, SRV) leads to it."
        ),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "autodiscover-srv-shadowed",
        text("an SRV record that is never asked for"),
        text(
            "The SRV record _autodiscover._tcp.DOMAIN is right, but an address for autodiscover.DOMAIN or DOMAIN "
            "answers first, with the wrong certificate. Or the record was lost when DNS moved."
        ),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "autodiscover-insecure-redirect",
        text("an Autodiscover redirect without encryption"),
        text("Autodiscover goes from http:// to another server; Outlook asks the user, as anybody could have sent it."),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "scp-name-mismatch",
        text("an internal Autodiscover address with a name that is not in the certificate"),
        text(
            "Clients in the domain read the Autodiscover address, and then those of the web services, from Active "
            "Directory and Exchange; the server names there are not in the certificate."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "scp-internal-name",
        text("an internal Autodiscover address with an internal name"),
        text("Exchange has registered its own internal name in Active Directory, as it does when it is installed."),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "srv-name-mismatch",
        text("an SRV record that names a server outside the certificate"),
        text("The server that the SRV record names is not in the certificate."),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "autoconfig-certificate",
        text("a bad certificate on the autoconfig host"),
        text(
            "While it looks for settings, the client passes over any server with a bad certificate without a word: "
            "autoconfig.DOMAIN, DOMAIN, or the mail server itself while guessing."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "mta-sts-certificate",
        text("a certificate that breaks the MTA-STS policy"),
        text(
            "Other mail servers demand, because the domain's MTA-STS policy says so, that the policy host and each MX "
            "show a public certificate with their names."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "mta-sts-mx-mismatch",
        text("an MX that is not in the MTA-STS policy"),
        text("The mail exchanger's name does not match any mx: line of the domain's MTA-STS policy."),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "dane-mismatch",
        text("a TLSA record that does not fit the certificate"),
        text("The domain's TLSA records (DANE) promise another certificate or key than the server shows."),
        Likelihood.LIKELY,
    ),
    Kind(
        "dane-unusable",
        text("TLSA records that cannot be used"),
        text("The TLSA records are malformed, of a usage that mail does not use, or their DNSSEC signatures fail."),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "tlsa-rollover-missing",
        text("a new key without a new TLSA record"),
        text(
            "The certificate was renewed with a new key, and the TLSA record of the new key was not published before."
        ),
        Likelihood.POSSIBLE,
    ),
)
