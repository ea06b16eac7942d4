"""MailStore's add-in for Outlook: it works through the Internet Explorer component, so Windows judges."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.windows import SECURITY_ALERT, WINDOWS
from mailtrust.core.model.client import Citation, ClientProfile, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.verdict import Basis, Outcome

PROFILE = replace(
    WINDOWS,
    id="mailstore-addin",
    title="MailStore add-in for Outlook",
    versions="MailStore Server 12 and later",
    speaks=frozenset({Protocol.HTTPS}),
    on_failure=OnFailure(Outcome.WARNED, overridable=frozenset({"*"}), never=codes.KEY_NOT_PROVEN),
    words=SECURITY_ALERT,
    citations=(
        *WINDOWS.citations,
        Citation("cs.mailstore.com Knowledgebase 154 (2023-06)", "it follows Windows' Internet Options"),
        Citation(
            "help.mailstore.com, self-signed certificates by group policy", "it warns when a certificate is not trusted"
        ),
    ),
    basis=Basis.RECALLED,
)

VERSIONS: tuple[ClientProfile, ...] = ()
