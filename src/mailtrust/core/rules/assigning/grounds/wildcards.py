"""Names with a wildcard, and what they cover."""

from mailtrust.core.model.exchange import ExchangeCertificate


def wildcards(certificate: ExchangeCertificate) -> tuple[str, ...]:
    """The names of a certificate that begin with `*.`."""
    return tuple(one for one in names(certificate) if one.startswith("*."))


def names(certificate: ExchangeCertificate) -> tuple[str, ...]:
    """All its host names in lower case: CertificateDomains, the subjectAltName, and the common name."""
    common = [part[3:] for part in certificate.subject.split(", ") if part.upper().startswith("CN=")]
    own = certificate.certificate.dns_names if certificate.certificate is not None else ()
    every = (*certificate.domains, *own, *common)
    return tuple(dict.fromkeys(one.strip().rstrip(".").lower() for one in every if one.strip()))


def covers(certificate: ExchangeCertificate, host: str) -> bool:
    """Whether it carries the host's name; `*` stands for the whole left-most label (RFC 9525 6.3)."""
    wanted = host.strip().rstrip(".").lower()
    above = wanted.partition(".")[2]
    return bool(wanted) and any(one == wanted or (above and one == f"*.{above}") for one in names(certificate))
