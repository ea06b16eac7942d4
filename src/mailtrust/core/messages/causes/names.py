"""Names, dates, keys and uses: what is wrong with the server's own certificate."""

from mailtrust.core.messages.causes.kind import Kind
from mailtrust.core.messages.message import Likelihood
from mailtrust.core.model.text import text

KINDS = (
    Kind(
        "name-mismatch",
        text("a name that is not in the certificate"),
        text("The name that the client was told to connect to does not stand in the certificate that it was shown."),
        Likelihood.LIKELY,
    ),
    Kind(
        "name-only-in-common-name",
        text("a name in the common name only"),
        text(
            "The name stands in the certificate's common name and not in its subjectAltName, which is all that this "
            "client reads. Home-made certificates often look so."
        ),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "name-near-miss",
        text("a misspelt name in the certificate"),
        text("The certificate carries the name with a typing error, as autdiscover for autodiscover."),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "name-ip-as-dns",
        text("an IP address written as a DNS name"),
        text(
            "The client connects by IP address; the certificate carries it as a DNS name, which clients do not accept."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "name-wildcard-depth",
        text("a wildcard that does not reach so far"),
        text("The certificate's wildcard covers one label: *.example.com is not good for mail.eu.example.com."),
        Likelihood.RARE,
    ),
    Kind(
        "name-internal",
        text("an internal name"),
        text(
            "Clients inside are told an internal name such as server.local, for which no public CA issues "
            "certificates. Give them the public name, and let it resolve inside too."
        ),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "expired",
        text("an expired certificate"),
        text("The server's certificate has ended, or the server still shows the one before the renewal."),
        Likelihood.LIKELY,
    ),
    Kind(
        "not-yet-valid",
        text("a certificate that is not yet valid"),
        text("The certificate begins in the future. Most often the clock of the device is wrong."),
        Likelihood.RARE,
    ),
    Kind(
        "expiring",
        text("a certificate that ends soon"),
        text("Nothing is broken yet; renew it, and see that every service shows the new one."),
        Likelihood.POSSIBLE,
    ),
    Kind(
        "validity-too-long",
        text("a certificate that is valid for too long"),
        text(
            "Apple refuses more than 825 days from any CA, Apple and Chrome more than 398 days from a public one, "
            "whatever else is right."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "key-weak",
        text("a key that is too short"),
        text(
            "The key of the certificate or of a CA above it is shorter than this client allows, as RSA with 1024 bits."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "signature-weak",
        text("a signature made with SHA-1 or MD5"),
        text("The certificate or an intermediate was signed with a hash that this client no longer accepts."),
        Likelihood.RARE,
    ),
    Kind(
        "key-usage-wrong",
        text("a key that may not be used so"),
        text("The certificate's keyUsage lacks digitalSignature, which today's key exchange needs."),
        Likelihood.RARE,
    ),
    Kind(
        "eku-no-server-auth",
        text("a certificate that is not for servers"),
        text("The extended key usage of the certificate or of a CA above it does not hold server authentication."),
        Likelihood.RARE,
    ),
    Kind(
        "client-auth-missing",
        text("a certificate that is not for clients"),
        text(
            "One server shows its certificate to another as a client would, and the certificate does not hold client "
            "authentication. Public CAs no longer put it in."
        ),
        Likelihood.RARE,
    ),
    Kind(
        "leaf-is-ca",
        text("a server certificate that is also a CA"),
        text("The server's own certificate says that it may issue others, as many home-made ones do."),
        Likelihood.RARE,
    ),
    Kind(
        "key-not-proven",
        text("a server that does not hold the key"),
        text("The server could not prove that the certificate's key is its own: key and certificate do not fit."),
        Likelihood.RARE,
    ),
)
