"""Roots that programmes have put under a date: the stores carry it and the judge heeds it; here is the story.

Fingerprints are those that the stores name (`edge/anchors/known_roots.py`).
"""

from collections.abc import Callable, Iterable
from datetime import date

from mailtrust.core.forecast.departures import NSS_2026_ROOTS
from mailtrust.core.forecast.notices.rule import Binds, DatedRule, Situation, named_like
from mailtrust.core.model.client import Citation
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text

_ENTRUST = (
    "73c176434f1bc6d5adf45b0e76e727287c8de57616c1e6e6141a2b2cbc7d8e4c",  # Entrust Root Certification Authority
    "02ed0eb28c14da45165c566791700d6451d7fb56f0b2ab1d3b8eb070e56edff5",  # ... - EC1
    "43df5774b03e7fef5fe40d931a7bedf1bb2e6b42738c4e6d3841103d3aa7f339",  # ... - G2
    "db3517d1f6732a2d5ab97c533ec70779ee3270a62fb4ac4238372460e6f01e88",  # ... - G4
    "6dc47172e01cbcb0bf62580d895fe2b8ac9ad4f873801e0c10b9c837d21eb177",  # Entrust.net (2048)
)
_AFFIRMTRUST = (
    "0376ab1d54c5f9803ce4b2e201a0ee7eef7b57b636e8a93c9b8d4860c96f5fa7",  # AffirmTrust Commercial
    "0a81ec5a929777f145904af38d5d509f66b5e2c58fcdb531058b0e17f3f0b41b",  # AffirmTrust Networking
    "70a73f7f376b60074248904534b11482d5bf0e698ecc498df52577ebf2e93b9a",  # AffirmTrust Premium
    "bd71fdf6da97e4cf62d1647add2581b07d79adf8397eb4ecba9c5e8488821423",  # AffirmTrust Premium ECC
)
_CAMERFIRMA = (
    "0c258a12a5674aef25f28ba7dcfaeceea348e541e6f5cc4ee63b71b361606ac3",  # Chambers of Commerce Root
    "063e4afac491dfd332f3089b8542e94617d893d7fe944e10a7937ee29d9693c0",  # Chambers of Commerce Root - 2008
    "136335439334a7698016a0d324de72284e079d7b5220bb8fbd747816eebebaca",  # Global Chambersign Root - 2008
)
_CHUNGHWA_EPKI = "c0a6f4dc63a24bfdcf54ef2a6a082a0a72de35803e2ff5ff527ae5d87206dfd5"
_CHUNGHWA_HIPKI = "f015ce3cc239bfef064be9f1d2c417e1a0264a0a94be1f0c8d121864eb6949cc"
_NETLOCK_ARANY = "6c61dac3a2def031506be036d2a6fe401994fbd13df9c8d466599274c446ec98"
_GLOBALTRUST_2020 = "9a296a5182d1d451a2e37f439b74daafa267523329f90f9a0d2007c334e23c9a"
_IZENPE = "2530cc8e98321502bad96f9b1fba1b099e2d299e0f4548bb914f363bc0d4531f"
_NSS_2025 = (
    "d7a7a0fb5d7e2731d771e9484ebcdef71d5f0c3e0a2948782bc83ee0ea699ef4",  # AAA Certificate Services
    "16af57a9f676b0ab126095aa5ebadef22ab31119d644ac95cd4b93dbf3f26aeb",  # Baltimore CyberTrust Root
    "6dc47172e01cbcb0bf62580d895fe2b8ac9ad4f873801e0c10b9c837d21eb177",  # Entrust.net (2048)
    "ebd41040e4bb3ec742c9e381d31ef2a41a48b6685c96e7cef3c1df6cd4331c99",  # GlobalSign Root CA
    "c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4",  # Go Daddy Class 2
    "1465fa205397b876faa6f0a9958e5590e40fcc7faa4fb7c2c8677521fb5fb658",  # Starfield Class 2
    "cecddc905099d8dadfc5b1d209b737cbe2c18cfb2c10c0ff0bcf0d3286fc1aa2",  # XRamp Global
)
_NEW_ONES = text(
    "Certificates that were issued after the day are refused, older ones live on until they end. Do not renew with "
    "this CA from this root: order the next certificate from another one."
)
_ALL = text(
    "The root is no longer trusted, whenever a certificate was issued. If the CA has a younger root, send the chain "
    "that leads there; else order the certificate from another CA."
)


def _under(fingerprints: Iterable[str], *stores: str) -> Callable[[Situation], bool]:
    wanted = frozenset(fingerprints)

    def concerns(situation: Situation) -> bool:
        return situation.asks(*stores) and situation.passes(wanted)

    return concerns


def _symantec(situation: Situation) -> bool:
    """Its old roots only: DigiCert issues under the same brands from roots of its own."""
    brands = ("VeriSign", "GeoTrust Inc", "thawte", "Symantec", "Equifax")
    return any(named_like(way.end.subject.organisation, brands) for way in situation.ways if way.whole)


def _microsoft_2025(situation: Situation) -> bool:
    """By the day that the store itself carries: e-Tugra, HARICA 2011 and 2015, Multicert, SECOM RootCA3 and others."""
    return situation.asks("microsoft") and any(
        anchor.distrust_after is not None and anchor.distrust_after.date() == date(2025, 9, 15)
        for way in situation.ways
        if "microsoft" in way.stores
        for anchor in situation.evidence.stores["microsoft"].named(way.end.subject)
    )


@frozen
class _Whose:
    """A store, who trusts it, and where its decisions were read."""

    store: str
    clients: Text
    source: str

    def distrusts_new(self, name: str, day: date, title: Text, roots: Iterable[str], source: str = "") -> DatedRule:
        """Certificates that are issued from the day on are refused."""
        where = Citation(source or self.source)
        return DatedRule(name, day, Binds.CLIENTS, title, _NEW_ONES, self.clients, _under(roots, self.store), where)


