"""A CA's answer and the key that it belongs to."""

from collections.abc import Sequence

from mailtrust.core.model.certificate import Certificate, PresentedIdentifier
from mailtrust.core.model.certificate_request import CertificateRequest
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.roles import is_authority, shown

MOST_NAMED = 5


@frozen
class FoundKey:
    """A private key and the file that it was found in."""

    key: PrivateKey
    origin: str


def key_of_answer(certificates: Sequence[Certificate], keys: Sequence[FoundKey]) -> FoundKey:
    """The key that one of the server's certificates belongs to. Raises UserProblem where there is none."""
    own = [one for one in certificates if not is_authority(one)] or list(certificates)
    for found in keys:
        if any(map(found.key.matches, own)):
            return found
    names = tuple(dict.fromkeys(shown(one.subject) for one in own))[:MOST_NAMED]
    if not keys:
        raise UserProblem(
            text(
                "Found the certificate for {names}, and no private key. Give the key's file as well, or the folder "
                "that it is in. If the request was made by Exchange, IIS or certreq, its key is on that machine: run "
                "certreq -accept there.",
                names=names,
            )
        )
    raise UserProblem(
        text(
            "None of the private keys found ({files}) belongs to the certificate for {names}: it was issued for "
            "another request. Give the key that was made with that request; without it the certificate is of no use, "
            "and the CA has to reissue it for a new request.",
            files=tuple(dict.fromkeys(found.origin for found in keys))[:MOST_NAMED],
            names=names,
        )
    )


def not_granted(request: CertificateRequest, certificate: Certificate) -> tuple[str, ...]:
    """The names that were asked for and are not in the certificate."""
    granted = {_key(name) for name in certificate.subject_alt_names or ()}
    return tuple(name.value for name in request.subject_alt_names if _key(name) not in granted)


def _key(name: PresentedIdentifier) -> tuple[str, bytes]:
    return name.type.value, name.raw.lower()
