"""Who may issue: basic constraints, keyCertSign and path length (RFC 5280 4.2.1.3, 4.2.1.9, 6.1.4 k to n)."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, PathCheck
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.alike import impersonal, one_of_each
from mailtrust.core.validation.paths import certificates, leaf_is_anchor
from mailtrust.core.validation.reasons import error


@one_of_each
def issuers_are_cas(*, anchor: bool = False, version_1_anchor: bool = True, silent_root: bool = False) -> PathCheck:
    """Every issuer says by basicConstraints that it is a CA (RFC 5280 6.1.4 k): `issuer-not-ca`.

    With `anchor` the anchor's certificate must say so too; with `version_1_anchor` one of version 1 or 2, which can't
    say it, is let through all the same, and with `silent_root` any self-issued one that has no basicConstraints
    (GnuTLS 3.7.9 verify.c check_if_ca does not look at the version).
    """

    @impersonal
    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        for issuer in _intermediates(path):
            if not issuer.is_ca:
                yield _no_ca(issuer, "basic-constraints")
        if anchor and path.anchor is not None and not leaf_is_anchor(path):
            root = path.anchor.certificate
            old = version_1_anchor and root.version < 3
            silent = silent_root and root.self_issued and root.basic_constraints is None
            if not root.is_ca and not old and not silent:
                yield _no_ca(root, "basic-constraints")

    return check


@impersonal
def issuers_are_cas_openssl(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """OpenSSL's idea of a CA: intermediates by basicConstraints, but a root also without it.

    A self-signed root of version 1 will do, and so does any root without basicConstraints whose keyUsage has
    keyCertSign (OpenSSL 3.0 v3_purp.c check_ca and x509_vfy.c check_extensions, not with -x509_strict).
    """
    for issuer in _intermediates(path):
        if not issuer.is_ca:
            yield _no_ca(issuer, "basic-constraints")
    if path.anchor is not None and not leaf_is_anchor(path):
        root = path.anchor.certificate
        instead = root.basic_constraints is None and (
            (root.version == 1 and root.self_issued) or "keyCertSign" in (root.key_usage or ())
        )
        if not root.is_ca and not instead:
            yield _no_ca(root, "basic-constraints")


@one_of_each
def issuer_key_usage(*, anchor: bool = False) -> PathCheck:
    """An issuer that has a keyUsage without keyCertSign is no issuer (RFC 5280 6.1.4 n): `issuer-not-ca`."""

    @impersonal
    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        issuers = _intermediates(path)
        if anchor and path.anchor is not None and not leaf_is_anchor(path):
            issuers = (*issuers, path.anchor.certificate)
        for issuer in issuers:
            if issuer.key_usage is not None and "keyCertSign" not in issuer.key_usage:
                yield _no_ca(issuer, "key-usage")

    return check


@one_of_each
def path_lengths(*, anchor: bool = False, count_self_issued: bool = False) -> PathCheck:
    """No more intermediates below a CA than its pathLenConstraint allows (RFC 5280 6.1.4 l, m): `path-length-exceeded`.

    Self-issued intermediates do not count, unless `count_self_issued`: GnuTLS and Mozilla count them.
    """

    @impersonal
    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        below = 0
        for issuer in certificates(path, anchor=anchor)[1:]:
            allowed = issuer.basic_constraints.path_length if issuer.basic_constraints else None
            if allowed is not None and below > allowed:
                yield error("path-length-exceeded", issuer, subject=issuer.subject.text, allowed=allowed, found=below)
            below += count_self_issued or not issuer.self_issued

    return check


@impersonal
def leaf_is_no_ca(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """A CA's certificate is refused as the server's own: `leaf-is-ca`.

    Mozilla (mozpkix CheckBasicConstraints: CA_CERT_USED_AS_END_ENTITY) and Apple; a certificate that stands in the
    store is no exception for Mozilla.
    """
    if path.leaf.is_ca:
        yield error("leaf-is-ca", path.leaf, subject=path.leaf.subject.text)


def _intermediates(path: CandidatePath) -> tuple[Certificate, ...]:
    return path.certificates[1:]


def _no_ca(issuer: Certificate, why: str) -> Reason:
    return error("issuer-not-ca", issuer, subject=issuer.subject.text, because=why)
