"""The file that a server product wants: leaf, intermediates and key, in its form and order.

Every form with a leaf begins its chain with it, each issuer behind (RFC 8446 4.4.2), and leaves the root out unless it
is given. Forms made of PEM are the same for the same input, octet for octet; PKCS#12 is salted and never is.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.core.x509.pkcs7 import write_pkcs7
from mailtrust.core.x509.pkcs12 import write_pkcs12
from mailtrust.core.x509.pkcs12_attributes import KeyHome
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.roles import shown

KeyNeed = Literal["never", "optional", "always"]


class BundleProblem(UserProblem):
    """A bundle cannot be written; the message says what is missing or does not fit."""


@frozen
class _Parts:
    """What goes into a file."""

    chain: tuple[Certificate, ...]
    """Leaf first."""
    key: PrivateKey | None
    password: bytes | None
    legacy: bool

    def pem_key(self) -> str:
        return "" if self.key is None else self.key.to_pem(self.password)


@frozen
class _Form:
    """A form: whether it holds the key, how it is written, and the ending of its file."""

    needs_key: KeyNeed
    write: Callable[[_Parts], bytes]
    suffix: str = ".pem"


def _chain_only(parts: _Parts) -> bytes:
    return to_pem_chain(parts.chain).encode("ascii")


def _chain_then_key(parts: _Parts) -> bytes:
    return (to_pem_chain(parts.chain) + parts.pem_key()).encode("ascii")


def _key_then_chain(parts: _Parts) -> bytes:
    return (parts.pem_key() + to_pem_chain(parts.chain)).encode("ascii")


def _issuers_only(parts: _Parts) -> bytes:
    if len(parts.chain) == 1:
        raise BundleProblem(
            text(
                "This form holds the issuers alone, and there is none to write: the server's certificate comes from "
                "its root directly, or its issuer was not found. With the root in it, add --with-root."
            )
        )
    return to_pem_chain(parts.chain[1:]).encode("ascii")


def _pkcs12(parts: _Parts) -> bytes:
    return pkcs12_bundle(parts.chain, parts.key, password=parts.password, legacy=parts.legacy)


def _pkcs12_or_pkcs7(parts: _Parts) -> bytes:
    return _pkcs12(parts) if parts.key is not None else write_pkcs7(parts.chain)


_FORMS: dict[str, _Form] = {
    "pem": _Form("optional", _chain_then_key),
    # ssl_certificate; the key stands in a file of its own (ssl_certificate_key)
    "nginx": _Form("never", _chain_only),
    # SSLCertificateFile holds the whole chain since 2.4.8; SSLCertificateKeyFile the key
    "apache": _Form("never", _chain_only),
    # smtpd_tls_chain_files (Postfix 3.4): first the key, then its certificate and chain. Without a key: for
    # smtpd_tls_cert_file, leaf first
    "postfix": _Form("optional", _key_then_chain),
    # ssl_cert or ssl_server_cert_file; the key in ssl_key or ssl_server_key_file
    "dovecot": _Form("never", _chain_only),
    # `crt`: certificate, key and intermediates in one file; the key may also stand in FILE.key beside it
    "haproxy": _Form("optional", _chain_then_key),
    # tls_certificate; tls_privatekey unset means that the key is in the same file
    "exim": _Form("optional", _chain_then_key),
    # tls_server_cert: "the certificate, including the full chain" (imapd.conf(5)); the key in tls_server_key
    "cyrus": _Form("never", _chain_only),
    # TLS_CERTFILE: the key as well, unless TLS_PRIVATE_KEYFILE is set; DH parameters have had a file of their own
    # (TLS_DHPARAMS) since 4.15
    "courier": _Form("optional", _key_then_chain),
    # `cert` or the field Certificate: the chain; `private-key` or Private key: a file of its own
    "stalwart": _Form("never", _chain_only),
    # TLSCertificateFile, the chain; the key in TLSCertificateKeyFile; CAs that it recognises: the form `issuers`
    "slapd": _Form("never", _chain_only),
    # addcert of the LoadMaster's interface, and its web page: one PEM of chain and key. With the intermediates in
    # it, it does not matter whether the pool of intermediate certificates has them
    "kemp": _Form("optional", _chain_then_key),
    # certKey with -bundle: the server's own first, then at most nine intermediates; the key by -key
    "netscaler": _Form("never", _chain_only),
    # Chain in the client SSL profile: the intermediates alone, in one file
    "f5": _Form("never", _issuers_only),
    # for any product that wants the issuers in a file of their own
    "issuers": _Form("never", _issuers_only),
    # Import-ExchangeCertificate takes PKCS#12, and PKCS#7 to complete a pending request, whose key Exchange has
    "exchange": _Form("optional", _pkcs12_or_pkcs7, ".pfx"),
    # chosen from the machine's certificate store, into which a PFX brings it
    "mailstore": _Form("always", _pkcs12, ".pfx"),
    "pfx": _Form("always", _pkcs12, ".pfx"),
}

FORMS: tuple[str, ...] = tuple(_FORMS)
"""The names of the forms."""

HOLDS_KEY: frozenset[str] = frozenset(name for name, form in _FORMS.items() if form.needs_key != "never")
"""The forms that hold the private key when it is given."""

NEEDS_KEY: frozenset[str] = frozenset(name for name, form in _FORMS.items() if form.needs_key == "always")
"""The forms that cannot be written without it."""


def write_bundle(
    form: str,
    leaf: Certificate,
    intermediates: Sequence[Certificate],
    *,
    root: Certificate | None = None,
    key: PrivateKey | None = None,
    password: bytes | None = None,
    legacy: bool = False,
) -> bytes:
    """Write leaf, intermediates in the given order, the root only when given, and the key if `form` is in HOLDS_KEY.

    The password encrypts the key (PEM forms) or the whole file (PKCS#12); without one neither is encrypted.
    `legacy` writes PKCS#12 as Windows Server 2016 and older read it, with 3DES and SHA-1.
    Raises BundleProblem: unknown form, a key that is missing or another certificate's.
    """
    chosen = _FORMS.get(form)
    if chosen is None:
        raise BundleProblem(text("Expected a form among {known}, found {form}.", known=FORMS, form=form))
    if chosen.needs_key == "always" and key is None:
        raise BundleProblem(text("The form {form} holds the private key: give it with --key FILE.", form=form))
    if key is not None and not key.matches(leaf):
        raise BundleProblem(
            text(
                "The private key belongs to another certificate than the one for {names}: give the key of its request.",
                names=shown(leaf.subject),
            )
        )
    tail = () if root is None else (root,)
    chain = {certificate.fingerprint: certificate for certificate in (leaf, *intermediates, *tail)}
    return chosen.write(_Parts(tuple(chain.values()), key, password or None, legacy))


def suffix_of(form: str, *, with_key: bool) -> str:
    """The usual ending of a file of this form."""
    if form == "exchange" and not with_key:
        return ".p7b"
    return _FORMS[form].suffix


def pkcs12_bundle(
    chain: Sequence[Certificate],
    key: PrivateKey | None,
    *,
    password: bytes | None,
    legacy: bool = False,
    friendly_name: str | None = None,
    home: KeyHome | None = None,
) -> bytes:
    """A PKCS#12 file of a chain, leaf first; without a name given its own and its end. Raises BundleProblem."""
    leaf, *others = chain
    try:
        return write_pkcs12(
            leaf,
            others,
            key,
            friendly_name=friendly_name or _friendly_name(leaf),
            password=password,
            legacy=legacy,
            home=home,
        )
    except ValueError:
        raise BundleProblem(
            text(
                "A PKCS#12 file cannot hold these certificates: one of them breaks the rules of its encoding. "
                "Have it issued anew, or use a PEM form."
            )
        ) from None


def _friendly_name(leaf: Certificate) -> str:
    """What Windows shows in its list of certificates: the name, and until when."""
    name = clean(next(iter(leaf.dns_names), "")) or shown(leaf.subject)
    return f"{name} {leaf.not_after:%Y-%m-%d}"
