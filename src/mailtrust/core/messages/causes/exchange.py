"""Exchange's services, connectors and inner certificates."""

from mailtrust.core.messages.causes.kind import Kind
from mailtrust.core.messages.message import Likelihood
from mailtrust.core.model.text import text

KINDS = (
    Kind(
        "served-not-assigned",
        text("a certificate that is not assigned to the service"),
        text(
            "The certificate is installed, but not assigned to this service on this server, or the service was not "
            "restarted since: it goes on showing the one before."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "service-wildcard",
        text("a wildcard certificate for IMAP or POP"),
        text(
            "Exchange takes no wildcard certificate for IMAP and POP by assignment; their host name is set with "
            "Set-ImapSettings or Set-PopSettings -X509CertificateName."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "service-certificate-not-valid",
        text("a certificate whose status is not Valid"),
        text(
            "Exchange offers only certificates of status Valid. Other states mean: an unknown root or missing "
            "intermediate on the server, an expired one, or a revocation list that the server cannot reach."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "service-default-smtp-replaced",
        text("the question whether to replace the default SMTP certificate"),
        text(
            "The default SMTP certificate encrypts mail between Exchange servers; the self-signed one is right for "
            "that. Answer No: the new certificate gets the SMTP service all the same."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "service-um-startup-mode",
        text("unified messaging that starts in TCP mode"),
        text("A certificate can be assigned to UM and UMCallRouter only when their startup mode is TLS or Dual."),
        Likelihood.LIKELY,
    ),
    Kind(
        "service-absent",
        text("a service that is not there, or has no certificate"),
        text(
            "The service does not exist in this version (unified messaging ended with Exchange 2016), is not started, "
            "or has no certificate that holds its name."
        ),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "connector-name-stale",
        text("a connector that still names the old certificate"),
        text(
            "A send or receive connector names its certificate by issuer and subject (TlsCertificateName), or by FQDN; "
            "after a renewal with another issuer no certificate fits."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "exchange-auth-expiring",
        text("an expired OAuth certificate of Exchange"),
        text("Microsoft Exchange Server Auth Certificate has expired or is missing. Renew it with Set-AuthConfig."),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "exchange-backend-binding",
        text("a missing certificate on Exchange Back End"),
        text(
            "The site Exchange Back End (port 444) has lost its certificate or carries a wrong one; it wants the "
            "self-signed certificate called Microsoft Exchange."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "exchange-transport-certificate",
        text("an internal transport certificate that is missing or has ended"),
        text(
            "Exchange servers recognise each other by one certificate each, which Active Directory names. It is not "
            "in the server's store, not published, or has expired; names and issuers play no part."
        ),
        Likelihood.LIKELY,
    ),
    Kind(
        "extended-protection-mismatch",
        text("a balancer with another certificate than Exchange"),
        text(
            "Extended Protection binds the log-on to the certificate that the client saw. A balancer, proxy or virus "
            "scanner that shows another one than IIS makes every log-on fail, and Outlook asks for the password again."
        ),
        Likelihood.LIKELY,
    ),
)
