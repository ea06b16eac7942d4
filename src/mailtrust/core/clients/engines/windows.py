"""Windows' certificate chain engine and its SSL policy (CryptoAPI, Schannel): Outlook, .NET, MailStore's add-in.

Microsoft's code is not public. What its documentation and headers do not say comes from an open reimplementation and
from reports; the codes concerned carry a weaker basis. When several things are wrong the policy names one: signature,
then root, then time, and the name only when all else is good (wine-mirror/wine:dlls/crypt32/chain.c, 01a7cbf).
"""

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds
from mailtrust.core.model.client import Citation, ClientProfile, OnFailure, Words
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Basis, Outcome, Utterance
from mailtrust.core.validation.engines import CHECKS_WINDOWS
from mailtrust.core.validation.handshake import key_proven
from mailtrust.core.validation.names.windows import names_windows
from mailtrust.core.validation.search.all_paths import search_all_paths

TRANSLATED = "Microsoft's AD FS articles on self-signed certificates, partly machine-translated"

WINDOWS = ClientProfile(
    id="windows-engine",
    title="Windows",
    versions="Windows 7 and later",
    speaks=frozenset({Protocol.HTTPS}),
    anchor_store="microsoft",
    issuer_sources=frozenset({Source.PRESENTED, Source.STORE, Source.AIA}),
    path_search=search_all_paths,
    path_checks=CHECKS_WINDOWS,
    name_rules=names_windows,
    handshake_checks=(key_proven,),
    on_failure=OnFailure(Outcome.REFUSED),
    words=(),
    citations=(
        Citation(
            "MicrosoftDocs/sdk-api:sdk-api-src/content/wincrypt/nf-wincrypt-certgetcertificatechain.md",
            "caIssuers unless a flag stops it, root update, revocation only on demand",
        ),
        Citation(
            "MicrosoftDocs/sdk-api:sdk-api-src/content/wincrypt/nf-wincrypt-certverifycertificatechainpolicy.md",
            "the SSL policy",
        ),
        Citation(
            "Windows SDK wincrypt.h, as in Microsoft's windows-sys bindings", "RSA from 1023 bits, five caIssuers URLs"
        ),
        Citation(
            "learn.microsoft.com windows-server/identity/ad-cs/disable-weak-cryptographic-algorithms",
            "refusing weak hashes is opt-in",
        ),
        Citation("wine-mirror/wine:dlls/crypt32/chain.c (01a7cbf)", "names and order of faults; not Microsoft's code"),
        Citation("social.technet.microsoft.com, 2012-10: wildcard seen in Outlook 2010", "wildcards"),
    ),
    basis=Basis.DOCUMENT,
    basis_of=grounds(
        (codes.NAME - {"name-mismatch"}, Basis.RECALLED),
        (codes.USE | codes.KEY_USE | codes.CONSTRAINED | codes.PATH_LENGTH | codes.CRITICAL, Basis.RECALLED),
    ),
    reached_by=frozenset({"gpo", "windows"}),
)

HTTPS_ONLY = frozenset({Protocol.HTTPS})

# The dialog over HTTPS shows three lines, each with a tick or a warning sign; the first with a sign is given here.
SECURITY_ALERT = (
    Words(
        codes.NO_PATH | codes.DISTRUSTED | codes.FORGED,
        (
            Utterance(
                "Security Alert / The security certificate was issued by a company you have not chosen to trust.",
                "en",
                "Microsoft KB 2006728",
            ),
            Utterance(
                "Le certificat de sécurité a été émis par une société à laquelle vous n’avez pas choisi de faire "
                "confiance",
                "fr",
                TRANSLATED,
            ),
            Utterance(
                "Das Sicherheitszertifikat wurde von einem Unternehmen ausgestellt, das Sie nicht als vertrauenswürdig "
                "eingestuft haben",
                "de",
                TRANSLATED,
            ),
            Utterance(
                "El certificado de seguridad fue emitido por una compañía en la que no ha elegido confiar",
                "es",
                TRANSLATED,
            ),
        ),
        HTTPS_ONLY,
    ),
    Words(
        codes.TIME,
        (Utterance("Security Alert / The security certificate has expired or is not yet valid.", "en", "recalled"),),
        HTTPS_ONLY,
    ),
    Words(
        codes.NAME,
        (
            Utterance(
                "Security Alert / The name on the security certificate is invalid or does not match the name of the "
                "site.",
                "en",
                "Microsoft KB 2772058",
            ),
            Utterance(
                "Le nom du certificat de sécurité n'est pas valide ou ne correspond pas au nom du site.",
                "fr",
                "Microsoft KB 2783881",
            ),
            Utterance(
                "Der Name des Sicherheitszertifikats ist ungültig oder entspricht nicht dem Namen der Zielwebsite",
                "de",
                "Microsoft KB 2772058, machine-translated",
            ),
            Utterance("安全证书上的名称无效，或者与站点名称不匹配", "zh", "public Chinese texts that quote the dialog"),
        ),
        HTTPS_ONLY,
    ),
)
