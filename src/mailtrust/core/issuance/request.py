"""PKCS#10 requests made (RFC 2986)."""

from mailtrust.core.issuance.body import write_requested_extensions, write_subject
from mailtrust.core.issuance.recipe import Recipe
from mailtrust.core.issuance.signing import algorithm_identifier, sign
from mailtrust.core.x509 import der
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.request import EXTENSION_REQUEST


def make_request(recipe: Recipe, key: PrivateKey) -> bytes:
    """DER of a request for what the recipe says, signed with the key that it is for.

    What only an issuer can know (both key identifiers, addresses of the CA) is left to the issuer.
    """
    extensions = write_requested_extensions(recipe, key.public_key)
    wishes = b""
    if extensions:
        asked = der.encode(der.SET, der.encode(der.SEQUENCE, *extensions))
        wishes = der.encode(der.SEQUENCE, der.encode_oid(EXTENSION_REQUEST), asked)
    body = der.encode(der.SEQUENCE, der.encode_integer(0), write_subject(recipe), key.spki, der.encode(0xA0, wishes))
    algorithm = algorithm_identifier(key, recipe.signature_hash, pss=recipe.pss)
    signature = sign(body, key, recipe.signature_hash, pss=recipe.pss)
    return der.encode(der.SEQUENCE, body, algorithm, der.encode(der.BIT_STRING, b"\0", signature))