_JDK = "openjdk/jdk:src/java.base/share/classes/sun/security/validator/CADistrustPolicy.java (33d85e2)"
_MOZILLA = _Whose(
    "mozilla",
    text("Firefox, Thunderbird and what follows Mozilla's list"),
    "nss-dev/nss:lib/ckfw/builtins/certdata.txt, list 2.86 (9d75dfd, 2026-05)",
)
_MICROSOFT = _Whose(
    "microsoft",
    text("Outlook, .NET and other programs on Windows"),
    "MicrosoftDocs/security:security-docs/trusted-root notices (4f8843d, 2026-05)",
)
_CHROME = _Whose("chrome", text("Chrome"), "chromium/chromium root_store.textproto version 17 (c076418)")
_APPLE = _Whose("apple", text("Apple Mail and everything else on iPhone, iPad and Mac"), "support.apple.com 121668")
_JAVA = _Whose("java", text("programs in Java"), _JDK)

RULES: tuple[DatedRule, ...] = (
    DatedRule(
        "symantec",
        date(2019, 4, 16),
        Binds.CLIENTS,
        text("The roots of Symantec (VeriSign, GeoTrust, Thawte) have lost all trust"),
        _ALL,
        text("every client of today"),
        _symantec,
        Citation(f"{_JDK}; kb.mozillazine.org SSL Security Error (2018); knowledge.digicert.com ALERT2562 (Apple)"),
    ),
    DatedRule(
        "nss-2025",
        date(2025, 4, 15),
        Binds.CLIENTS,
        text("Mozilla ended the trust in seven roots of before 2006 for servers"),
        _ALL,
        _MOZILLA.clients,
        _under(_NSS_2025, "mozilla"),
        Citation("rustls/webpki-roots release 0.26.10 (2025-04-30)"),
    ),
    DatedRule(
        "nss-2026",
        date(2026, 4, 15),
        Binds.CLIENTS,
        text("Mozilla ended the trust in old roots of DigiCert, QuoVadis, Sectigo and others for servers"),
        _ALL,
        _MOZILLA.clients,
        _under(NSS_2026_ROOTS, "mozilla"),
        Citation(f"{_MOZILLA.source}; rustls/webpki-roots release 1.0.7 (2026-04-16)"),
    ),
    DatedRule(
        "microsoft-2025-09",
        date(2025, 9, 15),
        Binds.CLIENTS,
        text("Microsoft distrusts what a dozen smaller roots issue"),
        _NEW_ONES,
        _MICROSOFT.clients,
        _microsoft_2025,
        Citation(_MICROSOFT.source),
    ),
    _MOZILLA.distrusts_new(
        "globaltrust-mozilla",
        date(2024, 6, 30),
        text("Mozilla distrusts what GLOBALTRUST 2020 issues"),
        {_GLOBALTRUST_2020},
        "rustls/webpki-roots pull request 74 (2024-06)",
    ),
    _MICROSOFT.distrusts_new(
        "globaltrust-microsoft",
        date(2024, 8, 27),
        text("Microsoft distrusts what GLOBALTRUST 2020 issues"),
        {_GLOBALTRUST_2020},
    ),
    _CHROME.distrusts_new(
        "entrust-chrome",
        date(2024, 11, 12),
        text("Chrome distrusts what Entrust and AffirmTrust issue"),
        (*_ENTRUST, *_AFFIRMTRUST),
    ),
    _JAVA.distrusts_new(
        "entrust-java",
        date(2024, 11, 12),
        text("Java distrusts what Entrust and AffirmTrust issue"),
        (*_ENTRUST, *_AFFIRMTRUST),
    ),
    _APPLE.distrusts_new(
        "entrust-apple",
        date(2024, 11, 16),
        text("Apple distrusts what Entrust, AffirmTrust and Camerfirma issue"),
        (*_ENTRUST, *_AFFIRMTRUST, *_CAMERFIRMA),
    ),
    _MOZILLA.distrusts_new(
        "entrust-mozilla", date(2024, 12, 1), text("Mozilla distrusts what Entrust issues"), _ENTRUST
    ),
    _MICROSOFT.distrusts_new(
        "entrust-microsoft", date(2025, 4, 16), text("Microsoft distrusts what Entrust issues"), _ENTRUST
    ),
    _MOZILLA.distrusts_new(
        "chunghwa-mozilla",
        date(2025, 4, 16),
        text("Mozilla distrusts what Chunghwa Telecom's ePKI root issues"),
        {_CHUNGHWA_EPKI},
    ),
    _JAVA.distrusts_new(
        "camerfirma-java", date(2025, 4, 16), text("Java distrusts what Camerfirma issues"), _CAMERFIRMA
    ),
    _CHROME.distrusts_new(
        "chunghwa-netlock-chrome",
        date(2025, 8, 1),
        text("Chrome distrusts what Chunghwa Telecom and NetLock issue"),
        {_CHUNGHWA_EPKI, _CHUNGHWA_HIPKI, _NETLOCK_ARANY},
        "securityonline.info, 2025-06 (Chrome 139)",
    ),
    _JAVA.distrusts_new(
        "chunghwa-java",
        date(2026, 3, 18),
        text("Java distrusts what Chunghwa Telecom's ePKI root issues"),
        {_CHUNGHWA_EPKI},
    ),
    _MOZILLA.distrusts_new(
        "izenpe-mozilla", date(2026, 4, 16), text("Mozilla distrusts what Izenpe issues"), {_IZENPE}
    ),
)
