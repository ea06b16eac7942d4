"""What a store says about its anchors beyond name and key, and what clients ask below public roots only."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from mailtrust.core.model.client import CandidatePath, PathCheck
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.alike import impersonal, is_impersonal, one_of_each
from mailtrust.core.validation.paths import leaf_is_anchor
from mailtrust.core.validation.purposes import ANY_USAGE, SERVER_AUTH
from mailtrust.core.validation.reasons import error


def anchor_limits(path: CandidatePath, at: datetime, /) -> Iterator[Reason]:
    """The store trusts the anchor for servers, at this time, and for a leaf of this age: `anchor-distrusted`.

    NSS' CKA_NSS_SERVER_DISTRUST_AFTER and Microsoft's NotBefore look at the leaf's notBefore, Microsoft's Disallowed
    date at the clock (authroot.stl).
    """
    anchor = path.anchor
    if anchor is None:
        return
    name = anchor.subject.text
    if anchor.purposes is not None and anchor.purposes.isdisjoint((SERVER_AUTH, ANY_USAGE)):
        yield error("anchor-distrusted", anchor.certificate, root_name=name, because="purpose")
    if anchor.distrust_after is not None and path.leaf.not_before > anchor.distrust_after:
        yield error(
            "anchor-distrusted",
            anchor.certificate,
            root_name=name,
            because="issued-after",
            distrust_after=anchor.distrust_after,
            issued=path.leaf.not_before,
        )
    if anchor.disallowed_from is not None and at >= anchor.disallowed_from:
        yield error(
            "anchor-distrusted",
            anchor.certificate,
            root_name=name,
            because="disallowed",
            disallowed_from=anchor.disallowed_from,
        )


@one_of_each
def transparency(issued_since: datetime | None = None) -> PathCheck:
    """Below a public root a leaf carries signed certificate timestamps (RFC 6962 3.3, historic): `ct-missing`.

    Only embedded ones are seen here; servers that deliver them in the handshake or a staple are very rare, and the
    fact `embedded` says what was counted. `issued_since`: older leaves are let be.
    """

    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        if path.anchor is None or path.anchor.locally_added or leaf_is_anchor(path):
            return
        if path.leaf.sct_count == 0 and (issued_since is None or path.leaf.not_before >= issued_since):
            yield error("ct-missing", path.leaf, embedded=0)

    return check


@frozen
class ByAnchor:
    """The path check that `by_anchor` makes."""

    added: PathCheck
    own: PathCheck

    def __call__(self, path: CandidatePath, at: datetime, /) -> Iterable[Reason]:
        """Ask the one that is meant for the anchor."""
        return (self.added if path.anchor is not None and path.anchor.locally_added else self.own)(path, at)


@one_of_each
def by_anchor(*, added: PathCheck, own: PathCheck) -> ByAnchor:
    """One check below an anchor that user or administrator added, another below the client's own, or below none."""
    check = ByAnchor(added, own)
    return impersonal(check) if is_impersonal(added) and is_impersonal(own) else check
