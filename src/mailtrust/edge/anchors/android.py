"""Android's roots, approximated from Mozilla's.

The differences are those between certifi and AOSP's platform/system/ca-certificates at android-17.0.0_r1, read from
nabla-c0d3/trust_stores_observatory of 2026-06-21. Phones with an older Android have an older list: until Android 13 it
changes with the system only, from 14 on with updates by Google Play.
"""

from datetime import UTC, datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.edge.anchors.approximation import approximate
from mailtrust.edge.anchors.known_roots import AFFIRMTRUST, CHUNGHWA_EPKI, GLOBALTRUST_2020

NAME = "android"
COMPARED = datetime(2026, 6, 21, tzinfo=UTC)

ABSENT = frozenset(
    {
        "6ab2ab75f51cb4f4f0156203fbf6f646232f514be059f62833308b82b4d72db1",  # SECOM TLS ECC Root CA 2024
        "1435f225c5d252d7a21948cc3ce62aecfa88001e3dd72d1cc3555100eb372f93",  # SECOM TLS RSA Root CA 2024
        "098e08a91dbbf77478b96cceb89b1413a5da37b7c862606a955deb07179f4326",  # Telia EC TLS Root CA v3
        "d13db1294c45ebc6fc86c6bbf69fa29bdfe692dff7c713c243c7a956c6a2284c",  # Telia RSA TLS Root CA v3
        "b49141502d00663d740f2e7ec340c52800962666121a36d09cf7dd2b90384fb4",  # e-Szigno TLS Root CA 2023
    }
)
"""Trusted by Mozilla, not (yet) in Android 17."""

PRESENT = frozenset(
    {
        *AFFIRMTRUST,
        GLOBALTRUST_2020,
        CHUNGHWA_EPKI,
        "f356bea244b7a91eb35d53ca9ad7864ace018e2d35d5f8f96ddf68a6f41aa474",  # Atos TrustedRoot 2011
        "0c2cd63df7806fa399ede809116b575bf87989f06518f9808c860503178baf66",  # COMODO Certification Authority
        "e3b6a2db2ed7ce48842f7ac53241c7b71d54144bfb40c11f3f1d0b42f5eea12d",  # Certigna
        "11437cda7bb45e41365f45b39a38986b0de00def348e0c7bb0873633800bc38b",  # CommScope Public Trust ECC Root-01
        "2ffb7f813bbbb3c89ab4e8162d0f16d71509a830cc9d73c262e5140875d1ad4a",  # CommScope Public Trust ECC Root-02
        "02bdf96e2a45dd9bf18fc7e1dbdf21a0379ba3c9c2610344cfd8d606fec1ed81",  # CommScope Public Trust RSA Root-01
        "ffe943d793424b4f7c440c1c3d648d5363f34b82dc87aa7a9f118fc5dee101f1",  # CommScope Public Trust RSA Root-02
        "3e9099b5015e8f486c00bcea9d111ee721faba355a89bcf1df69561e3dc6325c",  # DigiCert Assured ID Root CA
        "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161",  # DigiCert Global Root CA
        "7431e5f4c3c1ce4690774f0b61e05440883ba9a01ed00ba6abd7806ed3b118cf",  # DigiCert High Assurance EV Root CA
        "bef256daf26e9c69bdec1602359798f3caf71821a03e018257c53c65617f3d4a",  # FIRMAPROFESIONAL CA ROOT-A WEB
        "8d25cd97229dbf70356bda4eb3cc734031e24cf00fafcfd32dc76eb5841c7ea8",  # GTS Root R2
        "85a0dd7dd720adb7ff05f83d542b209dc7ff4528f7d677b18389fea5e5c49e86",  # QuoVadis Root CA 2
        "18f1fc7f205df8adddeb7fe007dd57e3af375a9c4d8d73546bf4f1fed1e18d35",  # QuoVadis Root CA 3
        "4200f5043ac8590ebb527d209ed1503029fbcbd41ca1b506ec27f15ade7dac69",  # Secure Global CA
        "3f034bb5704d44b2d08545a02057de93ebf3905fce721acbc730c06ddaee904e",  # SecureSign Root CA12
        "f1c1b50ae5a20dd8030ec9f6bc24823dd367b5255759b4e71b61fce9f7375d73",  # SecureTrust CA
        "62dd0be9b9f50a163ea0f8e75c053b1eca57ea55c8688f647c6881f2c8357b95",  # SwissSign Gold CA - G2
        "dd6936fe21f8f077c123a1a521c12224f72255b73e03a7260693e8a24b0fa389",  # TeliaSonera Root CA v1
        "97552015f5ddfc3c8788c006944555408894450084f100867086bc1a2bb58dc8",  # Trustwave Global Certification Authority
        "945bbc825ea554f489d1fd51a73ddf2ea624ac7019a05205225c22a78ccfa8b4",  # Trustwave Global ECC P256 Certificatio...
        "55903859c8c0c3ebb8759ece4e2557225ff5758bbd38ebd48276601e1bd58097",  # Trustwave Global ECC P384 Certificatio...
        "eaa962c4fa4a6bafebe415196d351ccd888d4f53f3fa8ae6d7c466a94e6042bb",  # certSIGN ROOT CA
        "bc4d809b15189d78db3e1d8cf4f9726a795da1643ca5f1358e1ddb0edc0d7eb3",  # emSign ECC Root CA - C3
        "86a1ecba089c4a8d3bbe2734c612ba341d813e043cf9e8a862cd5c57a36bbe6b",  # emSign ECC Root CA - G3
        "125609aa301da0a249b97a8239cb6a34216f44dcac9f3954b14292f2e8c8608f",  # emSign Root CA - C1
        "40f6af0346a99aa1cd1d555a4e9cce62c7f9634603ee406615833dc8c8d00367",  # emSign Root CA - G1
    }
)
"""In Android 17, no longer trusted by Mozilla for servers."""


def load() -> AnchorStore:
    """Android's store."""
    return approximate(
        NAME,
        f"with the differences that AOSP's list of Android 17 of {COMPARED:%Y-%m-%d} shows; older phones have an "
        "older list.",
        compared=COMPARED,
        absent=ABSENT,
        present=PRESENT,
    )
