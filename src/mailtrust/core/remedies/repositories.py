"""Where public CAs publish their intermediates, for whoever must fetch one by hand.

Each address was seen in use in the given place in November 2026; CAs whose page could not be confirmed are left out.
"""

from mailtrust.core.model.certificate import Certificate, Name
from mailtrust.core.model.frozen import frozen


@frozen
class Repository:
    """A CA's page of certificates."""

    operator: str
    url: str
    issuers: tuple[str, ...]
    """Organisations in issuer names, lower case; a name that begins with one of them is the CA's."""


REPOSITORIES: tuple[Repository, ...] = (
    # in the issuer's own name (OU), and support.godaddy.com help 868
    Repository("GoDaddy", "https://certs.godaddy.com/repository/", ("godaddy.com", "the go daddy group")),
    # Starfield's certification practice statement, 2.1
    Repository("Starfield", "https://certs.starfieldtech.com/repository/", ("starfield technologies",)),
    # docs.digicert.com, "Public trust issuance with CertCentral"; Azure IoT documentation
    Repository(
        "DigiCert",
        "https://www.digicert.com/kb/digicert-root-certificates.htm",
        ("digicert", "geotrust", "thawte", "rapidssl", "baltimore"),
    ),
    # linked from many vendors' help pages, New Relic's and Jamf's among them
    Repository(
        "Sectigo",
        "https://www.sectigo.com/knowledge-base/detail/Sectigo-Intermediate-Certificates/kA01N000000rfBO",
        (
            "sectigo",
            "comodo ca",
            "the usertrust network",
            "zerossl",
            "gandi",
            "network solutions",
            "trust provider b.v.",
        ),
    ),
    # support.globalsign.com, "Overview - Intermediate Certificates", 8 November 2024
    Repository(
        "GlobalSign",
        "https://support.globalsign.com/ca-certificates/intermediate-certificates",
        ("globalsign", "alphassl"),
    ),
    # letsencrypt/website, content/en/certificates.md, 24 November 2025
    Repository(
        "Let's Encrypt", "https://letsencrypt.org/certificates/", ("let's encrypt", "internet security research group")
    ),
    # list of pages for VMC roots; Entrust's public TLS business went to Sectigo in 2025
    Repository("Entrust", "https://www.entrust.com/knowledgebase/ssl/entrust-root-certificates", ("entrust",)),
    # SSL.com's certification practice statement, 2.1
    Repository("SSL.com", "https://www.ssl.com/repository/", ("ssl corp", "ssl.com")),
    # Certum's own links to its list of roots and subordinates
    Repository(
        "Certum (Asseco)",
        "https://www.certum.eu/en/cert_expertise_root_certificates/",
        ("unizeto technologies", "asseco data systems"),
    ),
    # named by setup guides of ACME clients; Buypass ended public TLS in 2025
    Repository("Buypass", "https://www.buypass.com/security/buypass-root-certificates", ("buypass",)),
    # Adoptium's container tests, for the fingerprint of SwissSign Gold G2
    Repository("SwissSign", "https://www.swisssign.com/support/ca-prod.html", ("swisssign",)),
    # OpenJDK, security/infra/java/security/cert/CertPathValidator/certification/QuoVadisCA.java
    Repository("QuoVadis", "https://www.quovadisglobal.com/download-roots-crl/", ("quovadis",)),
    # AWS documentation
    Repository("Amazon Trust Services", "https://www.amazontrust.com/repository/", ("amazon",)),
    # named as such by Google's partners' guides
    Repository("Google Trust Services", "https://pki.goog/repository/", ("google trust services",)),
    # fetched from in many build files; the list of certificates itself
    Repository(
        "HARICA",
        "https://repo.harica.gr/",
        ("hellenic academic and research institutions", "harica", "greek universities"),
    ),
    # D-Trust's own statement of where its documents and certificates stand
    Repository("D-Trust", "https://www.d-trust.net/en/support/repository", ("d-trust",)),
    # telesec.de, root program overview
    Repository(
        "Telekom Security",
        "https://telesec.de/en/root-program/root-program/overview",
        ("deutsche telekom", "t-systems"),
    ),
    # Let's Encrypt's chain page of 2020 and earlier
    Repository("IdenTrust", "https://www.identrust.com/support/downloads", ("identrust", "digital signature trust")),
    # certSIGN's own name for its repository
    Repository("certSIGN", "https://www.certsign.ro/ro/depozitar/", ("certsign",)),
)


def repository_of(certificate: Certificate) -> Repository | None:
    """Where the CA that issued `certificate` publishes its certificates; None when it is not known."""
    return repository_named(certificate.issuer)


def repository_named(issuer: Name) -> Repository | None:
    """The repository of the CA of this name, found by the organisation, which CAs write in their own manner."""
    organisation = " ".join((issuer.organisation or "").lower().split())
    if not organisation:
        return None
    return next((page for page in REPOSITORIES if any(organisation.startswith(known) for known in page.issuers)), None)
