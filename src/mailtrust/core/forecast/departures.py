"""Roots that leave a store on a day that its programme has announced, one entry a rule."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.client import Citation
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text


@frozen
class Departure:
    """One rule by which a store drops roots."""

    id: str
    store: str
    """The AnchorStore it is about."""
    title: Text
    leaves: Callable[[TrustAnchor], datetime | None]
    """When an anchor of the store leaves it; None: this rule does not touch it."""
    source: Citation
    certain: bool
    """False: the programme names the day itself an approximate one, or has moved such days before."""


def departures_of(store: AnchorStore, anchor: TrustAnchor) -> Iterator[tuple[Departure, datetime]]:
    """The rules that drop `anchor` from `store`, and when.

    A store that is newer than the day knows better than any announcement: what it still holds has been kept.
    """
    if anchor.locally_added:
        return
    for departure in DEPARTURES:
        if departure.store == store.name:
            day = departure.leaves(anchor)
            if day is not None and day > store.date:
                yield departure, day


def leaves_at(store: AnchorStore, anchor: TrustAnchor) -> datetime | None:
    """The first moment at which the store no longer has the anchor; None: no rule says so."""
    return min((day for _, day in departures_of(store, anchor)), default=None)


_SCHEDULE = (
    (date(2006, 1, 1), datetime(2025, 4, 15, tzinfo=UTC)),
    (date(2008, 1, 1), datetime(2026, 4, 15, tzinfo=UTC)),
    (date(2010, 1, 1), datetime(2027, 4, 15, tzinfo=UTC)),
    (date(2012, 1, 1), datetime(2028, 4, 15, tzinfo=UTC)),
    (date(2014, 4, 15), datetime(2029, 4, 15, tzinfo=UTC)),
)
"""Keys made before the one day leave on the other; younger ones after fifteen years. The same in both programmes."""
_YEARS = 15


def _fifteen_years(anchor: TrustAnchor) -> datetime | None:
    """By the root's own notBefore, which the key is at most a little older than."""
    made = anchor.certificate.not_before
    for before, leaves in _SCHEDULE:
        if made.date() < before:
            return leaves
    day = 28 if (made.month, made.day) == (2, 29) else made.day
    return datetime(made.year + _YEARS, made.month, day, tzinfo=UTC)


_NSS_2026 = datetime(2026, 4, 15, tzinfo=UTC)
# nss-dev/nss lib/ckfw/builtins/certdata.txt, list 2.86 (9d75dfd, 2026-05): roots that lost the trust for servers.
NSS_2026_ROOTS = frozenset(
    {
        "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161",  # DigiCert Global Root CA
        "3e9099b5015e8f486c00bcea9d111ee721faba355a89bcf1df69561e3dc6325c",  # DigiCert Assured ID Root CA
        "7431e5f4c3c1ce4690774f0b61e05440883ba9a01ed00ba6abd7806ed3b118cf",  # DigiCert High Assurance EV Root CA
        "85a0dd7dd720adb7ff05f83d542b209dc7ff4528f7d677b18389fea5e5c49e86",  # QuoVadis Root CA 2
        "18f1fc7f205df8adddeb7fe007dd57e3af375a9c4d8d73546bf4f1fed1e18d35",  # QuoVadis Root CA 3
        "0c2cd63df7806fa399ede809116b575bf87989f06518f9808c860503178baf66",  # COMODO Certification Authority
        "e3b6a2db2ed7ce48842f7ac53241c7b71d54144bfb40c11f3f1d0b42f5eea12d",  # Certigna
        "62dd0be9b9f50a163ea0f8e75c053b1eca57ea55c8688f647c6881f2c8357b95",  # SwissSign Gold CA - G2
        "8d25cd97229dbf70356bda4eb3cc734031e24cf00fafcfd32dc76eb5841c7ea8",  # GTS Root R2
        "9a296a5182d1d451a2e37f439b74daafa267523329f90f9a0d2007c334e23c9a",  # GLOBALTRUST 2020
        "dd6936fe21f8f077c123a1a521c12224f72255b73e03a7260693e8a24b0fa389",  # TeliaSonera Root CA v1
        "f1c1b50ae5a20dd8030ec9f6bc24823dd367b5255759b4e71b61fce9f7375d73",  # SecureTrust CA
        "4200f5043ac8590ebb527d209ed1503029fbcbd41ca1b506ec27f15ade7dac69",  # Secure Global CA
        "97552015f5ddfc3c8788c006944555408894450084f100867086bc1a2bb58dc8",  # Trustwave Global Certification Authority
        "945bbc825ea554f489d1fd51a73ddf2ea624ac7019a05205225c22a78ccfa8b4",  # Trustwave Global ECC P256 ...
        "55903859c8c0c3ebb8759ece4e2557225ff5758bbd38ebd48276601e1bd58097",  # Trustwave Global ECC P384 ...
    }
)


def _nss_2026(anchor: TrustAnchor) -> datetime | None:
    return _NSS_2026 if anchor.fingerprint in NSS_2026_ROOTS else None


DEPARTURES: tuple[Departure, ...] = (
    Departure(
        "nss-2026-04",
        "mozilla",
        text("Mozilla ends the trust in old roots for servers (NSS list 2.86)"),
        _nss_2026,
        Citation("nss-dev/nss:lib/ckfw/builtins/certdata.txt, list 2.86 (9d75dfd, 2026-05)"),
        certain=True,
    ),
    Departure(
        "mozilla-root-lifecycle",
        "mozilla",
        text("Mozilla's root programme: roots whose key is fifteen years old lose the trust for servers"),
        _fifteen_years,
        Citation("Mozilla Root Store Policy 3.1, 7.4 (6f2cfed, 2026-06); wiki.mozilla.org/CA/Root_CA_Lifecycles"),
        certain=False,
    ),
    Departure(
        "chrome-term-limit",
        "chrome",
        text("Chrome's root programme: roots whose key is fifteen years old are removed"),
        _fifteen_years,
        Citation("GoogleChrome/chromerootprogram:content/index.md, policy 1.8, 1.3.1.2 (41e424b, 2026-02)"),
        certain=False,
    ),
)
