"""What a key may be used for: extended key usage (RFC 5280 4.2.1.12) and the leaf's key usage."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.alike import impersonal, one_of_each
from mailtrust.core.validation.paths import certificates
from mailtrust.core.validation.purposes import SERVER_ANY_OR_SGC, SERVER_OR_ANY
from mailtrust.core.validation.reasons import error


@frozen
class Purposes:
    """The path check that keys are meant for the purpose; see `server_auth`, which makes it for a server's."""

    leaf: frozenset[str]
    issuers: frozenset[str] | None = None
    anchor: bool = False
    empty_ok: bool = False
    code: str = "eku-no-server-auth"

    def __call__(self, path: CandidatePath, at: datetime, /) -> Iterator[Reason]:
        """Give `code` for each certificate whose extended key usage holds none of the purposes."""
        del at
        if not self._allowed(path.leaf, self.leaf):
            yield _unfit(path.leaf, self.code)
        if self.issuers is not None:
            for issuer in certificates(path, anchor=self.anchor)[1:]:
                if not self._allowed(issuer, self.issuers):
                    yield _unfit(issuer, self.code)

    def _allowed(self, certificate: Certificate, purposes: frozenset[str]) -> bool:
        usages = certificate.extended_key_usage
        return usages is None or (self.empty_ok and not usages) or not purposes.isdisjoint(usages)


@one_of_each
def server_auth(
    leaf: frozenset[str] = SERVER_OR_ANY,
    *,
    issuers: frozenset[str] | None = None,
    anchor: bool = False,
    empty_ok: bool = False,
) -> Purposes:
    """Where extended key usage is there, it holds one of these purposes: `eku-no-server-auth`.

    `issuers`: what the extension must hold in intermediates (and the anchor); None: it is not looked at there.
    `empty_ok`: an extension without any purpose counts as none at all.
    """
    return impersonal(Purposes(leaf, issuers, anchor, empty_ok))


@impersonal
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


@frozen
class LeafKeyUsage:
    """The path check that `leaf_key_usage` makes."""

    bits: frozenset[str]

    def __call__(self, path: CandidatePath, at: datetime, /) -> Iterator[Reason]:
        """Give `key-usage-wrong` where the leaf has a keyUsage without one of the bits."""
        del at
        usage = path.leaf.key_usage
        if usage is not None and self.bits.isdisjoint(usage):
            yield error("key-usage-wrong", path.leaf, present=tuple(sorted(usage)), needed=tuple(sorted(self.bits)))


@one_of_each
def leaf_key_usage(bits: frozenset[str]) -> LeafKeyUsage:
    """Where the leaf has a keyUsage, it has at least one of these bits: `key-usage-wrong`.

    What the handshake's key exchange needs is asked elsewhere (handshake.py).
    """
    return impersonal(LeafKeyUsage(bits))


def _unfit(certificate: Certificate, code: str) -> Reason:
    return error(
        code,
        certificate,
        subject=certificate.subject.text,
        purposes=certificate.extended_key_usage or (),
        absent=False,
    )
