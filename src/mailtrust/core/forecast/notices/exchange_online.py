"""Microsoft's own mail servers: what they present, and whom that concerns."""

from datetime import date

from mailtrust.core.forecast.notices.rule import Binds, DatedRule, Situation
from mailtrust.core.model.client import Citation
from mailtrust.core.model.text import text

_HOSTS = (".protection.outlook.com", ".mx.microsoft", ".outlook.com", ".office365.com")


def _hosted_there(situation: Situation) -> bool:
    hosts = (f".{seen.endpoint.host.lower().rstrip('.')}" for seen in situation.served.observations)
    return any(host.endswith(_HOSTS) for host in hosts)


RULES: tuple[DatedRule, ...] = (
    DatedRule(
        "exchange-online-g2",
        date(2026, 3, 22),
        Binds.SERVICES,
        text("Exchange Online's mail servers moved to DigiCert Global Root G2"),
        text(
            "Whoever delivers to it and verifies (MTA-STS, DANE, fixed partners), relays, scanners and old Java must "
            "trust DigiCert Global Root G2 (SHA-1 df3c24f9bfd666761b268073fe06d1cc8d4f82a4). Windows without Internet "
            "must be given it."
        ),
        text("gateways, relays and devices with an old list of roots, or with pinned ones"),
        _hosted_there,
        Citation("Exchange Team blog 2026-01-28, Trust DigiCert Global Root G2 (updates 2026-02-04 and 2026-03-16)"),
    ),
)
