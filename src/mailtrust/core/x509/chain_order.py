"""The order in which a server should present certificates."""

from collections.abc import Sequence

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.roles import is_authority
from mailtrust.core.x509.signatures import SignatureResult, signed_by


def presented_order(certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Order certificates as a server should present them (RFC 8446 4.4.2): its own first, each issuer behind.

    Certificates that issued none of the others follow in their own order; the same certificate stands once.
    """
    given = list({certificate.fingerprint: certificate for certificate in certificates}.values())
    if not given:
        return ()
    first = next((certificate for certificate in given if not is_authority(certificate)), given[0])
    ordered = (first, *issuers_above(first, given))
    placed = {certificate.fingerprint for certificate in ordered}
    return (*ordered, *(certificate for certificate in given if certificate.fingerprint not in placed))


def issuers_above(certificate: Certificate, among: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Its issuer, the issuer's issuer and so on, as far as they are known."""
    left = list({one.fingerprint: one for one in among if one.fingerprint != certificate.fingerprint}.values())
    above: list[Certificate] = []
    current = certificate
    while not current.self_issued:
        issuers = [
            candidate
            for candidate in left
            if candidate.subject.match_key == current.issuer.match_key
            and signed_by(current, candidate.public_key) is not SignatureResult.INVALID
        ]
        if not issuers:
            break
        # Of twins, the issued one leads on, and the longer lived one is the better
        current = max(issuers, key=lambda issuer: (not issuer.self_issued, issuer.not_after))
        above.append(current)
        left.remove(current)
    return tuple(above)
