"""The end of clientAuth in public certificates: partners' servers that demand a certificate of whoever delivers mail.

The Baseline Requirements still allow it (docs/BR.md 2.2.6, 7.1.2.7.10); it is Chrome's programme that ends it, and CAs
follow on days of their own.
"""

from collections.abc import Callable
from datetime import date

from mailtrust.core.forecast.notices.rule import CLIENT_AUTH, Binds, DatedRule, Situation
from mailtrust.core.model.client import Citation
from mailtrust.core.model.text import text

_DIGICERT = ("DigiCert", "GeoTrust", "Thawte", "RapidSSL", "QuoVadis")
_SECTIGO = ("Sectigo", "COMODO CA", "The USERTRUST Network", "ZeroSSL")

_EFFECT = text(
    "The certificate of today may also be used as a client's (clientAuth), the next one may not. A partner's server "
    "that demands a client certificate and verifies it will refuse mail from here: agree on a private CA, on addresses "
    "or on DANE with the partner before the certificate is renewed. Nothing changes for mail programs and for mail "
    "that comes in."
)
_HURTS = text("partners whose mail servers demand and verify a client certificate")


def _with_client_auth(*owners: str) -> Callable[[Situation], bool]:
    def concerns(situation: Situation) -> bool:
        ours = not owners or situation.issued_by(*owners) or situation.rooted_in(*owners)
        return situation.public and situation.usable_for(CLIENT_AUTH) and ours

    return concerns


RULES: tuple[DatedRule, ...] = (
    DatedRule(
        "client-auth-default-off",
        date(2025, 10, 1),
        Binds.ISSUERS,
        text("DigiCert and Sectigo leave clientAuth out of new certificates unless it is ordered"),
        _EFFECT,
        _HURTS,
        _with_client_auth(*_DIGICERT, *_SECTIGO),
        Citation("knowledge.digicert.com ALERT53 (2025-06-06, 2026-03-03); sectigo.com FAQ on clientAuth (2025-10-14)"),
    ),
    DatedRule(
        "client-auth-lets-encrypt",
        date(2026, 7, 8),
        Binds.ISSUERS,
        text("Let's Encrypt issues no certificate with clientAuth any more"),
        _EFFECT,
        _HURTS,
        _with_client_auth("Let's Encrypt"),
        Citation(
            "letsencrypt/website:content/en/post/2025-05-14-ending-tls-client-authorization.md (b89871e, 2026-08)",
            "default profile since 2026-02-11, tlsclient profile until 2026-07-08",
        ),
    ),
    DatedRule(
        "client-auth-sectigo",
        date(2027, 2, 10),
        Binds.ISSUERS,
        text("Sectigo issues no certificate with clientAuth any more (some resellers: since 2026-10-31)"),
        _EFFECT,
        _HURTS,
        _with_client_auth(*_SECTIGO),
        Citation("sectigo.com FAQ on clientAuth; openprovider.eu, comparecheapssl.com and trustico.com (2026)"),
        certain=False,
    ),
    DatedRule(
        "client-auth-digicert",
        date(2027, 3, 1),
        Binds.ISSUERS,
        text("DigiCert and its brands issue no certificate with clientAuth any more"),
        _EFFECT,
        _HURTS,
        _with_client_auth(*_DIGICERT),
        Citation("knowledge.digicert.com ALERT53 (2026-03-03)", "first announced for 2026-05-01"),
        certain=False,
    ),
    DatedRule(
        "client-auth-chrome",
        date(2027, 3, 15),
        Binds.ISSUERS,
        text("Chrome's root programme allows no clientAuth in new public certificates"),
        _EFFECT,
        _HURTS,
        _with_client_auth(),
        Citation("GoogleChrome/chromerootprogram:content/index.md, policy 1.8, 1.3.2 (41e424b, 2026-02)"),
    ),
)
