"""Certificates and key from one form of file to another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.x509.bundles import pkcs12_bundle
from mailtrust.core.x509.chain_order import presented_order
from mailtrust.core.x509.java_keystore import write_java_keystore
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.core.x509.pkcs7 import write_pkcs7
from mailtrust.core.x509.pkcs12_attributes import KeyHome
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.roles import is_authority, shown

Target = Literal["pem", "der", "pkcs7", "pfx", "jks", "key"]
TARGETS: tuple[Target, ...] = get_args(Target)
HOLDS_KEY: frozenset[Target] = frozenset({"pem", "pfx", "jks", "key"})

Part = Literal["all", "leaf", "issuers", "root"]
PARTS: tuple[Part, ...] = get_args(Part)

_LEAST_JKS = 6
"""Characters of a password that keytool takes."""


@frozen
class Wanted:
    """What the new file shall be."""

    form: Target
    password: bytes | None = None
    """Encrypts the key, or the whole file."""
    legacy: bool = False
    """PKCS#12 as Windows Server 2016 and older read it."""
    friendly_name: str | None = None
    home: KeyHome | None = None


def chosen(certificates: Sequence[Certificate], key: PrivateKey | None, part: Part) -> tuple[Certificate, ...]:
    """The certificates that are wanted, the one of the key first, each issuer behind. Raises UserProblem for none."""
    if key is not None and certificates and not any(map(key.matches, certificates)):
        raise UserProblem(
            text(
                "The private key belongs to none of the certificates ({names}). Give the files of one server, or leave "
                "the key out with --no-key.",
                names=tuple(shown(one.subject) for one in certificates[:5]),
            )
        )
    own = [one for one in certificates if key is not None and key.matches(one)]
    # Of a certificate and its renewal with the same key the newer is meant
    newest = max(own, key=lambda one: one.not_after, default=None)
    ordered = presented_order(certificates)
    if newest is not None:
        ordered = (newest, *(one for one in ordered if one.fingerprint != newest.fingerprint))
    match part:
        case "all":
            found = ordered
        case "leaf":
            found = tuple(one for one in ordered if not is_authority(one))[:1] or (ordered[:1] if newest else ())
        case "issuers":
            found = tuple(one for one in ordered if is_authority(one) and not one.self_issued)
        case "root":
            found = tuple(one for one in ordered if one.self_issued)
    if not found:
        raise UserProblem(text("The files hold no certificate of the kind that --only {part} asks for.", part=part))
    return found


def convert(
    chain: Sequence[Certificate], key: PrivateKey | None, wanted: Wanted, *, salt: bytes, now: datetime
) -> bytes:
    """Write the chain, leaf first, and the key where the form holds one. Raises UserProblem.

    `salt` (20 random octets) and `now` go into a Java key store.
    """
    match wanted.form:
        case "pem":
            return (to_pem_chain(chain) + ("" if key is None else key.to_pem(wanted.password))).encode("ascii")
        case "key":
            if key is None:
                raise UserProblem(text("The files hold no private key: give one with --key FILE."))
            return key.to_pem(wanted.password).encode("ascii")
        case "pkcs7":
            return write_pkcs7(chain)
        case "pfx":
            return pkcs12_bundle(
                chain,
                key,
                password=wanted.password,
                legacy=wanted.legacy,
                friendly_name=wanted.friendly_name,
                home=wanted.home,
            )
        case "jks":
            return _jks(chain, key, wanted, salt, now)
        case "der":
            if len(chain) > 1:
                raise UserProblem(
                    text(
                        "DER holds one certificate, and there are {count}: say which with --only leaf or --only root.",
                        count=len(chain),
                    )
                )
            return chain[0].der


def _jks(chain: Sequence[Certificate], key: PrivateKey | None, wanted: Wanted, salt: bytes, now: datetime) -> bytes:
    if wanted.password is None or len(wanted.password) < _LEAST_JKS:
        raise UserProblem(
            text("A Java key store needs a password of {least} characters or more: give --password-file.",
                 least=_LEAST_JKS)
        )  # fmt: skip
    alias = (wanted.friendly_name or shown(chain[0].subject)).lower()
    return write_java_keystore(chain, key, alias=alias, password=wanted.password, salt=salt, created=now)
