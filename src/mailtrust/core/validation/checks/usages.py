"""What a key may be used for: extended key usage (RFC 5280 4.2.1.12) and the leaf's key usage."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, PathCheck
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.paths import certificates
from mailtrust.core.validation.purposes import SERVER_ANY_OR_SGC, SERVER_OR_ANY
from mailtrust.core.validation.reasons import error


def server_auth(
    leaf: frozenset[str] = SERVER_OR_ANY,
    *,
    issuers: frozenset[str] | None = None,
    anchor: bool = False,
    empty_ok: bool = False,
) -> PathCheck:
    """Where extended key usage is there, it holds one of these purposes: `eku-no-server-auth`.

    `issuers`: what the extension must hold in intermediates (and the anchor); None: it is not looked at there.
    `empty_ok`: an extension without any purpose counts as none at all.
    """

    def allowed(certificate: Certificate, purposes: frozenset[str]) -> bool:
        usages = certificate.extended_key_usage
        return usages is None or (empty_ok and not usages) or not purposes.isdisjoint(usages)

    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        if not allowed(path.leaf, leaf):
            yield _no_server_auth(path.leaf)
        if issuers is not None:
            for issuer in certificates(path, anchor=anchor)[1:]:
                if not allowed(issuer, issuers):
                    yield _no_server_auth(issuer)

    return check


def server_auth_apple(path: CandidatePath, at: datetime, /) -> Iterator[Reason]:
    """Apple: as others where the extension is there; and it must be there, by who added the root.

    Below a public root always; below a root that user or administrator added it may be absent. Purposes of sub-CAs
    count (serverAuth or any). Source: trustd SecPolicyServer.c, ServerAuthEKU; policy list in SecPolicy.c.
    """
    yield from _LOOSE_APPLE(path, at)
    public = path.anchor is not None and not path.anchor.locally_added
    if public and path.leaf.extended_key_usage is None:
        yield error("eku-no-server-auth", path.leaf, purposes=(), absent=True)


_LOOSE_APPLE = server_auth(SERVER_ANY_OR_SGC, issuers=SERVER_ANY_OR_SGC)


def leaf_key_usage(bits: frozenset[str]) -> PathCheck:
    """Where the leaf has a keyUsage, it has at least one of these bits: `key-usage-wrong`.

    What the handshake's key exchange needs is asked elsewhere (handshake.py).
    """

    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        usage = path.leaf.key_usage
        if usage is not None and bits.isdisjoint(usage):
            yield error("key-usage-wrong", path.leaf, present=tuple(sorted(usage)), needed=tuple(sorted(bits)))

    return check


def _no_server_auth(certificate: Certificate) -> Reason:
    return error(
        "eku-no-server-auth",
        certificate,
        subject=certificate.subject.text,
        purposes=certificate.extended_key_usage or (),
        absent=False,
    )
