"""Who has a key: the certificate that belongs to it, with those above it, out of files that were read."""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.x509.chain_order import issuers_above
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.flows.trust import GivenFile


def holder(certificates: GivenFile, keys: GivenFile) -> tuple[tuple[Certificate, ...], PrivateKey]:
    """The chain, its leaf first and no root behind it, and the leaf's key. Raises UserProblem."""
    found = keys.contents.keys
    if len(found) != 1:
        raise UserProblem(
            text(
                "Expected one private key in {file}, found {count}. Where it is encrypted, its password is needed.",
                file=keys.name,
                count=len(found),
            )
        )
    given = certificates.contents.certificates
    leaf = next((one for one in given if found[0].matches(one)), None)
    if leaf is None:
        raise UserProblem(
            text(
                "No certificate in {certificates} belongs to the key in {key}.",
                certificates=certificates.name,
                key=keys.name,
            )
        )
    above = (one for one in issuers_above(leaf, given) if not one.self_issued)
    return (leaf, *above), found[0]
