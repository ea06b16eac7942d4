"""A request to a CA, its key, and what belongs to both."""

from dataclasses import replace

from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import recipe_for
from mailtrust.core.issuance.request import make_request
from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.x509.private_key import PrivateKey

LEAST_RSA_BITS = 2048  # CA/Browser Forum Baseline Requirements 6.1.5


@frozen
class Requested:
    """A request and its key."""

    request: bytes
    """DER."""
    key: PrivateKey
    new_key: bool


def request_certificate(spec: CertificateSpec, key: PrivateKey | None) -> Requested:
    """Ask for what the spec says, with a new key or the one that is given. Raises UserProblem for a key too weak."""
    if key is not None and key.public_key.algorithm == "rsa" and key.public_key.bits < LEAST_RSA_BITS:
        raise UserProblem(
            text(
                "The key has {bits} bits; clients and CAs want RSA keys of {least} or more. Leave --key out, and a new "
                "one is made.",
                bits=key.public_key.bits,
                least=LEAST_RSA_BITS,
            )
        )
    used = key or make_key(spec.key)
    # Which usages fit depends on the kind of the key, and one that is given need not be of the kind that spec names.
    fitting = replace(spec, key="rsa-2048" if used.public_key.algorithm == "rsa" else "ec-p256")
    return Requested(make_request(recipe_for(fitting), used), used, key is None)
