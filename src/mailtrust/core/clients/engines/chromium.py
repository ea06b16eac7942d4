"""Chrome Certificate Verifier (BoringSSL's libpki) with the Chrome Root Store, as Chrome and Edge use it."""

from collections.abc import Iterable

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds
from mailtrust.core.model.client import Citation, ClientProfile, OnFailure, Words
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.since import Since
from mailtrust.core.model.verdict import Basis, Outcome, Utterance
from mailtrust.core.validation.engines import CHECKS_CHROMIUM
from mailtrust.core.validation.handshake import (
    BORINGSSL_CURVES,
    key_proven,
    key_usage_for_key_exchange,
    leaf_curves,
    tls_at_least,
)
from mailtrust.core.validation.names.browsers import names_chromium
from mailtrust.core.validation.search.all_paths import search_all_paths

TEXTS = "chromium/chromium:components/ssl_errors_strings.grdp (25f01b8)"
TITLES = (
    ("fr", "Votre connexion n'est pas privée", "public French texts that quote the page"),
    ("de", "Dies ist keine sichere Verbindung", "recalled"),
    ("es", "La conexión no es privada", "recalled"),
    ("zh", "您的连接不是私密连接", "public Chinese texts that quote the page"),
)
NOT_PROVEN = "This server could not prove that it is {host}; its security certificate "
MAYBE = " This may be caused by a misconfiguration or an attacker intercepting your connection."
ATTEMPTED = "You attempted to reach {host}, but the server presented "


def _page(about: Iterable[str], net_error: str, cause: str) -> Words:
    """The page that stands in for the site: title, cause, code. Translations are known of the title only."""
    pages = [Utterance(f"Your connection is not private / {cause} / net::{net_error}", "en", TEXTS)]
    pages += [Utterance(f"{title} / net::{net_error}", lang, source) for lang, title, source in TITLES]
    return Words(frozenset(about), tuple(pages))


def _no_connection(about: Iterable[str], net_error: str, cause: str, unless: str = "") -> Words:
    """The page where there was no handshake, and so no certificate to complain about."""
    page = f"This site can’t provide a secure connection / {{host}} {cause} / {net_error}"
    said = Utterance(page, "en", "Chromium 156, locales/en-US.pak and a run of it")
    return Words(frozenset(about), (said,), unless=unless)


# In the order of MapCertStatusToNetError(), chromium/chromium:net/cert/cert_status_flags.cc (0e49239). What the path
# builder refuses and nothing here names becomes ERR_CERT_INVALID, a SHA-1 signature too (seen in Chromium 156).
WORDS = (
    _no_connection(codes.OLD_TLS, "ERR_SSL_VERSION_OR_CIPHER_MISMATCH", "uses an unsupported protocol."),
    _page(
        codes.REVOKED,
        "ERR_CERT_REVOKED",
        "You attempted to reach {host}, but the certificate that the server presented has been revoked by its issuer.",
    ),
    _page(
        codes.NO_PATH | codes.DISTRUSTED | codes.FORGED,
        "ERR_CERT_AUTHORITY_INVALID",
        NOT_PROVEN + "is not trusted by your computer's operating system." + MAYBE,
    ),
    _page(codes.WEAK_HASH, "ERR_CERT_INVALID", ATTEMPTED + "an invalid certificate."),
    _page(
        {"name-only-in-common-name"},
        "ERR_CERT_COMMON_NAME_INVALID",
        NOT_PROVEN + "does not specify Subject Alternative Names." + MAYBE,
    ),
    _page(codes.NAME, "ERR_CERT_COMMON_NAME_INVALID", "Server's certificate does not match the URL."),
    _page(
        codes.TRANSPARENCY,
        "ERR_CERTIFICATE_TRANSPARENCY_REQUIRED",
        "The server presented a certificate that was not publicly disclosed using the Certificate Transparency policy.",
    ),
    _page(codes.WEAK_KEY, "ERR_CERT_WEAK_KEY", ATTEMPTED + "a certificate containing a weak key."),
    _page(codes.NOT_YET_VALID, "ERR_CERT_DATE_INVALID", "Server's certificate is not yet valid."),
    _page(codes.TIME, "ERR_CERT_DATE_INVALID", "Server's certificate has expired."),
    _page(
        codes.LONG_LIFE,
        "ERR_CERT_VALIDITY_TOO_LONG",
        ATTEMPTED + "a certificate whose validity period is too long to be trustworthy.",
    ),
    Words(
        codes.KEY_USE,
        (Utterance("net::ERR_SSL_KEY_USAGE_INCOMPATIBLE", "en", "Chromium 156, tests/oracles/recorded"),),
    ),
    _no_connection(codes.KEY_NOT_PROVEN, "ERR_SSL_PROTOCOL_ERROR", "sent an invalid response."),
    # The TLS layer ends the handshake at a leaf that is no certificate, and at none at all; where just some of the
    # leaf's `fields` cannot be read, it goes on.
    _no_connection(codes.UNREADABLE, "ERR_SSL_PROTOCOL_ERROR", "sent an invalid response.", unless="fields"),
    _page(codes.ANY, "ERR_CERT_INVALID", ATTEMPTED + "an invalid certificate."),
)

