"""A certificate that mailtrust renews: its names, who issues it, how control is proven, which servers serve it."""

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.key_name import KeyName
from mailtrust.core.model.settings import Threshold

USUAL_DAYS = 397


@frozen
class Renewed:
    """One [[renew]] of mailtrust.toml."""

    name: str
    names: tuple[str, ...]
    """Host names, `*.domain` and addresses, as they stand in the certificate."""
    by: str
    """`letsencrypt`, `letsencrypt-staging`, the HTTPS URL of an ACME directory; or the folder of a private CA."""
    servers: tuple[str, ...] = ()
    """Names of those that serve it; empty: all whose files are come by and that are met under one of its names."""
    http: str = ""
    """Where http-01 is answered: `[ADDR:]PORT`. Of the ways to prove control an ACME server needs one."""
    webroot: str = ""
    hook: str = ""
    dns_update: str = ""
    """`ADDR[:PORT]`: proves by dns-01 where no other way is given, and publishes TLSA records."""
    tsig_file: str = ""
    account: str = ""
    """The folder of the ACME account; empty: the user's own for that server."""
    profile: str = ""
    key: KeyName = "rsa-2048"
    keep_key: bool = False
    at: Threshold | None = None
    """How long before its end; None: as its share of lifetime has it."""
    days: int = USUAL_DAYS
    """How long a private CA makes it last."""
    password_file: str = ""
    """What opens the private CA's keys."""
    line: int = 0
    """Where it stands in the file."""

    @property
    def is_acme(self) -> bool:
        """Whether an ACME server issues it, and no private CA."""
        return self.by.lower() in KNOWN_SERVERS or self.by.lower().startswith("https://")

    @property
    def directory(self) -> str:
        """The URL of the ACME directory."""
        return KNOWN_SERVERS.get(self.by.lower(), self.by)


KNOWN_SERVERS = {
    "letsencrypt": "https://acme-v02.api.letsencrypt.org/directory",
    "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
}
