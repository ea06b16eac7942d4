"""Which of the presented certificates have to do with the server's own."""

from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.x509.signatures import SignatureResult, signed_by


def related(leaf: Certificate, chain: tuple[AnyCertificate, ...]) -> tuple[Certificate, ...]:
    """The leaf and its direct and indirect issuers among what was presented, in the order presented, each once."""
    unique = tuple({one.fingerprint: one for one in chain if isinstance(one, Certificate)}.values())
    kin = {leaf.fingerprint}
    grown = True
    while grown:
        grown = False
        for candidate in unique:
            if candidate.fingerprint in kin:
                continue
            if any(child.fingerprint in kin and issued(candidate, child) for child in unique):
                kin.add(candidate.fingerprint)
                grown = True
    return tuple(one for one in unique if one.fingerprint in kin)


def issued(issuer: Certificate, child: Certificate) -> bool:
    """Whether name and key say that `issuer` issued `child`."""
    return (
        issuer.subject.match_key == child.issuer.match_key
        and signed_by(child, issuer.public_key) is SignatureResult.VALID
    )