PUBLIC_ONLY = codes.DISTRUSTED | codes.REVOKED

CHROMIUM = ClientProfile(
    id="chromium-engine",
    title="Chromium",
    versions="Chrome Root Store on every desktop: 114 and later",
    speaks=frozenset({Protocol.HTTPS}),
    anchor_store="chrome",
    issuer_sources=frozenset({Source.PRESENTED, Source.STORE, Source.AIA}),
    path_search=search_all_paths,
    path_checks=CHECKS_CHROMIUM,
    name_rules=names_chromium,
    handshake_checks=(
        key_proven,
        tls_at_least("TLSv1.2"),
        key_usage_for_key_exchange,
        leaf_curves(BORINGSSL_CURVES),
    ),
    on_failure=OnFailure(
        Outcome.REFUSED,
        overridable=codes.NO_PATH
        | codes.DISTRUSTED
        | codes.FORGED
        | codes.NAME
        | codes.TIME
        | codes.WEAK_KEY
        | codes.TRANSPARENCY
        | codes.LONG_LIFE,
    ),
    words=WORDS,
    citations=(
        Citation("Chromium 156 (Debian 12), tests/oracles/recorded", "asked about every case, with an added root"),
        Citation(
            "Chromium 156.0.8078.79 at the lab's unparsable-certificate", "no handshake with what is no certificate"
        ),
        Citation("chromium/chromium:net/cert/cert_verify_proc_builtin.cc (03509d2)", "caIssuers, distrust, revocation"),
        Citation("chromium/chromium:net/cert/internal/cert_issuer_source_aia.cc (1a4f344)", "five URLs, 64 KiB, 10 s"),
        Citation("chromium/chromium:net/cert/x509_certificate.cc (02f11ff)", "names"),
        Citation(
            "chromium/chromium:net/cert/cert_verify_proc.cc (013de29, 2023, and a later version)", "398 days, SHA-1"
        ),
        Citation(
            "google/boringssl:pki/verify_certificate_chain.cc, pki/simple_path_builder_delegate.cc (a0689af, 2026-08)"
        ),
        Citation("chromium/chromium:net/data/ssl/chrome_root_store/faq.md (2024-06)", "roots, and who may add some"),
        Citation("chromium/chromium:net/cert/cert_status_flags.cc (0e49239)", "which error is shown"),
        Citation("Netflix/bettertls:docs/results/dec_2021", "names, measured for Chrome 96 and Edge 94"),
    ),
    basis=Basis.ENGINE,
    # Rules for public roots can't be asked of it with a root of our own.
    basis_of=grounds((codes.TRANSPARENCY | codes.LONG_LIFE, Basis.DOCUMENT), (PUBLIC_ONLY, Basis.SOURCE)),
)

ROOT_STORE = "chromium/chromium:net/data/ssl/chrome_root_store/faq.md (2024-06)"
LIFETIMES = "chromium/chromium:net/cert/cert_verify_proc.cc (013de29, 2023)"

SINCE = (
    Since("58", "the common name no longer counts", "chromestatus 4981025180483584"),
    Since("108 on Windows and macOS, 114 on Linux, 115 on Android", "its own verifier and roots", ROOT_STORE),
    Since("public certificates from 2018-03-01 on", "825 days at most", LIFETIMES),
    Since("public certificates from 2020-09-01 on", "398 days at most; newer code asks it of all", LIFETIMES),
)
