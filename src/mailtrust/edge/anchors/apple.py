"""Apple's roots for servers, approximated from Mozilla's.

The differences are those between certifi and Apple's own list, github.com/apple-oss-distributions/security_certificates
as packed by tls-inspector/rootca on 2026-06-05 (a709303), 158 roots. Left out of the comparison are Apple's own and
those for e-mail, client or time stamp certificates only: no mail server has a certificate from them.
"""

from datetime import UTC, datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.edge.anchors.approximation import approximate
from mailtrust.edge.anchors.known_roots import AFFIRMTRUST, CAMERFIRMA, CHUNGHWA_EPKI, ENTRUST, GLOBALTRUST_2020

NAME = "apple"
COMPARED = datetime(2026, 6, 5, tzinfo=UTC)

# support.apple.com/121668: certificates issued after 15 November 2024 do not pass; with the fingerprints.
DISTRUST_AFTER = dict.fromkeys(
    (*ENTRUST, *AFFIRMTRUST, *CAMERFIRMA), datetime(2024, 11, 15, 23, 59, 59, tzinfo=UTC)
)  # fmt: skip

ABSENT = frozenset(
    {
        "554153b13d2cf9ddb753bfbe1a4e0ae08d0aa4187058fe60a2b862b2e4b87bcb",  # AC RAIZ FNMT-RCM SERVIDORES SEGUROS
        "fb8fec759169b9106b1e511644c618c51304373f6c0643088d8beffd1b997599",  # ANF Secure Server Root CA
        "57de0583efd2b26e0361da99da9df4648def7ee8441c3b728afa9bcde0f9b26a",  # Autoridad de Certificacion Firmaprofes...
        "f3896f88fe7c0a882766a7fa6ad2749fb57a7f3e98fb769c1fa7b09c2c44d5ae",  # BJCA Global Root CA1
        "574df6931e278039667b720afdc1600fc27eb66dd3092979fb73856487212882",  # BJCA Global Root CA2
        "d48d3d23eedb50a459e55197601c27774b9d7b18c94d5a059511a10250b93168",  # Certigna Root CA
        "e59aaa816009c22bff5b25bad37df306f049797c1f81d85ab089e657bd8f0044",  # D-TRUST BR Root CA 1 2020
        "0552e6f83fdf65e8fa9670e666df28a4e21340b510cbe52566f97c4fb94b2bd1",  # D-TRUST BR Root CA 2 2023
        "08170d1aa36453901a2f959245e347db0c8d37abaabc56b81aa100dc958970db",  # D-TRUST EV Root CA 1 2020
        "8e8221b2e7d4007836a1672f0dcc299c33bc07d316f132fa1a206d587150f1ce",  # D-TRUST EV Root CA 2 2023
        "eec997c0c30f216f7e3b8b307d2bae42412d753fc8219dafd1520b2572850f49",  # OISTE Server Root ECC G1
        "9ae36232a5189ffddb353dfd26520c015395d22777dac59db57b98c089a651e6",  # OISTE Server Root RSA G1
        "a1339d33281a0b56e557d3d32b1ce7f9367eb094bd5fa72a7e5004c8ded7cafe",  # SZAFIR ROOT CA2
        "4b009c1034494f9ab56bba3ba1d62731fc4d20d8955adcec10a925607261e338",  # SecureSign Root CA14
        "e778f0f095fe843729cd1a0082179e5314a9c291442805e1fb1d8fb6b8886c3a",  # SecureSign Root CA15
        "193144f431e0fddb740717d4de926a571133884b4360d30e272913cbe660ce41",  # SwissSign RSA TLS Root CA 2022 - 1
        "3f63bb2814be174ec8b6439cf08d6d56f0b7c405883a5648a334424d6b3ec558",  # TWCA CYBER Root CA
        "578af4ded0853f4e5998db4aeaf9cbea8d945f60b620a38d1a3c13b2bc7ba8e1",  # Telekom Security TLS ECC Root 2020
        "efc65cadbb59adb6efe84da22311b35624b71b3b1ea0da8b6655174ec8978646",  # Telekom Security TLS RSA Root 2023
        "098e08a91dbbf77478b96cceb89b1413a5da37b7c862606a955deb07179f4326",  # Telia EC TLS Root CA v3
        "d13db1294c45ebc6fc86c6bbf69fa29bdfe692dff7c713c243c7a956c6a2284c",  # Telia RSA TLS Root CA v3
        "e0d3226aeb1163c2e48ff9be3b50b4c6431be7bb1eacc5c36b5d5ec509039a08",  # TrustAsia Global Root CA G3
        "be4b56cb5056c0136a526df444508daa36a0b54f42e4ac38f72af470e479654c",  # TrustAsia Global Root CA G4
        "c0076b9ef0531fb1a656d67c4ebe97cd5dbaa41ef44598acc2489878c92d8711",  # TrustAsia TLS ECC Root CA
        "06c08d7dafd876971eb1124fe67f847ec0c7a158d3ea53cbe940e2ea9791f4c3",  # TrustAsia TLS RSA Root CA
        "2e44102ab58cb85419451c8e19d9acf3662cafbc614b6a53960a30f7d0e2eb41",  # TunTrust Root CA
        "d43af9b35473755c9684fc06d7d8cb70ee5c28e773fb294eb41ee71722924d24",  # UCA Extended Validation Root
        "9bea11c976fe014764c1be56a6f914b5a560317abd9988393382e5161aa0493c",  # UCA Global G2 Root
        "beb00b30839b9bc32c32e4447905950641f26421b15ed089198b518ae2ea1b99",  # e-Szigno Root CA 2017
        "b49141502d00663d740f2e7ec340c52800962666121a36d09cf7dd2b90384fb4",  # e-Szigno TLS Root CA 2023
        "30fbba2c32238e2a98547af97931e550428b9b3f1c8eeb6633dcfa86c5b27dd3",  # vTrus ECC Root CA
        "8a71de6559336f426c26e53880d00d88a18da4c6a91f0dcb6194e206c5c96387",  # vTrus Root CA
    }
)
"""Trusted by Mozilla, not in Apple's list."""

