"""What a certificate found in a file is, in words: the server's own, an intermediate, a root."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from mailtrust.core.model.certificate import AnyCertificate, Certificate, Name
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.x509.private_key import PrivateKey

_MOST_NAMES = 5
_MOST_OF_A_NAME = 100


Bearer = tuple[tuple[object, ...], bytes]
"""A name's comparison key and a public key: what makes two certificates those of the same authority."""


def role_of(certificate: AnyCertificate, roots: Collection[Bearer], keys: "Sequence[PrivateKey]") -> Text:
    """What `certificate` is, seen together with the roots (by `bearers_of_roots`) and private keys found beside it."""
    if not isinstance(certificate, Certificate):
        return text("not readable as a certificate: {why}", why=clean(certificate.problems[0].detail))
    if is_authority(certificate):
        if certificate.self_issued:
            return text("a root: {subject}", subject=shown(certificate.subject))
        if _bearer(certificate) in roots:
            return text(
                "a cross-certificate: the root {subject}, issued by {issuer}",
                subject=shown(certificate.subject),
                issuer=shown(certificate.issuer),
            )
        return text(
            "an intermediate: {subject}, issued by {issuer}",
            subject=shown(certificate.subject),
            issuer=shown(certificate.issuer),
        )
    names = names_of(certificate)
    if certificate.self_issued:
        return text("a self-signed certificate for {names}", names=names)
    if any(key.matches(certificate) for key in keys):
        return text("the server's own certificate, for {names}; its private key is here too", names=names)
    return text("the server's own certificate, for {names}", names=names)


def is_authority(certificate: Certificate) -> bool:
    """Whether it is an authority's: it says so, or it is a root of the time before extensions."""
    if certificate.version < 3 and certificate.self_issued:
        return not certificate.subject.common_names or "." not in certificate.subject.common_names[-1]
    return certificate.is_ca


def shown(name: Name) -> str:
    """A name as people call it: its most specific commonName, else its organisation, else all of it."""
    best = name.common_names[-1] if name.common_names else name.organisation
    return clean(best or name.text, _MOST_OF_A_NAME)


def names_of(certificate: Certificate) -> tuple[str, ...]:
    """The names a server's certificate is for, the first few; its subject when it names no host."""
    names = (*certificate.dns_names, *certificate.ip_addresses) or (shown(certificate.subject),)
    few = tuple(clean(name, _MOST_OF_A_NAME) for name in names[:_MOST_NAMES])
    return (*few, "…") if len(names) > _MOST_NAMES else few


def bearers_of_roots(certificates: Iterable[AnyCertificate]) -> frozenset[Bearer]:
    """Who has a self-issued certificate among these."""
    return frozenset(
        _bearer(certificate)
        for certificate in certificates
        if isinstance(certificate, Certificate) and certificate.self_issued
    )


def _bearer(certificate: Certificate) -> Bearer:
    return certificate.subject.match_key, certificate.public_key.spki
