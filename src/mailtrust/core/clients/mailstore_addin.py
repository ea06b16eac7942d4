"""MailStore's add-in for Outlook: it works through the Internet Explorer component, so Windows judges."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.windows import SECURITY_ALERT, WINDOWS
from mailtrust.core.model.client import Citation, ClientProfile, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.fetching import fetches_whole_path
from mailtrust.core.validation.revocation import revocation_as_known

PROFILE = replace(
    WINDOWS,
    id="mailstore-addin",
    title="MailStore add-in for Outlook",
    versions="MailStore Server 12 and later",
    speaks=frozenset({Protocol.HTTPS}),
    on_failure=OnFailure(Outcome.WARNED, overridable=frozenset({"*"}), never=codes.NO_WAY_PAST | codes.REVOKED),
    # "Check for server certificate revocation" is on in the Internet Options; that nobody answers is not told.
    revocation=revocation_as_known,
    fetches=fetches_whole_path,
    words=SECURITY_ALERT,
    citations=(
        *WINDOWS.citations,
        Citation("cs.mailstore.com Knowledgebase 154 (2023-06)", "it follows Windows' Internet Options"),
        Citation(
            "help.mailstore.com, self-signed certificates by group policy", "it warns when a certificate is not trusted"
        ),
        Citation(
            "learn.microsoft.com archive, IEInternals: Understanding Certificate Revocation Checks (2011); "
            "mssec.wordpress.com, Internet Explorer and revocation check failure (2014)",
            "the component asks, by OCSP and by list; a revoked certificate is the end, silence is not",
        ),
    ),
    basis=Basis.RECALLED,
)

VERSIONS: tuple[ClientProfile, ...] = ()
