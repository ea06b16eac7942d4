"""Chrome's roots, from trustifi.

That it is Chrome's was checked: its updater takes Chromium's net/data/ssl/chrome_root_store/root_store.certs, its
version is that store's `version_major`, and versions 35 to 37 hold exactly the 104 roots that tls-inspector/rootca
collected from Chromium on its own on 2026-06-23. It does not carry the constraints of root_store.textproto.
"""

from datetime import UTC, datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.edge.anchors.entries import Entry, empty_store, make_store
from mailtrust.edge.anchors.known_roots import AFFIRMTRUST, CHUNGHWA_EPKI, CHUNGHWA_HIPKI, ENTRUST, NETLOCK_ARANY
from mailtrust.edge.anchors.packages import PackageProblem, roots_of, version_of

NAME = "chrome"

# When a version of the store was published (the package says no date): AYMENJD/trustifi's commits, for 43 the files
# in its wheel. A later version counts as being as old as the last one here.
VERSIONS = {
    29: datetime(2026, 1, 16, tzinfo=UTC),
    30: datetime(2026, 2, 22, tzinfo=UTC),
    31: datetime(2026, 4, 15, tzinfo=UTC),
    32: datetime(2026, 5, 9, tzinfo=UTC),
    33: datetime(2026, 5, 20, tzinfo=UTC),
    34: datetime(2026, 6, 21, tzinfo=UTC),
    35: datetime(2026, 6, 24, tzinfo=UTC),
    36: datetime(2026, 7, 2, tzinfo=UTC),
    37: datetime(2026, 7, 31, tzinfo=UTC),
    38: datetime(2026, 8, 18, tzinfo=UTC),
    39: datetime(2026, 8, 21, tzinfo=UTC),
    43: datetime(2026, 10, 20, tzinfo=UTC),
}

# sct_not_after_sec of root_store.textproto: Chrome looks at the date of the leaf's earliest SCT. We take its notBefore
# for it, which CAs set at most some hours apart. Entrust, AffirmTrust: chromium/chromium root_store.textproto version
# 17 (c076418), 1731369599; the others: Chrome Root Program to public@ccadb.org, "Upcoming change in Chrome 139".
DISTRUST_AFTER = {
    **dict.fromkeys((*ENTRUST, *AFFIRMTRUST), datetime(2024, 11, 11, 23, 59, 59, tzinfo=UTC)),
    **dict.fromkeys(
        (CHUNGHWA_EPKI, CHUNGHWA_HIPKI, NETLOCK_ARANY), datetime(2025, 7, 31, 23, 59, 59, tzinfo=UTC)
    ),
}  # fmt: skip


def load() -> AnchorStore:
    """Chrome's store."""
    try:
        roots = roots_of("trustifi")
        version = version_of("trustifi")
    except PackageProblem as problem:
        return empty_store(NAME, f"{problem} Nothing is trusted.")
    known = [number for number in VERSIONS if version.isdigit() and number <= int(version)]
    date = VERSIONS[max(known, default=min(VERSIONS))]
    provenance = (
        f"The Chrome Root Store, version {version}, as packed by trustifi, with the SCT dates of its constraints "
        "compared with a certificate's own date of issue."
    )
    entries = (
        Entry(der, fingerprint, distrust_after=DISTRUST_AFTER.get(fingerprint)) for fingerprint, der in roots.items()
    )
    return make_store(NAME, date, provenance, entries)