PRESENT = frozenset(
    {
        *AFFIRMTRUST,
        "063e4afac491dfd332f3089b8542e94617d893d7fe944e10a7937ee29d9693c0",  # of CAMERFIRMA
        "136335439334a7698016a0d324de72284e079d7b5220bb8fbd747816eebebaca",  # of CAMERFIRMA
        *ENTRUST,
        GLOBALTRUST_2020,
        CHUNGHWA_EPKI,
        "d7a7a0fb5d7e2731d771e9484ebcdef71d5f0c3e0a2948782bc83ee0ea699ef4",  # AAA Certificate Services
        "f356bea244b7a91eb35d53ca9ad7864ace018e2d35d5f8f96ddf68a6f41aa474",  # Atos TrustedRoot 2011
        "04048028bf1f2864d48f9ad4d83294366a828856553f3b14303f90147f5d40ef",  # Autoridad de Certificacion Firmaprofes...
        "0c2cd63df7806fa399ede809116b575bf87989f06518f9808c860503178baf66",  # COMODO Certification Authority
        "e3b6a2db2ed7ce48842f7ac53241c7b71d54144bfb40c11f3f1d0b42f5eea12d",  # Certigna
        "d8e0febc1db2e38d00940f37d27d41344d993e734b99d5656d9778d4d8143624",  # Certum CA
        "2605875afcc176b2d66dd66a995d7f8d5ebb86ce120d0e7e9e7c6ef294a27d4c",  # ComSign Global Root CA
        "3e9099b5015e8f486c00bcea9d111ee721faba355a89bcf1df69561e3dc6325c",  # DigiCert Assured ID Root CA
        "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161",  # DigiCert Global Root CA
        "7431e5f4c3c1ce4690774f0b61e05440883ba9a01ed00ba6abd7806ed3b118cf",  # DigiCert High Assurance EV Root CA
        "8d25cd97229dbf70356bda4eb3cc734031e24cf00fafcfd32dc76eb5841c7ea8",  # GTS Root R2
        "5edb7ac43b82a06a8761e8d7be4979ebf2611f7dd79bf91c1c6b566a219ed766",  # GeoTrust Primary Certification Authori...
        "ebd41040e4bb3ec742c9e381d31ef2a41a48b6685c96e7cef3c1df6cd4331c99",  # GlobalSign Root CA
        "c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4",  # Go Daddy Class 2 Certification Authority
        "41c923866ab4cad6b7ad578081582e020797a6cbdf4fff78ce8396b38937d7f5",  # OISTE WISeKey Global Root GA CA
        "85a0dd7dd720adb7ff05f83d542b209dc7ff4528f7d677b18389fea5e5c49e86",  # QuoVadis Root CA 2
        "18f1fc7f205df8adddeb7fe007dd57e3af375a9c4d8d73546bf4f1fed1e18d35",  # QuoVadis Root CA 3
        "f1c1b50ae5a20dd8030ec9f6bc24823dd367b5255759b4e71b61fce9f7375d73",  # SecureTrust CA
        "1465fa205397b876faa6f0a9958e5590e40fcc7faa4fb7c2c8677521fb5fb658",  # Starfield Class 2 Certification Authority
        "62dd0be9b9f50a163ea0f8e75c053b1eca57ea55c8688f647c6881f2c8357b95",  # SwissSign Gold CA - G2
        "be6c4da2bbb9ba59b6f3939768374246c3c005993fa98f020d1dedbed48a81d5",  # SwissSign Silver CA - G2
        "dd6936fe21f8f077c123a1a521c12224f72255b73e03a7260693e8a24b0fa389",  # TeliaSonera Root CA v1
        "97552015f5ddfc3c8788c006944555408894450084f100867086bc1a2bb58dc8",  # Trustwave Global Certification Authority
        "945bbc825ea554f489d1fd51a73ddf2ea624ac7019a05205225c22a78ccfa8b4",  # Trustwave Global ECC P256 Certificatio...
        "55903859c8c0c3ebb8759ece4e2557225ff5758bbd38ebd48276601e1bd58097",  # Trustwave Global ECC P384 Certificatio...
        "cecddc905099d8dadfc5b1d209b737cbe2c18cfb2c10c0ff0bcf0d3286fc1aa2",  # XRamp Global Certification Authority
        "eaa962c4fa4a6bafebe415196d351ccd888d4f53f3fa8ae6d7c466a94e6042bb",  # certSIGN ROOT CA
        "86a1ecba089c4a8d3bbe2734c612ba341d813e043cf9e8a862cd5c57a36bbe6b",  # emSign ECC Root CA - G3
        "40f6af0346a99aa1cd1d555a4e9cce62c7f9634603ee406615833dc8c8d00367",  # emSign Root CA - G1
    }
)
"""In Apple's list, not (or no longer) trusted by Mozilla for servers."""


def load() -> AnchorStore:
    """Apple's store."""
    return approximate(
        NAME,
        f"with the differences that Apple's published list of {COMPARED:%Y-%m-%d} shows, and its distrust of Entrust, "
        "AffirmTrust and Camerfirma.",
        compared=COMPARED,
        absent=ABSENT,
        present=PRESENT,
        distrust_after=DISTRUST_AFTER,
    )
