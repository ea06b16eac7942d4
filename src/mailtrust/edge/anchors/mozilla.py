"""Mozilla's roots for servers, from certifi; what certifi leaves out of NSS' list is added here."""

from datetime import UTC, datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.edge.anchors.entries import Entry, empty_store, make_store
from mailtrust.edge.anchors.known_roots import CHUNGHWA_EPKI, ENTRUST, GLOBALTRUST_2020, IZENPE
from mailtrust.edge.anchors.packages import PackageProblem, date_of_version, roots_of, version_of

NAME = "mozilla"

# CKA_NSS_SERVER_DISTRUST_AFTER: leaves issued later are refused by Firefox and Thunderbird. certifi carries only which
# roots are trusted. nss-dev/nss lib/ckfw/builtins/certdata.txt, list 2.86 (9d75dfd, 2026-05); GLOBALTRUST 2020 as
# before its removal of 2026-04-09 (315934a). A root that is no longer in certifi's list is not trusted at all.
DISTRUST_AFTER = {
    **dict.fromkeys(ENTRUST, datetime(2024, 11, 30, 23, 59, 59, tzinfo=UTC)),
    GLOBALTRUST_2020: datetime(2024, 6, 30, 0, 0, 0, tzinfo=UTC),
    CHUNGHWA_EPKI: datetime(2025, 4, 15, 23, 59, 59, tzinfo=UTC),
    IZENPE: datetime(2026, 4, 15, 23, 59, 59, tzinfo=UTC),
}


def load() -> AnchorStore:
    """Mozilla's store."""
    try:
        roots = roots_of("certifi")
        date = date_of_version("certifi")
        provenance = (
            f"Mozilla's list of roots for servers as packed by certifi {version_of('certifi')}, with NSS' "
            "distrust-after dates as of list 2.86."
        )
    except PackageProblem as problem:
        return empty_store(NAME, f"{problem} Nothing is trusted.")
    entries = (
        Entry(der, fingerprint, distrust_after=DISTRUST_AFTER.get(fingerprint)) for fingerprint, der in roots.items()
    )
    return make_store(NAME, date, provenance, entries)
